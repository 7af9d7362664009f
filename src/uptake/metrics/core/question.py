"""A question to a metric, complete: every default filled in, every value checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from uptake.errors import QuestionError
from uptake.plan import WEEK_STARTS, Conditions, Plan, time_zone

ALL = "all"
"""The word for no period, and for no limit to the groups."""
NONE, PREVIOUS_PERIOD, PREVIOUS_YEAR = "none", "previous_period", "previous_year"
COMPARISONS = (NONE, PREVIOUS_PERIOD, PREVIOUS_YEAR)
PERIODS = ("day", "week", "month", "quarter")


@dataclass(frozen=True)
class Question:
    """What is asked of a metric.

    Args:
        metric: Its name.
        entity: user, account or member.
        params: The metric's parameters, complete.
        date_from: First day of the range, in the question's time zone; None: from the beginning.
        date_to: Last day of the range, inclusive.
        period: day, week, month, quarter, or None for one number over the range.
        as_of: What happened at or after this instant (UTC) is not known yet.
        last_day: The last local day that was over at `as_of`.
        timezone: IANA zone in which days begin.
        week_start: First day of a week.
        by: Attributes to break the answer down by.
        top: How many groups of the breakdown stay apart, the largest; None: all.
        keep: The groups that stay apart, where they are known already; `top` is not looked at then.
        compare: The earlier window that stands beside the answer: previous_period, previous_year or none.
        where: Conditions on attributes that all must hold.
        segments: Names of segments, all of which somebody has to be in.
        properties: When attributes count where `by` or `where` does not say: at_event, most_recent or any_time.
    """

    metric: str
    entity: str
    params: Mapping[str, Any]
    date_from: date | None
    date_to: date
    period: str | None
    as_of: datetime
    last_day: date
    timezone: str
    week_start: str
    by: tuple[str, ...] = ()
    top: int | None = None
    keep: tuple[tuple[str, ...], ...] | None = None
    compare: str = NONE
    where: Conditions = ()
    segments: tuple[str, ...] = ()
    properties: str = "at_event"


def read_zone(given: Mapping[str, Any], plan: Plan) -> str:
    """The time zone in which a question cuts days: the product's unless it names one.

    Raises:
        QuestionError: It names none there is.
    """
    value = given.get("timezone")
    return plan.product.timezone if value in (None, "") else time_zone(value)


def read_week_start(given: Mapping[str, Any], plan: Plan) -> str:
    """The day on which a question's weeks begin: the product's unless it names one.

    Raises:
        QuestionError: Weeks cannot begin on it.
    """
    value = given.get("week_start")
    if value in (None, ""):
        return plan.product.week_start
    if str(value).lower() not in WEEK_STARTS:
        raise QuestionError(f"week_start is '{value}'.", allowed=WEEK_STARTS)
    return str(value).lower()


def read_date(name: str, value: object) -> date | None:
    """A date parameter; None stays None.

    Raises:
        QuestionError: It is no date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise QuestionError(f"{name} is '{value}'.", allowed=["a date such as 2026-03-31"]) from None


def read_as_of(value: object, zone: str) -> datetime | None:
    """The instant of `as_of`; a bare date means: that day is over.

    Args:
        value: A date, an instant (without an offset: UTC), either as text, or None.
        zone: The question's time zone.

    Returns:
        A UTC instant without zone, or None.

    Raises:
        QuestionError: It is neither date nor instant.

    >>> read_as_of("2026-03-31", "Europe/Berlin")
    datetime.datetime(2026, 3, 31, 22, 0)
    """
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return begin_of(value + timedelta(days=1), zone)
    if not isinstance(value, datetime):
        text = str(value)
        try:
            if len(text) <= len("2026-03-31"):
                return begin_of(date.fromisoformat(text) + timedelta(days=1), zone)
            value = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            raise QuestionError(
                f"as_of is '{text}'.", allowed=["a date such as 2026-03-31", "an instant such as 2026-03-31T12:00:00Z"]
            ) from None
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def begin_of(day: date, zone: str) -> datetime:
    """The UTC instant (without zone) at which a local day begins.

    A day whose midnight does not exist (the clock jumps over it) begins at the jump.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def last_day_before(instant: datetime, zone: str) -> date:
    """The last local day that was over at a UTC instant."""
    day = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=1)


def read_top(value: object) -> int | None:
    """How many groups stay apart; None for all.

    Raises:
        QuestionError: It is no number of groups.
    """
    if value in (None, "", ALL):
        return None
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) < 1:
        raise QuestionError(f"top is '{value}'.", allowed=["a whole number from 1", ALL])
    return int(str(value))


def read_period(value: object) -> str | None:
    """The period; empty means one number over the whole range.

    Raises:
        QuestionError: It is no period.
    """
    if value in (None, "", ALL):
        return None
    if value not in PERIODS:
        raise QuestionError(f"period is '{value}'.", allowed=PERIODS)
    return str(value)


def read_names(name: str, value: object) -> tuple[str, ...]:
    """Names, each once: a list of them, or a text with commas.

    Raises:
        QuestionError: It is neither.

    >>> read_names("segment", "pilot, big"), read_names("segment", None)
    (('pilot', 'big'), ())
    """
    given = value.split(",") if isinstance(value, str) else () if value is None else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise QuestionError(f"{name} is '{value}'.", allowed=["a name", "several, with commas", "a list of names"])
    return tuple(dict.fromkeys(one.strip() for one in given if one.strip()))


def read_choice(name: str, value: object, allowed: Sequence[str]) -> str:
    """One word of several.

    Raises:
        QuestionError: It is none of them.
    """
    if value not in allowed:
        raise QuestionError(f"{name} is '{value}'.", allowed=allowed)
    return str(value)
