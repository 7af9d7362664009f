"""Periods on a time axis: how long they are, where the next begins, which of them get a tick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from json import dumps
from typing import Any

from uptake.charts import dates

EPOCH = date(1970, 1, 1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}
MOST_TICKS = 8


def first_day(value: object) -> date:
    """The date of a `period_on`, which may be a date, an instant or ISO text."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def period_of(days: Iterable[date], otherwise: str = "day") -> str:
    """The period whose first days these are, by the smallest distance between two; of fewer than two it is unknown."""
    ordered = sorted(set(days))
    if len(ordered) < 2:
        return otherwise
    gap = min(((after - before).days for before, after in pairwise(ordered)))
    lengths = ((360, "year"), (88, "quarter"), (28, "month"), (7, "week"))
    return next((name for length, name in lengths if gap >= length), "day")


def next_first_day(first: date, period: str) -> date:
    """The first day of the period after the one that begins on `first`."""
    if period in DAYS:
        return first + timedelta(days=DAYS[period])
    month = first.month - 1 + MONTHS[period]
    # Counted from the first of the month, so that no month is too short for the day.
    return date(first.year + month // 12, month % 12 + 1, 1)


def ticks(days: Sequence[date], period: str, most: int = MOST_TICKS) -> list[date]:
    """At most that many of the first days, at even distances; months and quarters fall on January where they can."""
    ordered = sorted(set(days))
    if len(ordered) <= most:
        return ordered
    if period == "day" and len(ordered) > most * 7:
        ordered = [day for day in ordered if day.day == 1]
        period = "month"
    if len(ordered) > most and period in ("month", "quarter"):
        for months in (2, 3, 4, 6, 12, 24, 60, 120):
            found = [day for day in ordered if (day.year * 12 + day.month - 1) % months == 0]
            if 0 < len(found) <= most:
                return found
    step = -(-len(ordered) // most)
    return ordered[:: 7 if period == "day" and 1 < step < 7 else step]


def milliseconds(day: date) -> int:
    """The start of a day as Vega counts time: milliseconds since 1970, UTC."""
    return (day - EPOCH).days * 86_400_000


def utc_day(day: date) -> dict[str, Any]:
    """A day as Vega-Lite writes dates; a plain number would become a call that its interpreter reads as a year."""
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def time_axis(days: Sequence[date], period: str) -> dict[str, Any]:
    """An axis with a tick at some first days; the year stands below the first tick and where it changes."""
    shown = ticks(days, period)
    labels: list[str | list[str]] = []
    year = 0
    for day in shown:
        text = _short(day, period)
        labels.append([text, str(day.year)] if day.year != year and period != "year" else text)
        year = day.year
    instants = dumps([milliseconds(day) for day in shown])
    text = f"{dumps(labels, ensure_ascii=False)}[indexof({instants}, time(datum.value))]"
    return {"values": [utc_day(day) for day in shown], "labelExpr": text, "title": None}


def _short(day: date, period: str) -> str:
    month = dates.MONTHS[day.month - 1][:3]
    match period:
        case "month":
            return month
        case "quarter":
            return f"Q{(day.month + 2) // 3}"
        case "year":
            return str(day.year)
        case _:
            return f"{day.day} {month}"
