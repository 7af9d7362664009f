"""The answer of benchmarks: who is exemplary, how far everybody is, by account and by cohort."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from math import isnan
from typing import Any, Literal

from uptake.benchmarks.record import Record
from uptake.metrics.core.result import Column
from uptake.stats.estimate import Estimate

REASONS = {
    "onboarding": "Onboarding is not finished",
    "training": "Not trained yet",
    "people": "The right people are not in it",
    "champion": "The champion left",
    "fit": "Another type of customer",
    "need": "No need for more at the moment",
    "product": "The product lacks something",
    "other": "Something else",
}
"""What a manager may say about an account that is far from its benchmark."""
State = Literal["reached", "slipped", "on_the_way", "unknown"]
STATES: dict[State, str] = {
    "reached": "reached, and holds",
    "slipped": "was reached, not any more",
    "on_the_way": "not reached yet: keep going",
    "unknown": "nothing is known",
}


@dataclass(frozen=True)
class MeasureBenchmark:
    """The benchmark of one measure.

    Args:
        name: The measure.
        signal: Its signal.
        unit: The signal's unit.
        better: higher or lower.
        median: The benchmark; None: nothing is known of the exemplary accounts.
        lowest: The lower end of the band.
        highest: The upper end.
    """

    name: str
    signal: str
    unit: str
    better: str
    median: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class Exemplar:
    """An exemplary account.

    Args:
        id: Which.
        left_out: What it has of the benchmark that the others make; None: there are no others.
    """

    id: str
    left_out: float | None


@dataclass(frozen=True)
class TypeBenchmark:
    """The benchmark of a type of customer.

    Args:
        name: Its name in the plan.
        title: How people call it.
        accounts: How many accounts are of the type.
        measures: What it is made of.
        exemplars: The exemplary accounts.
        are_proposed: Whether they were proposed, not named by hand.
        target: The attainment at which somebody has come as far.
        weeks: For how many weeks running it has to hold.
        trained: How many of the exemplary accounts had a training.
        doubts: What speaks against relying on it, sentences.
    """

    name: str
    title: str
    accounts: int
    measures: tuple[MeasureBenchmark, ...]
    exemplars: tuple[Exemplar, ...]
    are_proposed: bool
    target: float
    weeks: int
    trained: int
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What an account has of one measure.

    Args:
        name: The measure.
        value: Its value; None: not known.
        attained: What it is of the benchmark, 0 to 1; None: one of them is not known.
    """

    name: str
    value: float | None
    attained: float | None


@dataclass(frozen=True)
class Expected:
    """When an account will be at its target, if it goes as it went for accounts like it.

    Args:
        share: How many of them were there within 13 weeks, 0 to 1, with interval and how many they are.
        on: The day by which half of them were there; None: fewer were within half a year.
        earliest: By which a fifth of them were.
        latest: By which four fifths were.
    """

    share: Estimate
    on: date | None
    earliest: date | None
    latest: date | None


@dataclass(frozen=True)
class Pace:
    """When an account will be at its target, by the line through its own last weeks.

    Args:
        on: The day.
        earliest: By the steepest line of the slope's 95 % interval.
        latest: By the flattest; None: by that it is never reached.
    """

    on: date
    earliest: date | None
    latest: date | None


@dataclass(frozen=True)
class Progress:
    """The way of an account to its benchmark.

    Args:
        state: How it stands.
        weekly: Attainment at the end of each week, the last on the day of the answer.
        reached_on: When the target had held for long enough; None: not in these weeks.
        expected: When it will be reached, by accounts like it; None: it holds, or that cannot be said.
        why_not: Why it cannot.
        pace: When it will be reached at its own pace; None: it holds, or there is no line that leads there.
        why_no_pace: Why there is none.
    """

    state: State
    weekly: tuple[float | None, ...]
    reached_on: date | None
    expected: Expected | None
    why_not: str
    pace: Pace | None
    why_no_pace: str

    @property
    def keep_going(self) -> bool:
        """Whether onboarding is not over: the target was not reached, or not for long enough."""
        return self.state == "on_the_way"


@dataclass(frozen=True)
class Account:
    """An account against its benchmark.

    Args:
        id: Which.
        type: The type it is held against; None: it is of none.
        attainment: What it has of the benchmark, 0 to 1; None: nothing is known.
        standings: Measure by measure.
        is_exemplary: Whether it is exemplary itself.
        fits: Another type, whose exemplary accounts it is more like; None: there is none.
        unlike_own: How unlike it is to those of its own type, 0 to 1.
        unlike_other: How unlike to those of the type it fits.
        signed_on: First day of the month in which it signed, or began.
        group: Its value of the attribute that was asked for; empty: none was.
        way: Its way so far.
        missing_steps: Required steps of onboarding that nobody there has done.
        trainings: How many trainings it had.
        missing_roles: Roles that most exemplary accounts have an active member in, and it has none.
        idle_roles: Those of them that somebody holds who is not active.
        reason: What a manager wrote; empty: nothing.
        note: In their words.
        name: What it is called; the id, where nobody says.
    """

    id: str
    type: str | None
    attainment: float | None
    standings: tuple[Standing, ...]
    is_exemplary: bool
    fits: str | None
    unlike_own: float | None
    unlike_other: float | None
    signed_on: date | None
    group: str
    way: Progress
    missing_steps: tuple[str, ...]
    trainings: int
    missing_roles: tuple[str, ...]
    idle_roles: tuple[str, ...]
    reason: str
    note: str
    name: str

    @property
    def distance(self) -> float | None:
        """What is missing of the benchmark, 0 to 1."""
        return None if self.attainment is None else 1.0 - self.attainment


