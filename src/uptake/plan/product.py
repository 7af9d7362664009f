"""The product, its calendar, and when life in it begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from uptake.errors import QuestionError
from uptake.plan.problems import Gathering, Problems, nearest, refuse, shown, unknown_keys
from uptake.plan.section import Section
from uptake.plan.selectors import EVENT_KEYS, Selector, read_selector
from uptake.plan.words import Days, Text, read_text

USAGE_INTERVAL_DAYS = 7
WeekStart = Literal["monday", "sunday", "saturday"]
WEEK_STARTS: tuple[str, ...] = get_args(WeekStart)

_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


def time_zone(value: object) -> str:
    """The name of a time zone, given with a question.

    Raises:
        QuestionError: It is none.
    """
    try:
        return _zone(value)
    except Problems as found:
        (problem,) = found.problems
        raise QuestionError(f"timezone {problem.what}.", allowed=problem.allowed, do=problem.do) from None


def _zone(value: object) -> str:
    # Zone names are looked up as files: only what cannot leave the zone folder gets that far.
    if isinstance(value, str) and _ZONE.fullmatch(value):
        try:
            return ZoneInfo(value).key
        except (OSError, ValueError, LookupError):
            pass
    zones = sorted(known for known in available_timezones() if _ZONE.fullmatch(known))
    raise refuse(f"is {shown(value)}", "an IANA time zone such as UTC or Europe/Berlin", do=nearest(value, zones))


def _currency(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        raise refuse(f"is {shown(value)}", "an ISO 4217 code such as EUR or USD")
    return value


class Product(Section):
    """The product and its calendar.

    Args:
        name: How people call it.
        timezone: IANA zone in which days, weeks and months are cut.
        week_start: First day of a week.
        session_gap_minutes: A pause at least this long ends a session.
        usage_interval_days: How often a user who gets value comes back, by the nature of the product.
        currency: ISO 4217 code of the amounts that are imported, or None.
        data_from: First local day from which events are complete, or None: newcomers from before it, whom nobody
            watched, and periods before it are left out unless they are asked for.
    """

    name: Text = "Your product"
    timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    week_start: WeekStart = "monday"
    session_gap_minutes: Annotated[int, Field(ge=1, le=1_440)] = 30
    usage_interval_days: Days = USAGE_INTERVAL_DAYS
    currency: Annotated[str, BeforeValidator(_currency)] | None = None
    data_from: date | None = None


StartKind = Literal["created_at", "signed_on", "first_event", "event", "attribute"]


class StartPoint(BaseModel):
    """One way to tell when life in the product began.

    Args:
        kind: `created_at` and `signed_on` are columns of users and accounts, `first_event` is the first
            event of any name; `event` and `attribute` are told by the next two.
        selector: The first event it selects, if kind is `event`.
        attribute: The attribute that holds the instant, if kind is `attribute`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: StartKind
    selector: Selector | None = None
    attribute: str | None = None


def _start_point(value: object, columns: tuple[StartKind, ...]) -> StartPoint:
    if isinstance(value, StartPoint):
        return value
    for column in columns:
        if value == column:
            return StartPoint(kind=column)
    if not isinstance(value, Mapping):
        allowed = (*columns, "{event: name}", "{attribute: name}")
        raise refuse(f"is {shown(value)}", *allowed, do=nearest(value, columns))
    if "attribute" not in value:
        return StartPoint(kind="event", selector=read_selector(value, EVENT_KEYS))
    if problems := unknown_keys(value, ("attribute",)):
        raise Problems(*problems)
    gathering = Gathering()
    attribute = None
    with gathering.at("attribute"):
        attribute = read_text(value["attribute"])
    gathering.end()
    return StartPoint(kind="attribute", attribute=attribute)


def _user_start(value: object) -> StartPoint:
    return _start_point(value, ("created_at", "first_event"))


def _account_start(value: object) -> StartPoint:
    return _start_point(value, ("signed_on", "created_at", "first_event"))


MemberStart = Literal["seat", "membership"]


class Start(Section):
    """Start of life: the first of the points that yields an instant.

    Args:
        user: Points for users, in the order they are tried.
        account: Points for accounts.
        member: Points for users in an account, never before the user's own start. `membership` is the first day there,
            declared or, if earlier, seen; `seat` the first day of the seat, whatever was done before: a seat that begins
            later than the first use then moves the start to a later day.
    """

    user: Annotated[tuple[Annotated[StartPoint, BeforeValidator(_user_start)], ...], Field(min_length=1)] = (
        StartPoint(kind="created_at"),
        StartPoint(kind="first_event"),
    )
    account: Annotated[tuple[Annotated[StartPoint, BeforeValidator(_account_start)], ...], Field(min_length=1)] = (
        StartPoint(kind="signed_on"),
        StartPoint(kind="created_at"),
        StartPoint(kind="first_event"),
    )
    member: Annotated[tuple[MemberStart, ...], Field(min_length=1)] = ("membership",)
