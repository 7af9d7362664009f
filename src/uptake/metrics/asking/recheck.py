"""Whether the SQL that an answer shows gives the answer's numbers.

The query is run again as it is shown, on facts with the days that its heading names. What it returns is compared
with the answer, column by column where both have it; intervals are worked out from those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from uptake.metrics.core.result import Result

Row = Mapping[str, Any]
HEADING = "-- Days are those of "
MOST_DIFFERENCES = 5


@dataclass(frozen=True)
class Difference:
    """One number that differs.

    Args:
        row: Which row, from 1.
        column: The column.
        shown: What the answer says.
        found: What the query gave.
    """

    row: int
    column: str
    shown: object
    found: object


def heading(zone: str, in_plan: str) -> str:
    """The line above a query whose days are not those of the product; empty where they are."""
    return f"{HEADING}{zone}.\n" if zone != in_plan else ""


def zone_of(sql: str) -> str | None:
    """The time zone that the heading of a query names, None where it has no heading."""
    first, _, _ = sql.partition("\n")
    return first.removeprefix(HEADING).removesuffix(".") if first.startswith(HEADING) else None


def differences(result: Result, found: Sequence[Row]) -> list[Difference]:
    """Where an answer and the rows of its own query differ.

    Args:
        result: The answer.
        found: What its query returned just now.

    Returns:
        The first few differences; empty if every number is the same.
    """
    shown = [row for row in result.rows if row.get("row", "cohort") == "cohort"]
    if result.params.get("output") == "curve":
        shown, found = _at_same_times(result, shown, found)
    if len(shown) != len(found):
        return [Difference(0, "rows", len(shown), len(found))]
    found = _in_same_order(result, shown, found)
    return [
        Difference(number, column, row[column], again[column])
        for number, (row, again) in enumerate(zip(shown, found, strict=True), 1)
        for column in again
        if column in row and not _same(row[column], again[column])
    ][:MOST_DIFFERENCES]


def _same(shown: object, found: object) -> bool:
    if isinstance(shown, int | float) and isinstance(found, int | float) and not isinstance(shown, bool):
        # Sums of fractions come out a hair different when threads add in another order.
        return isclose(shown, found, rel_tol=1e-9, abs_tol=1e-12)
    return shown == found


def _labels(result: Result) -> list[str]:
    periodic = ["period_on"] if any(column.name == "period_on" for column in result.columns) else []
    return [*periodic, *result.by]


def _in_same_order(result: Result, shown: list[dict[str, Any]], found: Sequence[Row]) -> Sequence[Row]:
    """Bands stand in the order of their edges, which a query does not know."""

    def group(row: Row) -> tuple[object, ...]:
        return tuple(row.get(name) for name in _labels(result))

    groups = [group(row) for row in shown]
    if groups == [group(row) for row in found]:
        return found
    places = {one: place for place, one in enumerate(dict.fromkeys(groups))}
    return sorted(found, key=lambda row: places.get(group(row), len(places)))


def _at_same_times(
    result: Result, shown: list[dict[str, Any]], found: Sequence[Row]
) -> tuple[list[dict[str, Any]], list[Row]]:
    """A curve begins at 0 whether or not anything happened there, and shows a part of its steps."""
    names = [*_labels(result), "at_s"]
    steps = [row for row in shown if row["at_s"] > 0 or row["reached"]]
    again = {tuple(row[name] for name in names): row for row in found}
    return steps, [again[key] for row in steps if (key := tuple(row[name] for name in names)) in again]