@dataclass(frozen=True)
class Cohort:
    """Accounts that have something in common.

    Args:
        name: What: the month of signing, or the value of an attribute.
        accounts: How many there are.
        known: Of how many something is known.
        attainment: Their mean; None: nothing is known of any.
        measures: The mean of what they have of each measure.
        reached: How many have reached the target and hold it.
        keep_going: How many are on the way.
        reasons: Reason -> how many.
    """

    name: str
    accounts: int
    known: int
    attainment: float | None
    measures: dict[str, float]
    reached: int
    keep_going: int
    reasons: dict[str, int]

    @property
    def distance(self) -> float | None:
        """What is missing of the benchmark, 0 to 1, on average."""
        return None if self.attainment is None else 1.0 - self.attainment


COLUMNS = (
    Column("account_id", "text"), Column("account_name", "text"), Column("type", "text"), Column("distance", "number", "share"),
    Column("attainment", "number", "share"), Column("furthest", "text"), Column("state", "text"),
    Column("reached_on", "date"), Column("within_13_weeks", "number", "share"), Column("accounts_like_it", "integer", "count"),
    Column("expected_on", "date"), Column("earliest_on", "date"),
    Column("latest_on", "date"), Column("own_pace_on", "date"), Column("own_pace_earliest_on", "date"),
    Column("own_pace_latest_on", "date"), Column("fits", "text"), Column("signed_month", "date"), Column("group", "text"),
    Column("missing_steps", "text"), Column("trainings", "integer", "count"), Column("missing_roles", "text"),
    Column("reason", "text"), Column("note", "text"), Column("is_exemplary", "boolean"),
)  # fmt: skip


@dataclass(frozen=True)
class Benchmarks:
    """Everybody against the benchmark of their type.

    Args:
        on: As of the end of this day.
        data_until: The last day of which anything is known; after it counts as if nothing had happened.
        as_of: What happened from this instant on is not known yet.
        timezone: Where days are cut.
        plan_version: The plan it was made by.
        by: The attribute that cohorts are made of; empty: the month of signing.
        types: The benchmarks.
        accounts: By distance, the furthest first; those of which nothing is known last.
        cohorts: Likewise.
        record: How the forecasts of 13 weeks ago did.
    """

    on: date
    data_until: date
    as_of: datetime
    timezone: str
    plan_version: str
    by: str
    types: tuple[TypeBenchmark, ...]
    accounts: tuple[Account, ...]
    cohorts: tuple[Cohort, ...]
    record: Record

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of `rows`: of every account, then value and attainment of each measure."""
        own = []
        for name, unit in {one.name: one.unit for type_ in self.types for one in type_.measures}.items():
            own += [Column(name, "number", unit), Column(f"{name}_attained", "number", "share")]
        return (*COLUMNS, *own)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """An account a row."""
        return [_row(one) for one in self.accounts]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "on": self.on, "data_until": self.data_until, "as_of": self.as_of, "timezone": self.timezone,
            "plan_version": self.plan_version, "by": self.by, "types": [plain(one) for one in self.types],
            "accounts": [plain(one) for one in self.accounts], "cohorts": [plain(one) for one in self.cohorts],
            "record": plain(self.record),
        }  # fmt: skip


def plain(one: Any) -> Any:  # noqa: ANN401 - dataclasses and what is in them
    """Dataclasses as dictionaries, with distances."""
    if isinstance(one, Estimate):
        return {name: None if isnan(value) else value for name, value in one._asdict().items()}
    if isinstance(one, tuple):
        return [plain(part) for part in one]
    if not hasattr(one, "__dataclass_fields__"):
        return one
    found = {field.name: plain(getattr(one, field.name)) for field in fields(one)}
    if isinstance(one, Account | Cohort):
        found["distance"] = one.distance
    if isinstance(one, Progress):
        found["keep_going"] = one.keep_going
    return found


def furthest(account: Account) -> Standing | None:
    """The measure that an account has the least of."""
    known = [one for one in account.standings if one.attained is not None and one.attained < 1]
    return min(known, key=lambda one: one.attained or 0.0) if known else None


def _row(one: Account) -> dict[str, Any]:
    least, way = furthest(one), one.way
    found: dict[str, Any] = {
        "account_id": one.id, "account_name": one.name, "type": one.type, "distance": one.distance, "attainment": one.attainment,
        "furthest": least.name if least else None, "state": way.state, "reached_on": way.reached_on,
        "expected_on": way.expected.on if way.expected else None,
        "earliest_on": way.expected.earliest if way.expected else None,
        "latest_on": way.expected.latest if way.expected else None,
        "own_pace_on": way.pace.on if way.pace else None,
        "own_pace_earliest_on": way.pace.earliest if way.pace else None,
        "own_pace_latest_on": way.pace.latest if way.pace else None, "fits": one.fits, "signed_month": one.signed_on,
        "group": one.group, "missing_steps": ", ".join(one.missing_steps), "trainings": one.trainings,
        "missing_roles": ", ".join(one.missing_roles), "reason": one.reason, "note": one.note,
        "is_exemplary": one.is_exemplary,
    }  # fmt: skip
    for standing in one.standings:
        found |= {standing.name: standing.value, f"{standing.name}_attained": standing.attained}
    return found
