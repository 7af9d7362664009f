"""What an answer says first: the row that matters most, the one before it, and the days each is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from uptake.charts import calendar
from uptake.charts.power_curve import counted as counted_by
from uptake.metrics.active_users import OF_PERIODS as CALENDAR_WINDOWS
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.result import Result

Row = Mapping[str, Any]

PICKS = {"step": "complete", "measure": "adopted", "component": "score"}
"""Which of the rows that a metric always splits into stands for the whole."""
OF_PERIODS = ("states", "odds", "sums", "movements", "ledger", "churned", "churned_list")
"""Kinds that compare whole periods."""
FLOWS = ("paths", "sequences", "path_difference")
"""Kinds whose rows are ways that people went."""
LATER_UNIT = {"hour": 24, "day": 7, "week": 4, "month": 3, "quarter": 2}
"""The unit whose retention is said first: late enough that who only looked around has gone."""


@dataclass(frozen=True)
class Headline:
    """The row an answer opens with.

    Args:
        row: The row; None if there is nothing to say.
        before: The same a period earlier, or None.
        first_on: First day of the row's period; None without periods.
        last_on: Last day the row is about.
        period: The period, or None.
        highest: With breakdowns, the segment with the highest value; else None.
        lowest: The one with the lowest.
    """

    row: Row | None
    last_on: date
    before: Row | None = None
    first_on: date | None = None
    period: str | None = None
    highest: Row | None = None
    lowest: Row | None = None


def headline(result: Result) -> Headline:
    """The row that an answer opens with.

    Args:
        result: The answer.

    Returns:
        The last period that is over, or whose number looks back from the last finished day, and the one before it.
        Retention: the mean of all cohorts in a later unit.
        Features: the most and the least adopted one. With breakdowns: the highest and the lowest segment.
    """
    last_on = date.fromisoformat(str(result.params["date_to"]))
    rows = _picked(result)
    if result.kind == "retention":
        rows = _later_unit(rows, str(result.params.get("unit")))
        period = None
    elif result.kind == "power":
        counted = counted_by(rows)
        half = max((row[counted] for row in rows), default=0) // 2
        rows = [
            {**row, "estimate": row["at_least"], "ci_lower": None, "ci_upper": None}
            for row in rows
            if row[counted] == half
        ]
        period = None
    elif result.kind in FLOWS:
        rows, period = rows[:1] if result.kind == "path_difference" else _main_way(rows), None
    else:
        period = result.params.get("period") or None
    periods = _periods_over(rows, looks_back=_looks_back(result)) if period else []
    now = [row for row in rows if not periods or row["period_on"] == periods[-1]]
    valued = sorted((row for row in now if row.get("estimate") is not None), key=lambda row: float(row["estimate"]))
    if result.kind == "features" or (_broken_down(result) and result.kind not in FLOWS):
        return Headline(
            None, _end(periods, period, last_on), period=period, first_on=periods[-1] if periods else None,
            highest=valued[-1] if valued else None, lowest=valued[0] if len(valued) > 1 else None,
        )  # fmt: skip
    before = [row for row in rows if len(periods) > 1 and row["period_on"] == periods[-2]]
    return Headline(
        row=now[-1] if now else None,
        before=before[-1] if before and before[-1].get("estimate") is not None else None,
        first_on=periods[-1] if periods else None,
        last_on=_end(periods, period, last_on),
        period=period,
    )


def compared(now: Result, before: Result | None = None) -> Headline:
    """The row an answer without periods opens with, and the same row of an earlier answer, if there is one."""
    found = headline(now)
    return replace(found, before=headline(before).row if before else None)


def as_drawn(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for a chart: a period in which some still have time is in progress, also where others can be counted."""
    return [{**row, "status": "in_progress"} if row.get("open") else row for row in rows]


def _picked(result: Result) -> list[dict[str, Any]]:
    found = result.rows
    for column, value in PICKS.items():
        if column in result.by:
            found = [row for row in found if row[column] == value]
    return found


def _broken_down(result: Result) -> bool:
    return any(label not in PICKS for label in result.by)


def _later_unit(rows: list[dict[str, Any]], unit: str) -> list[dict[str, Any]]:
    """The weighted mean in the unit, or the run of units, that is said first, or in the last one that is over."""
    means = [row for row in rows if row.get("row") == "weighted" and row.get("estimate") is not None]
    units = [row["unit_index"] for row in means if row["first_unit"] <= LATER_UNIT.get(unit, 1)]
    return [row for row in means if units and row["unit_index"] == max(units)]


def _main_way(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The most frequent step that leads on from the anchor, or the largest of what is listed."""
    onward = [
        row for row in rows if not str(row.get("to_node", "")).startswith("(") and abs(row.get("position", 1)) == 1
    ]
    return sorted(onward or rows, key=lambda row: abs(row["estimate"] or 0))[-1:]


def _looks_back(result: Result) -> bool:
    """Whether days up to the last finished one are measured: such a number is whole before its period is over."""
    is_of_periods = result.params.get("window") in CALENDAR_WINDOWS or result.kind in OF_PERIODS
    return catalogue()[result.name].metric.is_snapshot and not is_of_periods


def _periods_over(rows: list[dict[str, Any]], *, looks_back: bool) -> list[date]:
    """Periods with a value in which nobody, in no segment, still has time."""
    valued = {row["period_on"] for row in rows if row.get("estimate") is not None}
    running = {
        row["period_on"] for row in rows if row.get("open") or (row.get("status") == "in_progress" and not looks_back)
    }
    return sorted(valued - running - {None})


def _end(periods: list[date], period: str | None, last_on: date) -> date:
    if not periods or period is None:
        return last_on
    return min(calendar.next_first_day(periods[-1], period) - timedelta(days=1), last_on)
