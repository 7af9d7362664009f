"""Periods of a question, as SQL: the relation `period`, cut from the calendar once for every metric."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from uptake.facts.calendar import SHIFT, recut
from uptake.metrics.core.question import Question
from uptake.plan import Plan
from uptake.store.projection import Cursor
from uptake.store.sql import parameters

EPOCH = datetime(1970, 1, 1)
COLUMN = {"day": "day", "week": "week_on", "month": "month_on", "quarter": "quarter_on"}
MONTHS = {"month": 1, "quarter": 3}
"""Months of a period; a week has 7 days."""
NUMBER = {
    "day": "({day} - DATE '1970-01-01')",
    "week": "(({day} - DATE '1970-01-01') // 7)",
    "month": "(year({day}) * 12 + month({day}))",
    "quarter": "(year({day}) * 4 + quarter({day}))",
}
"""First day of a period -> a number that grows by one from period to period."""

FROM_THE_BEGINNING = """greatest(least((
            SELECT min(started_at)::DATE - 1 FROM (
                SELECT started_at FROM user_start UNION ALL SELECT started_at FROM account_start)
        ), $date_to), DATE '1970-01-01')"""
"""SQL for the first day of a range that has none: before anybody's start, but never after its last day."""


def first_day(day: date, period: str, week_start: str) -> date:
    """The first day of the period that a day lies in.

    >>> first_day(date(2026, 8, 20), "quarter", "monday"), first_day(date(2026, 8, 20), "week", "sunday")
    (datetime.date(2026, 7, 1), datetime.date(2026, 8, 16))
    """
    if period in MONTHS:
        return date(day.year, (day.month - 1) // MONTHS[period] * MONTHS[period] + 1, 1)
    return day - timedelta(days=(day.weekday() + SHIFT[week_start]) % 7 if period == "week" else 0)


def between(earlier: date, later: date, period: str) -> int:
    """How many periods lie between two periods, by their first days.

    >>> between(date(2025, 10, 1), date(2026, 4, 1), "quarter")
    2
    """
    if period in MONTHS:
        return ((later.year - earlier.year) * 12 + later.month - earlier.month) // MONTHS[period]
    return (later - earlier).days // (7 if period == "week" else 1)


def shifted(first: date, period: str, by: int) -> date:
    """The first day of the period so many periods after one; before, where the number is negative.

    >>> shifted(date(2026, 1, 1), "month", -2)
    datetime.date(2025, 11, 1)
    """
    if period in MONTHS:
        month = first.year * 12 + first.month - 1 + by * MONTHS[period]
        return date(month // 12, month % 12 + 1, 1)
    return first + timedelta(days=by * (7 if period == "week" else 1))


def is_over(period_on: date, period: str, last_day: date) -> bool:
    """Whether a period lies wholly up to a day.

    >>> is_over(date(2026, 1, 1), "quarter", date(2026, 3, 30))
    False
    """
    return shifted(period_on, period, 1) <= last_day + timedelta(days=1)


def sql(question: Question, beginning: str = FROM_THE_BEGINNING) -> str:
    """SQL for `period`: period_on, first_day, last_day, begins_at, ends_at, on_day, on_at, is_closed.

    Args:
        question: The question.
        beginning: SQL for the first day of a range that has none.

    Periods are whole, also the first and the last one; those that begin after the last day that was
    over are left out. `on_day` is the last day of the period that was over at `as_of`, `on_at` the
    instant after it. Without a period the range is one row, with `period_on` NULL.
    """
    begin = "greatest($date_from, DATE '1970-01-01')" if question.date_from is not None else beginning
    if question.period is None:
        return f"""SELECT NULL::DATE AS period_on, min(day) AS first_day, max(day) AS last_day,
            min(begins_at) AS begins_at, max(ends_at) AS ends_at, max(day) AS on_day,
            least(max(ends_at), $as_of) AS on_at, max(ends_at) <= $as_of AS is_closed
        FROM calendar WHERE day BETWEEN {begin} AND $date_to HAVING count(*) > 0"""
    column = COLUMN[question.period]
    return f"""SELECT {column} AS period_on, min(day) AS first_day, max(day) AS last_day,
            min(begins_at) AS begins_at, max(ends_at) AS ends_at, least(max(day), $last_day) AS on_day,
            least(max(ends_at), $as_of) AS on_at, max(ends_at) <= $as_of AS is_closed
        FROM calendar WHERE {column} BETWEEN (
            SELECT {column} FROM calendar WHERE day = {begin}
        ) AND (SELECT {column} FROM calendar WHERE day = $date_to)
        GROUP BY {column} HAVING min(day) <= $last_day"""


def weeks(question: Question, plan: Plan) -> dict[str, str]:
    """The relation `calendar`, where weeks begin on another day than the product's; else nothing."""
    if question.week_start == plan.product.week_start:
        return {}
    return {"calendar": recut(question.week_start)}


def read(cursor: Cursor, question: Question, plan: Plan) -> list[tuple[date | None, datetime, datetime]]:
    """The periods of a question in their order: the first day (None without periods), beginning and end."""
    return _rows(cursor, question, plan, "period_on, begins_at, ends_at")


def ends(cursor: Cursor, question: Question, plan: Plan) -> list[tuple[date | None, date]]:
    """The periods of a question in their order: the first day (None without periods), and the last that was over."""
    return _rows(cursor, question, plan, "period_on, on_day")


def edges(cursor: Cursor, question: Question, plan: Plan) -> list[tuple[date | None, date, datetime, date, datetime]]:
    """The periods of a question in their order: the first day, where each ends and where it begins.

    Where it ends is the last day that was over and the instant after it; where it begins, the last day before it and the
    instant after that.
    """
    return _rows(cursor, question, plan, "period_on, on_day, on_at, first_day - 1, begins_at")


def _rows(cursor: Cursor, question: Question, plan: Plan, columns: str) -> list[Any]:
    relations = {**weeks(question, plan), "period": sql(question)}
    text = "WITH " + ", ".join(f"{name} AS ({body})" for name, body in relations.items())
    text += f" SELECT {columns} FROM period ORDER BY begins_at"
    values = {"as_of": question.as_of, "date_from": question.date_from, "date_to": question.date_to}
    values["last_day"] = question.last_day
    taken = parameters(text)
    return cursor.execute(text, {name: value for name, value in values.items() if name in taken}).fetchall()


def microseconds_of(instant: datetime) -> int:
    """A UTC instant without zone as microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)
