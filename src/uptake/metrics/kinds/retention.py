"""Retention: a triangle of shares, cohort by unit. Rows are cohort members with a bit mask of units.

Bit k of `mask` says that the member came back in unit k; `closed_units` says how many units are over
for that member. A column of the triangle, `unit_index`, spans the units `first_unit` to `last_unit`; the
last is missing where later returns count too. Equal rows are grouped before units are unfolded, so a
triangle of any size costs one pass. A unit that is not over for anybody is "in progress"; members for
whom it is not over are left out of its denominator.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.intervals import with_intervals
from uptake.metrics.kinds.status import present, status
from uptake.stats.pooling import simple_mean, weighted_mean

MOST_UNITS = 120
"""A mask is a 128-bit integer with a sign; what is left over keeps shifts safe."""


class Retention(Kind):
    """Shares of cohorts that came back, with mean rows."""

    name = "retention"
    by_period = False

    def select(self, labels: tuple[str, ...]) -> str:
        """cohort_on, labels, the units of the column, cohort_size, n, returned and the share."""
        columns = "".join(f"{label}, " for label in labels)
        is_over = "closed_units > coalesce(last_unit, first_unit)"
        return f"""SELECT cohort_on, {columns}unit_index, first_unit, last_unit, sum(members)::BIGINT AS cohort_size,
            coalesce(sum(members) FILTER ({is_over}), 0)::BIGINT AS n,
            coalesce(sum(members) FILTER ({is_over} AND (mask & bits) <> 0), 0)::BIGINT AS returned,
            returned / nullif(n, 0) AS estimate
        FROM (SELECT cohort_on, {columns}mask, closed_units, count(*) AS members FROM labelled GROUP BY ALL)
        CROSS JOIN unit GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds intervals, and two mean rows per breakdown: of all members, and of all cohorts alike."""
        del asked
        names = (*plain(labels), "unit_index")

        def group(row: Row) -> tuple[Any, ...]:
            return tuple(row[name] for name in names)

        means = []
        for key, members in groupby(sorted(rows, key=lambda row: tuple(map(str, group(row)))), key=group):
            cohorts = list(members)
            common = dict(zip(names, key, strict=True)) | {
                "first_unit": cohorts[0]["first_unit"],
                "last_unit": cohorts[0]["last_unit"],
                "cohort_on": None,
                "cohort_size": sum(row["cohort_size"] for row in cohorts),
            }
            means += [common | {"row": label} | mean for label, mean in self.means(cohorts).items()]
        means.sort(
            key=lambda row: (row["row"] == "simple", *(str(row[name]) for name in names[:-1]), row["unit_index"])
        )
        return self.triangle(rows) + means

    def triangle(self, rows: list[Row]) -> list[Row]:
        """The triangle's cells with their intervals."""
        return [
            row | {"row": "cohort", "status": status(row["n"], still_open=1)}
            for row in with_intervals(rows, count="returned")
        ]

    def means(self, cohorts: list[Row]) -> dict[str, Row]:
        """Of all members together, and of all cohorts alike."""
        returned, n = [row["returned"] for row in cohorts], [row["n"] for row in cohorts]
        common = {"n": sum(n), "returned": sum(returned), "status": status(sum(n), still_open=1)}
        found = {"weighted": weighted_mean(returned, n), "simple": simple_mean(returned, n)}
        return {
            label: common
            | {
                "estimate": present(mean.estimate),
                "ci_lower": present(mean.ci_lower),
                "ci_upper": present(mean.ci_upper),
            }
            for label, mean in found.items()
        }

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The triangle's columns."""
        del asked
        return (
            Column("row", "text"),
            Column("cohort_on", "date"),
            Column("unit_index", "integer"),
            Column("first_unit", "integer"),
            Column("last_unit", "integer"),
            Column("cohort_size", "integer", "count"),
            Column("n", "integer", "count"),
            Column("returned", "integer", "count"),
            Column("estimate", "number", unit),
            Column("ci_lower", "number", unit),
            Column("ci_upper", "number", unit),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Members who came back in the column's units, who did not, and for whom these are not over."""
        del labels, asked
        is_over = "closed_units > coalesce(last_unit, first_unit)"
        return Cells(
            (
                Side("returned", "came back", f"{is_over} AND (mask & bits) <> 0", "returned"),
                Side("away", "did not come back", f"{is_over} AND (mask & bits) = 0", "n", less="returned"),
                Side("open", "still open", f"NOT ({is_over})", "cohort_size", less="n"),
                Side("cohort", "in the cohort", "true", "cohort_size"),
            ),
            "SELECT * FROM labelled CROSS JOIN unit",
            coordinates=("cohort_on", "unit_index"),
            optional=("cohort_on",),
        )


RETENTION = Retention()
