"""What another plan would change, before it is taken into use: who stands elsewhere, and how scores move.

Everyone is asked twice on the same day and the same data, once by each plan; nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from math import isnan

import numpy as np
from numpy.typing import NDArray

from uptake.alerts.levels import OVER, levels
from uptake.benchmarks.words import WORDS
from uptake.errors import QuestionError
from uptake.metrics.core.names import names_of
from uptake.plan import Alert, Change, Plan, Qualification, Score, Segment
from uptake.scores.ask import band, days
from uptake.scores.fall import known_before
from uptake.scores.history import written_from
from uptake.scores.rules import holds
from uptake.scores.scored import scored
from uptake.segments.membership import is_in
from uptake.segments.placing import meanings, place
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats
from uptake.store.projection import Cursor

NEAR_DAYS = 60
"""A renewal within so many days is near."""
BINS = 10
"""Parts of the scale in which scores are counted."""
BANDS = ("good", "average", "poor")
UNKNOWN, NOT_THERE = "unknown", "not there"
"""Labels of who has no score, and of who is told by one of the plans only."""
SEGMENT, IN_OR_OUT = "segment", ("in it", "not in it")
QUALIFIED, QUALIFIES = "qualified", ("qualifies", "does not")
ALERT, STATES = "alert", ("it holds", "between", "clear", UNKNOWN)
"""Of an alert: its rule holds, neither that nor what clears it, clear, and who cannot be told."""
LISTED = 100
"""Of whom a shift names, if nobody says otherwise."""


@dataclass(frozen=True)
class Stood:
    """Where everyone stands in one score, placement, segment, alert or rule to qualify by, by one plan.

    Args:
        title: Its title.
        labels: All labels there are, the best first.
        keys: Numbers of everyone, ascending.
        codes: The number of each one's label.
        points: Their scores, nan for none; None: it is no score.
        titles: What people call the labels of a placement.
    """

    title: str
    labels: tuple[str, ...]
    keys: NDArray[np.int64]
    codes: NDArray[np.int64]
    points: Floats | None
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """Where everyone stands by one plan.

    Args:
        as_of: What happened from this instant on is not known.
        stood: (score, placement, segment, alert or qualified, name, user or account) -> where they stand.
        problems: The same -> why it cannot be told.
        panels: (user or account) -> everyone on that day.
        renews_in: Account's number -> days to its renewal.
    """

    as_of: datetime
    stood: Mapping[tuple[str, str, str], Stood]
    problems: Mapping[tuple[str, str, str], str]
    panels: Mapping[str, Panel]
    renews_in: Mapping[int, int]


@dataclass(frozen=True)
class Moved:
    """Somebody whom the other plan places elsewhere, or scores otherwise.

    Args:
        id: Whose.
        name: How people call them.
        label_before: The label by the plan before.
        label_after: The label by the other.
        score_before: The score by the plan before; None: there is none, or it is no score.
        score_after: The score by the other.
        renews_in: Of an account: days to its renewal; None: none is known.
    """

    id: str
    name: str
    label_before: str
    label_after: str
    score_before: float | None
    score_after: float | None
    renews_in: int | None


@dataclass(frozen=True)
class Shift:
    """What becomes of one score, placement, segment, alert or rule to qualify by.

    Args:
        kind: score, placement, segment, alert or qualified.
        name: Its name.
        title: Its title.
        entity: user or account.
        total: How many it is said of by either plan.
        moved: How many change label, band or step.
        rescored: How many have another score, by a tenth of a point or more.
        near: How many of those who change label renew within `NEAR_DAYS`.
        labels: (label, how many before, how many after).
        moves: (from, to, how many), the most frequent first.
        mean_before: The mean score; None: it is no score, or nobody has one.
        mean_after: The same by the other plan.
        bins_before: How many scores lie in each tenth of the scale.
        bins_after: The same by the other plan.
        people: Those who change label, who renews soonest first, then those whose score moves most.
        movers: Those whose score moves most, whether or not they change label.
        problem: Why it cannot be told by one of the plans.
        titles: What people call the labels of a placement.
    """

    kind: str
    name: str
    title: str
    entity: str
    total: int
    moved: int
    rescored: int
    near: int
    labels: tuple[tuple[str, int, int], ...]
    moves: tuple[tuple[str, str, int], ...]
    mean_before: float | None
    mean_after: float | None
    bins_before: tuple[int, ...]
    bins_after: tuple[int, ...]
    people: tuple[Moved, ...]
    movers: tuple[Moved, ...]
    problem: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    def called(self, label: str) -> str:
        """A label as people call it."""
        return self.titles.get(label, label.replace("_", " "))


@dataclass(frozen=True)
class Effect:
    """What another plan would change.

    Args:
        before: The version of the plan before.
        after: The version of the other.
        as_of: The instant everyone was asked of, by both.
        changes: What the other plan says otherwise.
        shifts: Scores and placements in which anybody moves, and those that only one of the plans has.
        near_days: Within how many days a renewal is near.
    """

    before: str
    after: str
    as_of: datetime
    changes: tuple[Change, ...]
    shifts: tuple[Shift, ...]
    near_days: int = NEAR_DAYS


def have_signals_in_common(changed: Sequence[Change]) -> bool:
    """Whether two plans differ only in what no signal looks at."""
    return {change.key.partition(".")[0] for change in changed} <= {"scores", "placements", "alerts", "qualified"}


def standing(
    cursor: Cursor,
    plan: Plan,
    as_of: object = None,
    beside: Standing | None = None,
    told: Callable[[float], None] = lambda _: None,
) -> Standing:
    """Where everyone stands by a plan, on its facts.

    Args:
        cursor: A cursor that finds them.
        plan: The plan.
        as_of: A day or an instant; the data's end if not given.
        beside: Where they stand by a plan whose signals are the same, as of the same instant: facts, and scores of earlier
            days, are not read again.
        told: Told how much is done, 0 to 1.
    """
    stood: dict[tuple[str, str, str], Stood] = {}
    problems: dict[tuple[str, str, str], str] = {}
    panels = {}
    renews_in: dict[int, int] = {}
    at: datetime | None = None
    tellers = _told(plan)
    whole, done = sum(len(found.entities) for _, _, found in tellers), count()
    for entity in ("account", "user"):
        day, _, asked = days(cursor, plan, "plan", "", (entity,), {"entity": entity, "as_of": as_of})
        at = asked.question.as_of
        known = None if beside is None else beside.panels[entity]
        panel = panels[entity] = Panel(asked, day, day, known)
        panel.made.update(written_from(cursor, plan) if known is None else known_before(known, plan))
        for kind, name, found in tellers:
            if entity in found.entities:
                told(next(done) / whole)
                try:
                    stood[kind, name, entity] = found.stood(panel)
                except QuestionError as error:
                    problems[kind, name, entity] = error.what
        if entity == "account":
            left = read(panel, "renewal_in", {})[:, -1]
            renews_in = {int(panel.keys[row]): int(left[row]) for row in np.flatnonzero(~np.isnan(left)).tolist()}
    assert at is not None
    return Standing(at, stood, problems, panels, renews_in)


@dataclass(frozen=True)
class _Teller:
    plan: Plan
    kind: str
    name: str

    @property
    def entities(self) -> Sequence[str]:
        if self.kind in (SEGMENT, QUALIFIED, ALERT):
            known: Mapping[str, Mapping[str, Segment | Alert | Qualification]] = {
                SEGMENT: self.plan.segments, ALERT: self.plan.all_alerts, QUALIFIED: self.plan.all_qualified,
            }  # fmt: skip
            return (known[self.kind][self.name].entity,)
        whole = self.plan.all_scores if self.kind == "score" else self.plan.all_placements
        return whole[self.name].entities

    def stood(self, panel: Panel) -> Stood:
        there = panel.present[:, -1]
        keys = panel.keys[there]
        if self.kind == SEGMENT:
            found = is_in(panel, self.name, meanings(WORDS))[there, -1]
            return Stood(self.plan.segments[self.name].title, IN_OR_OUT, keys, np.where(found, 0, 1), None)
        if self.kind == QUALIFIED:
            rule = self.plan.all_qualified[self.name]
            found = holds(panel, rule.when, meanings(WORDS))[there, -1]
            return Stood(rule.title, QUALIFIES, keys, np.where(found, 0, 1), None)
        if self.kind == ALERT:
            alert = self.plan.all_alerts[self.name]
            level = levels(panel, alert, meanings(WORDS))[there, -1]
            return Stood(alert.title, STATES, keys, OVER - level.astype(np.int64), None)
        if self.kind == "placement":
            scheme = self.plan.all_placements[self.name]
            titles = {
                label.name: label.title
                for label in scheme.labels_of("account" if panel.grain.name == "account" else "user")
            }
            codes = place(panel, scheme, WORDS)[there, -1].astype(np.int64)
            return Stood(scheme.title, tuple(titles), keys, codes, None, titles)
        score = self.plan.all_scores[self.name]
        points = scored(panel, score).points[there, -1]
        return Stood(score.title, (*BANDS, UNKNOWN), keys, _bands(score, points), points)


def _told(plan: Plan) -> list[tuple[str, str, _Teller]]:
    """All that a plan tells of people, but segments of lists, which say themselves who is in them."""
    segments = [name for name, segment in plan.segments.items() if not segment.is_list]
    named = (
        ("score", plan.all_scores), ("placement", plan.all_placements), (SEGMENT, segments),
        (ALERT, plan.all_alerts), (QUALIFIED, plan.all_qualified),
    )  # fmt: skip
    return [(kind, name, _Teller(plan, kind, name)) for kind, names in named for name in names]


def _bands(score: Score, points: Floats) -> NDArray[np.int64]:
    edges = np.array([score.bands.poor, score.bands.good])
    found = np.searchsorted(edges, points, side="right")
    named = np.array([BANDS.index(band(score, value)) for value in (edges[0] - 1, edges[0], edges[1])])
    return np.where(np.isnan(points), len(BANDS), named[np.minimum(found, 2)])


def effect(
    cursor: Cursor,
    before: tuple[Plan, Standing],
    after: tuple[Plan, Standing],
    changes: tuple[Change, ...],
    limit: int = LISTED,
) -> Effect:
    """What another plan changes.

    Args:
        cursor: A cursor that tells what people are called.
        before: A plan, and where everyone stands by it.
        after: The other, as of the same instant.
        changes: What it says otherwise.
        limit: How many people a shift names at most, in each of its lists.
    """
    (was, one), (now, other) = before, after
    told = {**one.stood, **other.stood, **one.problems, **other.problems}
    shifts = [
        shift
        for shift in (_shift(cursor, key, one, other, limit) for key in told)
        if shift.moved or shift.rescored or shift.problem
    ]
    return Effect(was.version, now.version, one.as_of, changes, tuple(shifts))


def _shift(cursor: Cursor, key: tuple[str, str, str], one: Standing, other: Standing, limit: int) -> Shift:
    kind, name, entity = key
    first, second = one.stood.get(key), other.stood.get(key)
    known = second or first
    problem = "; ".join(dict.fromkeys(s.problems[key] for s in (one, other) if key in s.problems))
    if known is None:
        return Shift(kind, name, name, entity, 0, 0, 0, 0, (), (), None, None, (), (), (), (), problem)
    keys = known.keys
    if first and second and not np.array_equal(first.keys, second.keys):
        keys = np.union1d(first.keys, second.keys)
    labels = tuple(dict.fromkeys([*(second.labels if second else ()), *(first.labels if first else ()), NOT_THERE]))
    was, now = (_codes(stood, keys, labels) for stood in (first, second))
    points_before, points_after = (_points(stood, keys) for stood in (first, second))
    by = np.abs(points_after - points_before)
    is_moved = was != now
    size = len(labels)
    pairs = np.bincount(was[is_moved] * size + now[is_moved], minlength=size * size)
    renews = np.array([one.renews_in.get(int(k), -1) for k in keys]) if entity == "account" else np.full(len(keys), -1)
    is_near = (renews >= 0) & (renews <= NEAR_DAYS)
    counts = np.bincount(was, minlength=size), np.bincount(now, minlength=size)
    moves = [(int(pairs[n]), labels[n // size], labels[n % size]) for n in np.flatnonzero(pairs).tolist()]

    def people(rows: NDArray[np.int64]) -> tuple[Moved, ...]:
        who = names_of(cursor, entity, one.as_of, keys[rows[:limit]].tolist()) if len(rows) else {}
        return tuple(
            Moved(
                *who.get(int(keys[row]), ("", "")), labels[was[row]], labels[now[row]],
                _known(points_before[row]), _known(points_after[row]), int(renews[row]) if renews[row] >= 0 else None,
            )
            for row in rows[:limit].tolist()
        )  # fmt: skip

    amount = np.where(np.isnan(by), 0.0, by)
    soonest = np.lexsort((-amount, np.where(is_near, renews, NEAR_DAYS + 1)))
    largest = np.argsort(-amount, kind="stable")
    return Shift(
        kind, name, known.title, entity, len(keys), int(is_moved.sum()), int((amount >= 0.1).sum()),
        int((is_moved & is_near).sum()),
        tuple((label, int(counts[0][n]), int(counts[1][n])) for n, label in enumerate(labels) if counts[0][n] or counts[1][n]),
        tuple((was_, now_, number) for number, was_, now_ in sorted(moves, reverse=True)),
        _mean(points_before), _mean(points_after), _bins(points_before), _bins(points_after),
        people(soonest[is_moved[soonest]]), people(largest[amount[largest] >= 0.1]), problem,
        {label: title for stood in (first, second) if stood for label, title in stood.titles.items()},
    )  # fmt: skip


def _codes(stood: Stood | None, keys: NDArray[np.int64], labels: Sequence[str]) -> NDArray[np.int64]:
    made = np.full(len(keys), len(labels) - 1, dtype=np.int64)
    if stood is not None:
        renumbered = np.array([labels.index(label) for label in stood.labels], dtype=np.int64)
        made[np.searchsorted(keys, stood.keys)] = renumbered[stood.codes]
    return made


def _points(stood: Stood | None, keys: NDArray[np.int64]) -> Floats:
    made = np.full(len(keys), np.nan)
    if stood is not None and stood.points is not None:
        made[np.searchsorted(keys, stood.keys)] = stood.points
    return made


def _mean(points: Floats) -> float | None:
    known = points[~np.isnan(points)]
    return float(known.mean()) if len(known) else None


def _bins(points: Floats) -> tuple[int, ...]:
    """How many lie in each tenth; 100 lies in the last."""
    known = points[~np.isnan(points)]
    if not len(known):
        return ()
    counted = np.bincount(np.minimum(known * BINS / 100, BINS - 1).astype(np.int64), minlength=BINS)
    return tuple(int(count) for count in counted)


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
