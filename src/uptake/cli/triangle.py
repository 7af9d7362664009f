"""The retention triangle: rows of cohort and unit become one line a cohort and one column a unit or run of units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.charts import dates, words
from uptake.metrics.core.result import Result

MEANS = {"weighted": "mean of all", "simple": "mean of cohorts"}


def unfold(result: Result) -> tuple[list[str], list[list[str]]]:
    """Heads and lines of the triangle.

    Args:
        result: A result of the kind retention.

    Returns:
        Cohort, breakdowns, size, then the share of every unit; "open" where the unit is not over.
    """
    unit = str(result.params["period"] or result.params["unit"])
    lines: dict[tuple[object, ...], list[str]] = {}
    for row in result.rows:
        key = (row["row"], row["cohort_on"], *(row[name] for name in result.by))
        if key not in lines:
            named = (words.value(row[name], "text") for name in result.by)
            lines[key] = [_cohort(row, unit), *named, words.count(row["cohort_size"])]
        lines[key].append(_share(row))
    units = {row["unit_index"]: words.units(row["first_unit"], row["last_unit"]) for row in result.rows}
    heads = [units[index] for index in sorted(units)]
    return [f"{unit} of start", *result.by, "size", *heads], list(lines.values())


def _cohort(row: Mapping[str, Any], unit: str) -> str:
    if row["row"] in MEANS:
        return MEANS[row["row"]]
    return dates.period(row["cohort_on"], "day" if unit == "week" else unit)


def _share(row: Mapping[str, Any]) -> str:
    if row["estimate"] is None:
        return "open" if row["status"] == "in_progress" else words.status(row["status"])
    return words.share(row["estimate"], 2)
