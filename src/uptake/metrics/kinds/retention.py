"""Retention: a triangle of shares, cohort by unit. Rows are cohort members with a bit mask of units.

Bit k of `mask` says that the member came back in unit k; `closed_units` says how many units are over
for that member. A column of the triangle, `unit_index`, spans the units `first_unit` to `last_unit`; the
last is missing where later returns count too. Equal rows are grouped before units are unfolded, so a
triangle of any size costs one pass. A unit that is not over for anybody is "in progress"; members for
whom it is not over are left out of its denominator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.columnar import Cells as Found
from uptake.metrics.core.columnar import Columnar, cells_of
from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import TOO_FEW, status
from uptake.stats.estimate import Estimate
from uptake.stats.pooling import simple_mean, weighted_mean
from uptake.stats.proportion import wilson
from uptake.store.projection import Cursor

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

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """One row with all columns as arrays: by day and group there are many thousand cells."""
        del labels
        return [cells_of(answer.to_arrow_table())]

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> Columnar:
        """Adds intervals, and two mean rows per breakdown: of all members, and of all cohorts alike."""
        (found,) = rows
        names = (*plain(labels), "unit_index")
        groups = dict[tuple[Any, ...], list[int]]()
        for place, key in enumerate(zip(*(found[name].tolist() for name in names), strict=True)):
            groups.setdefault(key, []).append(place)
        means = defaultdict[str, list[Row]](list)
        for key in sorted(groups, key=lambda key: (*map(str, key[:-1]), key[-1])):
            cohorts = {name: column[groups[key]] for name, column in found.items()}
            common = dict(zip(names, key, strict=True)) | {
                "first_unit": cohorts["first_unit"][0],
                "last_unit": cohorts["last_unit"][0],
                "cohort_on": None,
                "cohort_size": cohorts["cohort_size"].sum(),
            }
            for label, mean in self.means(cohorts).items():
                means[label].append(common | {"row": label} | mean)
        told = found | {"row": np.full(len(found["n"]), "cohort", object)} | self.intervals(found)
        of_all = [*means["weighted"], *means["simple"]]
        return Columnar(
            {
                name: np.append(told[name], np.array([row[name] for row in of_all], told[name].dtype))
                for name in (*names[:-1], *(column.name for column in self.columns(asked.unit, asked)))
            }
        )

    def intervals(self, found: Mapping[str, Found]) -> dict[str, Found]:
        """The intervals and the status of the triangle's cells."""
        shares = wilson(found["returned"], found["n"])
        return {"ci_lower": shares.ci_lower, "ci_upper": shares.ci_upper, "status": statuses(found["n"])}

    def means(self, cohorts: Mapping[str, Found]) -> dict[str, Row]:
        """Of all members together, and of all cohorts alike."""
        returned, n = cohorts["returned"], cohorts["n"]
        common = {"n": n.sum(), "returned": returned.sum(), "status": status(n.sum(), still_open=1)}
        found = {"weighted": weighted_mean(returned, n), "simple": simple_mean(returned, n)}
        return {label: common | interval(mean) for label, mean in found.items()}

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


def interval(mean: Estimate) -> Row:
    """An estimate with its interval, as an answer has it."""
    return {name: getattr(mean, name) for name in ("estimate", "ci_lower", "ci_upper")}


def statuses(n: Found) -> Found:
    """The status of cells whose units are over for so many; in progress where they are for nobody."""
    return np.array([status(peers, still_open=1) for peers in range(TOO_FEW + 1)], object)[np.minimum(n, TOO_FEW)]


RETENTION = Retention()
