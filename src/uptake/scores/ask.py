"""Asking for scores: of everyone on a day, and why one of them is what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uptake.errors import QuestionError
from uptake.metrics.core.grain import GRAINS
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.names import names_of
from uptake.metrics.core.question import Question, last_day_before, read_as_of, read_date, read_week_start, read_zone
from uptake.metrics.core.reading import data_until
from uptake.metrics.core.result import Column, arrow
from uptake.plan import Plan, Score
from uptake.scores.explanation import Explanation, change, level
from uptake.scores.movement import against_earlier
from uptake.scores.sentences import About, told
from uptake.scores.standing import Standing, standings
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

if TYPE_CHECKING:
    import pandas as pd


GIVEN = ("entity", "as_of", "since", "timezone", "known_by")
"""What can be given with the name of a score. What was `known_by` then is in the facts that the cursor finds."""
CHANGE_DAYS = 28
"""Over how many days a change is told where nobody says."""


@dataclass(frozen=True)
class Placed:
    """Somebody's score.

    Args:
        id: Whose.
        name: What they are called; the id where nobody says.
        score: 0 to 100; None: nothing is known of them.
        lower: Lower end of the 95 % interval.
        upper: Upper end.
        before: The score on the earlier day.
        band: good, average or poor.
        users: Of an account: how many users it has.
    """

    id: str
    name: str
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
        score: Which, by its name in the plan.
        title: What it is called.
        entity: user or account.
        on: As of the end of this day.
        data_until: The last day of which anything is known; after it counts as if nothing had happened.
        since: The earlier day that changes are told from.
        as_of: What happened from this instant on is not known yet.
        known_by: What was received from this instant on does not count; None: everything counts.
        plan_version: The plan it was made by.
        everyone: By score, the lowest first, those without one last.
    """

    score: str
    title: str
    entity: str
    on: date
    data_until: date
    since: date
    as_of: datetime
    known_by: datetime | None
    plan_version: str
    everyone: tuple[Placed, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names, types and units of the rows."""
        of_accounts = (Column("users", "integer", "count"),) if self.entity == "account" else ()
        points = tuple(Column(name, "number", "points") for name in ("score", "lower", "upper", "before", "change"))
        about = (Column(f"{self.entity}_id", "text"), Column("name", "text"))
        return (*about, *points, Column("band", "text"), *of_accounts)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Everyone, a row each."""
        names = [column.name for column in self.columns]
        return [{name: getattr(one, "id" if name.endswith("_id") else name) for name in names} for one in self.everyone]

    def to_dict(self) -> dict[str, Any]:
        """The scores as plain values, in the shape of the command line's JSON."""
        return {
            "score": self.score, "title": self.title, "entity": self.entity, "on": self.on, "data_until": self.data_until,
            "since": self.since, "as_of": self.as_of, "known_by": self.known_by, "plan_version": self.plan_version,
            "rows": self.rows,
        }  # fmt: skip

    def to_arrow(self) -> pa.Table:
        """The scores as an Arrow table."""
        return arrow(self.columns, self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """The scores as a pandas frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame


@dataclass(frozen=True)
class Explained:
    """Why somebody's score is what it is.

    Args:
        score: Which score.
        title: What it is called.
        entity: user or account.
        of: Whose, with the score.
        on: As of the end of this day.
        data_until: The last day of which anything is known; after it counts as if nothing had happened.
        since: The earlier day.
        peers: Who the peers are, in words.
        level: From the peers' score to this; None: there is no score.
        change: From the score on the earlier day; None: there was none.
    """

    score: str
    title: str
    entity: str
    of: Placed
    on: date
    data_until: date
    since: date
    peers: str
    level: Explanation | None
    change: Explanation | None

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain values, in the shape of the command line's JSON."""
        return asdict(self)


def named(plan: Plan, name: str) -> Score:
    """The score of that name.

    Raises:
        QuestionError: There is none.
    """
    if name not in plan.all_scores:
        raise QuestionError(f"There is no score '{name}'.", allowed=plan.all_scores)
    return plan.all_scores[name]


def scores(cursor: Cursor, plan: Plan, name: str, given: Mapping[str, Any], kept: Kept | None = None) -> Scores:
    """The score of everyone on a day, with what it was before.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The score.
        given: `entity`, `as_of`, `since` (an earlier day), `timezone`.
        kept: Where what was worked out is kept for the next question; None: nowhere.

    Raises:
        QuestionError: A name or a value is not known.
    """
    score = named(plan, name)
    now, since, asked = _days(cursor, plan, score, given)
    before, made = standings(asked, score, [since, now], kept)
    who = names_of(cursor, asked.question.entity, asked.question.as_of)
    row = (_placed(made, before, number, who) for number in np.flatnonzero(made.present).tolist())
    ordered = sorted(row, key=lambda one: (one.score is None, one.score or 0.0, one.id))
    return Scores(
        score.name, score.title, asked.question.entity, now, last_known_day(asked), since, asked.question.as_of,
        arrived_by(asked, given), plan.version, tuple(ordered),
    )  # fmt: skip


def prepare(cursor: Cursor, plan: Plan, name: str, given: Mapping[str, Any], kept: Kept) -> None:
    """Works out what `scores` and `explain` are made of, to be kept; parameters as for `scores`."""
    score = named(plan, name)
    now, since, asked = _days(cursor, plan, score, given)
    standings(asked, score, [since, now], kept)


def explain(
    cursor: Cursor, plan: Plan, name: str, id_: str, given: Mapping[str, Any], kept: Kept | None = None
) -> Explained:
    """Why somebody's score is what it is, and why it is another than before.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        name: The score.
        id_: The user's, or the account's, id.
        given: As for `scores`.
        kept: As for `scores`.

    Raises:
        QuestionError: A name or a value is not known, or nobody has that id on that day.
    """
    score = named(plan, name)
    now, since, asked = _days(cursor, plan, score, given)
    entity = asked.question.entity
    before, made = standings(asked, score, [since, now], kept)
    key = key_of(cursor, entity, id_)
    row = made.row(key)
    if row is None or not made.present[row]:
        raise QuestionError(f"There is no {entity} '{id_}' on {now}.", do="Look the id up with search.")
    about = About(plan, score, entity)
    up = level(made.scored, row)
    on = change(before.scored, made.scored, row, against_earlier(before.scored, made.scored, row))
    who = names_of(cursor, entity, asked.question.as_of, [key])
    return Explained(
        score.name, score.title, entity, _placed(made, before, row, who), now, last_known_day(asked), since,
        _peers(made, score, entity, row),
        None if up is None else told(up, about),
        None if on is None else told(on, replace(about, is_change=True)),
    )  # fmt: skip


def _peers(made: Standing, score: Score, entity: str, row: int) -> str:
    """Who the peers are, in words."""
    groups, is_known = made.scored.groups[:, -1], ~np.isnan(made.scored.own[:, -1])
    count = int(np.count_nonzero(is_known & (groups == groups[row])))
    if score.peers is None:
        return f"all {count:,} {entity}s"
    return f"the {count:,} {entity}s with the same {score.peers}"


def days(
    cursor: Cursor, plan: Plan, what: str, name: str, entities: Sequence[str], given: Mapping[str, Any],
    also: Sequence[str] = (),
) -> tuple[date, date, Asked]:  # fmt: skip
    """The day something is asked of, the earlier day, and the question within which signals are asked.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        what: What is asked for, for messages: score.
        name: Which one.
        entities: Whose it can be; the last, if nobody says.
        given: `entity`, `as_of`, `since` (an earlier day), `timezone`.
        also: Further names that may be given.

    Raises:
        QuestionError: A name or a value is not known.
    """
    allowed = (*GIVEN, *also)
    unknown = set(given) - set(allowed)
    if unknown:
        raise QuestionError(f"A {what} takes no parameter '{min(unknown)}'.", allowed=allowed)
    entity = str(given.get("entity") or entities[-1])
    if entity not in entities:
        raise QuestionError(f"The {what} '{name}' is not of {entity}s.", allowed=entities)
    zone = read_zone(given, plan)
    as_of = read_as_of(given.get("as_of"), zone) or data_until(cursor, zone)
    now = last_day_before(as_of, zone)
    since = read_date("since", given.get("since")) or now - timedelta(days=CHANGE_DAYS)
    if since >= now:
        raise QuestionError(f"since is {since}, not before {now}.", do="Name an earlier day.")
    question = Question(name, entity, {}, None, now, None, as_of, now, zone, read_week_start(given, plan))
    return now, since, Asked(question, plan, GRAINS[entity], cursor, "points")


def arrived_by(asked: Asked, given: Mapping[str, Any]) -> datetime | None:
    """The instant from which on nothing that was received counts; None: everything does."""
    return read_as_of(given.get("known_by"), asked.question.timezone)


def last_known_day(asked: Asked) -> date:
    """The last day of which anything is known, whatever later one was asked of."""
    return last_day_before(data_until(asked.cursor, asked.question.timezone), asked.question.timezone)


def question_of(cursor: Cursor, plan: Plan, score: Score, given: Mapping[str, Any]) -> tuple[date, Asked]:
    """The day a score is asked of, and the question within which its signals are; parameters as for `scores`."""
    now, _, asked = _days(cursor, plan, score, given)
    return now, asked


def _days(cursor: Cursor, plan: Plan, score: Score, given: Mapping[str, Any]) -> tuple[date, date, Asked]:
    return days(cursor, plan, "score", score.name, score.entities, given)


def _placed(made: Standing, before: Standing, row: int, who: Mapping[int, tuple[str, str]]) -> Placed:
    points, shrunk = made.scored.points[row, -1], made.scored.shrunk
    value = _known(points)
    return Placed(
        *who[int(made.keys[row])], value, _known(shrunk.lower[row, -1]), _known(shrunk.upper[row, -1]),
        _known(before.scored.points[row, -1]), None if value is None else band(made.scored.score, value),
        None if made.users is None else int(made.users[row]),
    )  # fmt: skip


def band(score: Score, value: float) -> str:
    """good, average or poor; an edge belongs to the band above it.

    A score of risk is good where it is low: below `poor` it is good, from `good` up it is poor.
    """
    high, low = ("good", "poor") if score.higher_is == "better" else ("poor", "good")
    return high if value >= score.bands.good else low if value < score.bands.poor else "average"


def key_of(cursor: Cursor, entity: str, id_: str) -> int:
    """The number of somebody; a user who was merged is the person they became. -1: there is nobody."""
    become = "coalesce((SELECT p.user_key FROM person p WHERE p.actor_key = u.user_key), u.user_key)"
    found = cursor.execute(
        f"SELECT {become if entity == 'user' else 'u.account_key'} FROM {entity}s u WHERE u.{entity}_id = ?", [id_]
    ).fetchone()
    return -1 if found is None else int(found[0])


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
