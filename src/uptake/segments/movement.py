"""Who moved from where to where between two days, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.errors import QuestionError
from uptake.metrics.core.names import names_of
from uptake.metrics.core.result import Column
from uptake.plan import Label, Placement, Plan
from uptake.scores import fall
from uptake.scores.ask import arrived_by, days, last_known_day
from uptake.scores.rules import Meanings
from uptake.scores.standing import NEAR
from uptake.segments.answer import Count, OfPlacement
from uptake.segments.ask import label_number, page, row_of
from uptake.segments.placing import entity_of, meanings, named, place
from uptake.segments.why import OPPOSITES, Held, Reason, changed
from uptake.segments.words import joined, told
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

NOT_THERE = "not_there"
"""The label of those who were not there yet, or not any more."""
WHO = ("before", "after", "id", "stayed", "limit", "offset")


@dataclass(frozen=True)
class Cell:
    """How many went from one label to another.

    Args:
        before: The label on the earlier day.
        after: The label on the later one.
        count: How many.
    """

    before: str
    after: str
    count: int


@dataclass(frozen=True)
class Moved:
    """Somebody's way between two days.

    Args:
        id: Whose.
        name: How people call them.
        before: The label on the earlier day.
        after: The label on the later one.
        is_down: On a ladder, whether they stand lower now.
        reasons: The conditions that hold on one of the days only, of the rules that decided.
    """

    id: str
    name: str
    before: str
    after: str
    is_down: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Movement(OfPlacement):
    """Movement between two days. Row sums of the cells are the labels of the earlier day, column sums those of the later.

    Args:
        since: The earlier day; the later one is `on`.
        before: Every label with how many had it on the earlier day, `not_there` last.
        after: The same of the later day.
        cells: How many went from where to where; none that are empty.
        total: How many were asked for, by `before`, `after`, `id` and `stayed`.
        moves: They, by where from, where to, and id; those who stayed are listed only where that is asked for.
    """

    since: date
    before: tuple[Count, ...]
    after: tuple[Count, ...]
    cells: tuple[Cell, ...]
    total: int
    moves: tuple[Moved, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names and types of the rows."""
        return tuple(Column(name, "text") for name in (f"{self.entity}_id", "name", "before", "after", "why"))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Everyone who moved, a row each."""
        return [
            {
                f"{self.entity}_id": one.id, "name": one.name, "before": one.before, "after": one.after,
                "why": joined(one.reasons),
            }
            for one in self.moves
        ]  # fmt: skip


def movement(
    cursor: Cursor, plan: Plan, name: str, given: Mapping[str, Any], others: Meanings | None = None
) -> Movement:
    """Who moved from where to where.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The placement.
        given: `entity`, `since`, `as_of`, `timezone`, `known_by` (the cursor finds those facts); whom to list:
            `before`, `after` (labels), `id`, `stayed` (true: also those who did not move), `limit`, `offset`.
        others: What words before a dot mean beside those that placements know themselves.

    Raises:
        QuestionError: A name or a value is not known.
    """
    scheme = named(plan, name)
    now, since, asked = days(cursor, plan, "placement", name, scheme.entities, given, WHO)
    is_near = (now - since).days <= NEAR  # what falls are told from is read with the two days
    facts = Panel(asked, since - timedelta(days=fall.DAYS), now) if is_near else None
    panels = Panel(asked, since, since, facts), Panel(asked, now, now, facts)
    labels = (*scheme.labels_of(asked.question.entity), Label(name=NOT_THERE, title="Not there"))
    # -1 is not there, the last of them
    was, is_ = (place(panel, scheme, others)[:, -1].astype(np.int64) % len(labels) for panel in panels)
    who = names_of(cursor, asked.question.entity, asked.question.as_of)
    chosen = _chosen(panels[1], was, is_, labels, who, given)
    held = Held(panels[0], meanings(others)), Held(panels[1], meanings(others))
    counts = np.bincount(was * len(labels) + is_, minlength=len(labels) ** 2).reshape(len(labels), -1)
    counts[-1, -1] = 0
    found = Movement(
        scheme.name, scheme.title, asked.question.entity, scheme.ladder, now, last_known_day(asked),
        asked.question.as_of, arrived_by(asked, given), plan.version, since,
        _counts(labels, counts.sum(axis=1)), _counts(labels, counts.sum(axis=0)),
        tuple(Cell(labels[a].name, labels[b].name, int(counts[a, b])) for a, b in np.argwhere(counts).tolist()),
        len(chosen),
        tuple(
            _moved(held, scheme, labels, who[int(panels[1].keys[row])], row, int(was[row]), int(is_[row]))
            for row in page(chosen, given)
        ),
    )  # fmt: skip
    if facts:
        facts.forget()
    return found


def _counts(labels: Sequence[Label], counts: NDArray[np.integer]) -> tuple[Count, ...]:
    return tuple(Count(label.name, label.title, int(count)) for label, count in zip(labels, counts, strict=True))


def _chosen(
    panel: Panel,
    was: NDArray[np.int64],
    is_: NDArray[np.int64],
    labels: Sequence[Label],
    who: Mapping[int, tuple[str, str]],
    given: Mapping[str, Any],
) -> list[int]:
    nobody = len(labels) - 1
    wanted = (was != nobody) | (is_ != nobody)
    if str(given.get("stayed") or "").lower() not in ("true", "yes", "1") and not given.get("id"):
        is_a_cell = given.get("before") and given.get("before") == given.get("after")
        wanted &= (was != is_) | bool(is_a_cell)
    for side, numbers in (("before", was), ("after", is_)):
        if given.get(side):
            wanted &= numbers == label_number(labels, given[side])
    if given.get("id"):
        row = row_of(panel, given["id"])
        if not wanted[row]:
            raise QuestionError(f"{entity_of(panel).capitalize()} '{given['id']}' was there on neither day.")
        wanted &= np.arange(panel.n) == row
    found = np.flatnonzero(wanted).tolist()
    return sorted(found, key=lambda row: (int(was[row]), int(is_[row]), who[int(panel.keys[row])][0]))


def _moved(
    held: tuple[Held, Held],
    scheme: Placement,
    labels: Sequence[Label],
    who: tuple[str, str],
    row: int,
    was: int,
    is_: int,
) -> Moved:
    last = len(labels) - (2 if scheme.needs else 1)  # what is not known, and not being there, are no steps
    is_down = scheme.ladder and was < is_ < last
    panel = held[1].panel
    reasons = told(_why(held, labels, row, was, is_), panel.asked.plan, entity_of(panel))
    return Moved(*who, labels[was].name, labels[is_].name, is_down, reasons)


def _why(held: tuple[Held, Held], labels: Sequence[Label], row: int, was: int, is_: int) -> Iterator[Reason]:
    """What changed: who went up the list met a rule; who went down no longer meets one, and may newly meet a later one."""
    nobody = len(labels) - 1
    if was == is_ or nobody in (was, is_):
        return
    named_ = set[tuple[object, ...]]()
    for number in sorted({was, is_}):
        rule = labels[number].when
        if rule is None or (number == was and is_ < was):
            continue  # an earlier rule took them away, whether or not this one still holds
        for reason in changed(*held, rule, row):
            if (reason.subject, reason.test, reason.values) not in named_:
                # what is no longer below is now at least: one change, told once
                named_ |= {(reason.subject, test, reason.values) for test in (reason.test, OPPOSITES.get(reason.test))}
                yield reason
