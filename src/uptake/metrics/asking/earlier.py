"""Compared with an earlier period: beside each estimate that of the window before, the difference and its interval.

The earlier window is as long and, where the answer has periods, has as many of them; rows meet by the number of
their period within the window. It is asked like the question itself, with all that is known at its `as_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from math import isfinite, nan
from typing import Any

from uptake.metrics.asking.prepared import Prepared
from uptake.metrics.core import periods
from uptake.metrics.core.dimensions import OTHER, EventProperty
from uptake.metrics.core.metric import Row
from uptake.metrics.core.question import NONE, PREVIOUS_PERIOD, Question
from uptake.metrics.core.result import Column, Result, unit_of_difference
from uptake.metrics.kinds.status import present
from uptake.stats.difference import difference_of_means, difference_of_shares
from uptake.stats.estimate import Estimate

Window = tuple[date, date]
Key = tuple[Any, ...]
SCORES = ("share", "retention", "power", "features", "ratio", "classes")
"""Kinds whose intervals are of shares, or need not be symmetric."""
MEANS = ("mean",)
TWICE = (
    "The interval of a difference takes both windows for samples that have nobody in common: for people who are counted"
    " in both it is wider than need be."
)
NO_INTERVAL = {
    "count": "A number of people has no interval for its difference: it is no sample, and changes with how many there are.",
    "states": "A number of people has no interval for its difference: it is no sample, and changes with how many there are.",
    "duration": "A difference of medians of times that are not all over has no simple interval.",
    "quantile": "A difference of quantiles has no simple interval.",
    "odds": "A difference of odds has no simple interval.",
}
"""Kind -> why there is no interval."""


def compared(prepared: Prepared, result: Result, answer: Callable[[Prepared], Result]) -> Result:
    """The answer with that of an earlier window beside it, or why there is none.

    Args:
        prepared: What was asked.
        result: The answer, its rows with all that their kind knows of them.
        answer: Answers the same of the earlier window.
    """
    question, asked = prepared.question, prepared.asked
    unit = question.period if prepared.kind.by_period else question.period or question.params.get("unit")
    unit = unit if unit in periods.COLUMN else None
    if not _can_compare(result):
        return _without(result, "This answer has no single numbers to compare with an earlier window's.")
    before = window(question, unit)
    if before is None:
        return _without(result, "There is nothing to compare with: the question names no first day (date_from).")
    begins = asked.plan.product.data_from or asked.cursor.execute("SELECT min(day) FROM event").fetchall()[0][0]
    if begins is None or before[0] < begins:
        since = f"the data begins on {begins}" if begins else "there is no data"
        return _without(result, f"There is nothing to compare with: the window before begins on {before[0]}, {since}.")
    keep = _groups(prepared, result)
    asked_then = replace(question, date_from=before[0], date_to=before[1], keep=keep, compare=NONE)
    then = answer(replace(prepared, question=asked_then, asked=replace(asked, question=asked_then)))
    return _beside(result, then, unit, question, before[0], is_snapshot=prepared.found.metric.is_snapshot)


def _groups(prepared: Prepared, result: Result) -> tuple[tuple[str, ...], ...] | None:
    """The groups that were chosen to stay apart, which an earlier answer is to tell apart as well; None where all are."""
    of_events = [isinstance(one, EventProperty) for one in prepared.dimensions]
    is_chosen = prepared.question.top is not None or any(of_events)
    if not is_chosen or len(set(of_events)) != 1:  # of a mixture all are told apart
        return None
    groups = (tuple(row[one.label] for one in prepared.dimensions) for row in result.rows)
    return tuple(group for group in dict.fromkeys(groups) if group[0] != OTHER)


def columns(unit: str) -> tuple[Column, ...]:
    """What stands beside every row."""
    return (
        Column("earlier_estimate", "number", unit),
        Column("earlier_n", "integer", "count"),
        Column("difference", "number", unit_of_difference(unit)),
        Column("difference_ci_lower", "number", unit_of_difference(unit)),
        Column("difference_ci_upper", "number", unit_of_difference(unit)),
        Column("relative_change", "number", "share"),
    )


def _can_compare(result: Result) -> bool:
    """Whether rows have one estimate each and can be told from each other."""
    names = {column.name for column in result.columns}
    keys = [_key(result, row, None, date.min) for row in result.rows]
    return "estimate" in names and "at_s" not in names and len(set(keys)) == len(keys)


def window(question: Question, unit: str | None) -> Window | None:
    """The earlier window.

    Args:
        question: The question.
        unit: The period of the answer's rows, or None for one number over the range.

    Returns:
        Its first and last day, or None if the question has no first day.

    >>> from types import SimpleNamespace
    >>> march = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31), "week_start": "monday"}
    >>> [str(day) for day in window(SimpleNamespace(**march, compare="previous_period"), None)]
    ['2026-01-29', '2026-02-28']
    >>> [str(day) for day in window(SimpleNamespace(**march, compare="previous_year"), "month")]
    ['2025-03-01', '2025-03-31']
    """
    first, last = question.date_from, question.date_to
    if first is None:
        return None
    one = timedelta(days=1)
    if unit is None:
        if question.compare == PREVIOUS_PERIOD:
            return first - (last - first) - one, first - one
        return _a_year_before(first), _a_year_before(last)
    begins = [periods.first_day(day, unit, question.week_start) for day in (first, last)]
    back = periods.between(begins[0], begins[1], unit) + 1
    if question.compare != PREVIOUS_PERIOD:
        back = {"week": 52, "month": 12, "quarter": 4}.get(unit, 0) or (begins[0] - _a_year_before(begins[0])).days
    earlier_first, earlier_last = (periods.shifted(day, unit, -back) for day in begins)
    return earlier_first, periods.shifted(earlier_last, unit, 1) - one


def _a_year_before(day: date) -> date:
    """The same date; 28 February for 29 February."""
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _beside(
    result: Result, earlier: Result, unit: str | None, question: Question, begins: date, *, is_snapshot: bool
) -> Result:
    """The answer with the earlier one beside it.

    Args:
        result: The answer, its rows with all that its kind knows of them.
        earlier: The answer of the earlier window.
        unit: The period of the rows, or None.
        question: What was asked; has a first day.
        begins: The first day of the earlier window.
        is_snapshot: Whether people can be counted in both windows.
    """
    first = question.date_from or begins
    if unit is not None:
        first = periods.first_day(first, unit, question.week_start)
    before = {_key(earlier, row, unit, begins): row for row in earlier.rows}
    added = _added(result)
    rows = []
    for row in result.rows:
        beside = _row_beside(result.kind, row, before.get(_key(result, row, unit, first)))
        rows.append(row | {column.name: beside[column.name] for column in added if column.name in beside})
    said = [str(earlier.params[name]) for name in ("date_from", "date_to")]
    why = NO_INTERVAL.get(result.kind, "There is no interval for the difference.")
    if result.kind in SCORES + MEANS:
        why = TWICE if is_snapshot else ""  # newcomers of one window are in no other
    notes = (*result.notes, f"Compared with {' to '.join(said)}.", *([why] if why else []))
    return replace(result, columns=(*result.columns, *added), rows=rows, notes=notes)


def _without(result: Result, why: str) -> Result:
    """The answer with nothing beside it, and the reason."""
    return replace(result, columns=(*result.columns, *_added(result)), notes=(*result.notes, why))


def _added(result: Result) -> tuple[Column, ...]:
    """What is added to an answer; a relative change that it says itself stays its own."""
    own = {column.name for column in result.columns}
    return tuple(column for column in columns(_unit(result)) if column.name not in own)


def _unit(result: Result) -> str:
    return next((column.unit for column in result.columns if column.name == "estimate"), result.unit)


def _key(result: Result, row: Row, unit: str | None, begins: date) -> Key:
    """What a row is of, with its period as a number."""
    values = [row.get(name) for name in dict.fromkeys(["period_on", "row", *result.by, *result.cell])]
    if unit is None:
        return tuple(values)
    return tuple(periods.between(begins, value, unit) if isinstance(value, date) else value for value in values)


def _row_beside(kind: str, row: Row, earlier: Row | None) -> Row:
    found = {"earlier_estimate": earlier["estimate"], "earlier_n": earlier.get("n")} if earlier is not None else {}
    now, then = row["estimate"], found.get("earlier_estimate")
    if earlier is None or now is None or then is None or "in_progress" in (row.get("status"), earlier.get("status")):
        return found  # what is not over cannot be compared with what is
    change = {"difference": now - then, "relative_change": (now - then) / abs(then) if then else None}
    if kind in SCORES:
        between = difference_of_shares(_estimate(row), _estimate(earlier))
    elif kind in MEANS:
        between = difference_of_means(_estimate(row, "unbounded_"), _estimate(earlier, "unbounded_"))
    else:
        return found | change
    return found | change | {f"difference_{end}": present(getattr(between, end)) for end in ("ci_lower", "ci_upper")}


def _estimate(row: Row, prefix: str = "") -> Estimate:
    ends = [row.get(f"{prefix}{end}") for end in ("ci_lower", "ci_upper")]
    lower, upper = (float(end) if end is not None and isfinite(end) else nan for end in ends)
    return Estimate(row.get("n", 0), row["estimate"], lower, upper)
