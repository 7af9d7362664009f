"""Dates, instants and calendar periods written out."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NO_DATE = "no date"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(value: object) -> str:
    """A date written out, "30 September 2026"; of an instant its UTC date."""
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, date):
        return NO_DATE
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _parsed(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def instant(value: datetime | None, zone: str = "UTC") -> str:
    """A naive UTC instant in the product's zone, "30 September 2026, 14:05"."""
    if value is None:
        return NO_DATE
    local = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    with suppress(OverflowError):  # in the first and the last hours of the calendar a zone leads out of it
        local = local.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M}"


def period(value: object, unit: str = "day") -> str:
    """A calendar period by its first day.

    Args:
        value: The first day, a date or its ISO text.
        unit: day, week, month, quarter or year.

    Returns:
        "3 March 2026", "Week of 3 March 2026", "March 2026", "Q3 2026" or "2026".
    """
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, date):
        return "all time"
    match unit:
        case "week":
            return f"Week of {day(value)}"
        case "month":
            return f"{MONTHS[value.month - 1]} {value.year}"
        case "quarter":
            return f"Q{(value.month + 2) // 3} {value.year}"
        case "year":
            return str(value.year)
        case _:
            return day(value)
