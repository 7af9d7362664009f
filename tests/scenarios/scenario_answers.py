"""Short ways to read an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from uptake.metrics.core.result import Result


def only(result: Result) -> dict[str, Any]:
    """The one row of an answer."""
    assert len(result.rows) == 1, result.rows
    return result.rows[0]


def by(result: Result, *keys: str, of: str = "estimate") -> dict[Any, Any]:
    """Label (or labels) -> one column."""
    read = {tuple(row[key] for key in keys): row[of] for row in result.rows}
    assert len(read) == len(result.rows), f"{keys} do not tell the rows apart"
    return {key[0] if len(keys) == 1 else key: value for key, value in read.items()}


def by_day(result: Result, of: str = "estimate") -> dict[str, Any]:
    """First day of the period, ISO -> one column."""
    return {day.isoformat(): value for day, value in by(result, "period_on", of=of).items() if isinstance(day, date)}


def cohorts(result: Result, of: str = "estimate", row: str = "cohort") -> dict[Any, Any]:
    """(cohort, unit) -> one column; for the mean rows, unit -> one column."""
    rows = [one for one in result.rows if one["row"] == row]
    if row != "cohort":
        return {one["unit_index"]: one[of] for one in rows}
    return {(one["cohort_on"].isoformat(), one["unit_index"]): one[of] for one in rows}
