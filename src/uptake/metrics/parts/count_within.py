"""Counts of those who came within the usage interval, which each group of the answer has of its own."""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.count import Count
from uptake.metrics.parts.group_interval import with_interval_sql


class CountWithin(Count):
    """A number of entities whose last activity lies less than their group's usage interval back.

    Rows bring `days_ago`, days since the last activity, and `gap`, the typical number of days between two; either may
    be missing. A group in which nobody came twice has the plan's interval, `$otherwise_days`.
    """

    def select(self, labels: tuple[str, ...]) -> str:
        """As of any count, and the days of the interval."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(*) AS n, count(*) FILTER (days_ago < interval_days) AS estimate,
            bool_and(NOT is_open) AS is_closed, any_value(interval_days) AS interval_days
        FROM ({_judged(labels)}) GROUP BY ALL ORDER BY ALL"""

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Those of any count, and the days of the interval."""
        return (*super().columns(unit, asked), Column("interval_days", "integer", "days"))

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """The ones counted, and the others of the population."""
        del asked
        is_counted = "coalesce(days_ago < interval_days, false)"
        sides = (
            Side("counted", "counted", is_counted, "estimate"),
            Side("others", "the others", f"NOT {is_counted}", "n", less="estimate"),
        )
        return Cells(sides, _judged(labels))


def _judged(labels: tuple[str, ...]) -> str:
    """SQL for the rows of `labelled` with their group's interval."""
    return with_interval_sql("labelled", labels, "$otherwise_days::INTEGER")


COUNT_WITHIN = CountWithin()
