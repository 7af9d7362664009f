"""Asking for scores: of everyone on a day, and why one of them is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isnan
from typing import Any

import numpy as np

from uptake.errors import QuestionError
from uptake.metrics.grain import ACCOUNT, GRAINS, USER, Grain
from uptake.metrics.metric import Asked
from uptake.metrics.question import Question, last_day_before, read_as_of, read_date, read_week_start, read_zone
from uptake.metrics.reading import data_until
from uptake.plan import Plan, Score
from uptake.scores.explanation import Explanation, change, level
from uptake.scores.scored import Scored, scored
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

CHANGE_DAYS = 28
"""Over how many days a change is told where nobody says."""


@dataclass(frozen=True)
class Placed:
    """Somebody's score.

    Args:
        id: Whose.
        score: 0 to 100; None: nothing is known of them.
        lower: Lower end of the 95 % interval.
        upper: Upper end.
        before: The score on the earlier day.
        band: good, average or poor.
        users: Of an account: how many users it has.
    """

    id: str
    score: float | None
    lower: float | None
    upper: float | None
    before: float | None
    band: str | None
    users: int | None

    @property
    def change(self) -> float | None:
        """Points since the earlier day."""
        return None if self.score is None or self.before is None else self.score - self.before


@dataclass(frozen=True)
class Scores:
    """A score of everyone on a day.

    Args:
        score: Which.
        entity: user or account.
        on: As of the end of this day.
        since: The earlier day that changes are told from.
        as_of: What happened from this instant on is not known yet.
        plan_version: The plan it was made by.
        everyone: By score, the lowest first.
    """

    score: Score
    entity: str
    on: date
    since: date
    as_of: datetime
    plan_version: str
    everyone: tuple[Placed, ...]


@dataclass(frozen=True)
class Explained:
    """Why somebody's score is what it is.

    Args:
        of: Whose, with the score.
        on: As of the end of this day.
        since: The earlier day.
        level: From the peers' score to this; None: there is no score.
        change: From the score on the earlier day; None: there was none.
    """

    of: Placed
    on: date
    since: date
    level: Explanation | None
    change: Explanation | None


def named(plan: Plan, name: str) -> Score:
    """The score of that name.

    Raises:
        QuestionError: There is none.
    """
    if name not in plan.all_scores:
        raise QuestionError(f"There is no score '{name}'.", allowed=plan.all_scores)
    return plan.all_scores[name]


def scores(cursor: Cursor, plan: Plan, name: str, given: Mapping[str, Any]) -> Scores:
    """The score of everyone on a day, with what it was before.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The score.
        given: `entity`, `as_of`, `since` (an earlier day), `timezone`.

    Raises:
        QuestionError: A name or a value is not known.
    """
    score = named(plan, name)
    now, since, asked = _days(cursor, plan, score, given)
    made = _both(asked, score, now, since)
    ids = _ids(cursor, asked.grain)
    row = (_placed(made, number, ids) for number in range(made.panel.n) if made.panel.present[number, -1])
    ordered = sorted(row, key=lambda one: (one.score is None, one.score or 0.0, one.id))
    return Scores(score, asked.question.entity, now, since, asked.question.as_of, plan.version, tuple(ordered))


def explain(cursor: Cursor, plan: Plan, name: str, id_: str, given: Mapping[str, Any]) -> Explained:
    """Why somebody's score is what it is, and why it is another than before.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The score.
        id_: The user's, or the account's, id.
        given: As for `scores`.

    Raises:
        QuestionError: A name or a value is not known, or nobody has that id on that day.
    """
    score = named(plan, name)
    now, since, asked = _days(cursor, plan, score, given)
    ids = _ids(cursor, asked.grain)
    key = next((key for key, one in ids.items() if one == id_), None)
    made = _both(asked, score, now, since)
    row = -1 if key is None else int(made.panel.rows(np.array([key]))[0])
    if row < 0 or not made.panel.present[row, -1]:
        raise QuestionError(f"There is no {asked.question.entity} '{id_}' on {now}.", do="Look the id up with search.")
    last = made.panel.days - 1
    return Explained(_placed(made, row, ids), now, since, level(made, row, last), change(made, row, 0, last))


def _days(cursor: Cursor, plan: Plan, score: Score, given: Mapping[str, Any]) -> tuple[date, date, Asked]:
    """The day, the earlier day, and the question within which signals are asked."""
    unknown = set(given) - {"entity", "as_of", "since", "timezone"}
    if unknown:
        raise QuestionError(
            f"A score takes no parameter '{min(unknown)}'.", allowed=("entity", "as_of", "since", "timezone")
        )
    entity = str(given.get("entity") or score.entities[-1])
    if entity not in score.entities:
        raise QuestionError(f"The score '{score.name}' is not of {entity}s.", allowed=score.entities)
    zone = read_zone(given, plan)
    as_of = read_as_of(given.get("as_of"), zone) or data_until(cursor, zone)
    now = last_day_before(as_of, zone)
    since = read_date("since", given.get("since")) or now - timedelta(days=CHANGE_DAYS)
    if since >= now:
        raise QuestionError(f"since is {since}, not before {now}.", do="Name an earlier day.")
    question = Question(score.name, entity, {}, None, now, None, as_of, now, zone, read_week_start(given, plan))
    return now, since, Asked(question, plan, GRAINS[entity], cursor, "points")


def _both(asked: Asked, score: Score, now: date, since: date) -> Scored:
    return scored(Panel(asked, since, now), score)


def _placed(made: Scored, row: int, ids: Mapping[int, str]) -> Placed:
    points, shrunk, last = made.points[row], made.shrunk, made.panel.days - 1
    value = _known(points[last])
    users = None
    if made.panel.grain is ACCOUNT:
        users = int(np.count_nonzero(made.panel.members.present[made.panel.of_member == row, last]))
    return Placed(
        ids[int(made.panel.keys[row])], value, _known(shrunk.lower[row, last]), _known(shrunk.upper[row, last]),
        _known(points[0]), None if value is None else band(made.score, value), users,
    )  # fmt: skip


def band(score: Score, value: float) -> str:
    """good, average or poor; an edge belongs to the band above it.

    A score of risk is good where it is low: below `poor` it is good, from `good` up it is poor.
    """
    high, low = ("good", "poor") if score.higher_is == "better" else ("poor", "good")
    return high if value >= score.bands.good else low if value < score.bands.poor else "average"


def _ids(cursor: Cursor, grain: Grain) -> dict[int, str]:
    side = "user" if grain is USER else "account"
    return dict(cursor.execute(f"SELECT {side}_key, {side}_id FROM {side}s").fetchall())


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def words(explained: Explanation, most: int = 3) -> Iterator[str]:
    """The largest lines as sentences, the largest first."""
    for line in [line for line in explained.lines if line.points][:most]:
        way = "adds" if line.points > 0 else "takes"
        yield f"{line.component or line.kind} {way} {abs(line.points):.1f} points"
