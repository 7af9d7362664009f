"""Retention of those who came in the unit before: how many came in unit n for each who came in unit n - 1."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np

from uptake.metrics.core.columnar import Cells as Found
from uptake.metrics.core.metric import Asked, Cells, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.retention import Retention, interval, statuses
from uptake.metrics.kinds.status import status
from uptake.stats.estimate import Estimate
from uptake.stats.matched_ratio import matched_ratio

IS_OVER = "closed_units > coalesce(last_unit, first_unit)"
CAME, CAME_BEFORE = "(mask & bits) <> 0", "(bits_before = 0 OR (mask & bits_before) <> 0)"
KEPT = Column("kept", "integer", "count")


class RetentionOfPrevious(Retention):
    """Ratios of one unit to the one before, of members for whom both are over; unit 0 is a share of the cohort."""

    def select(self, labels: tuple[str, ...]) -> str:
        """As of shares of cohorts, but n are those who came in the unit before, and `kept` those who came in both."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT cohort_on, {columns}unit_index, first_unit, last_unit, sum(members)::BIGINT AS cohort_size,
            coalesce(sum(members) FILTER ({IS_OVER} AND {CAME_BEFORE}), 0)::BIGINT AS n,
            coalesce(sum(members) FILTER ({IS_OVER} AND {CAME}), 0)::BIGINT AS returned,
            coalesce(sum(members) FILTER ({IS_OVER} AND {CAME} AND {CAME_BEFORE}), 0)::BIGINT AS kept,
            coalesce(sum(members) FILTER ({IS_OVER}), 0)::BIGINT AS closed, returned / nullif(n, 0) AS estimate
        FROM (SELECT cohort_on, {columns}mask, closed_units, count(*) AS members FROM labelled GROUP BY ALL)
        CROSS JOIN unit GROUP BY ALL ORDER BY ALL"""

    def intervals(self, found: Mapping[str, Found]) -> dict[str, Found]:
        """The ratios of the triangle's cells with their intervals, and their status."""
        ratios = np.array(_ratios(found), np.float64).reshape(-1, 4)
        told = statuses(found["n"])
        told[(found["n"] == 0) & (found["closed"] > 0)] = status(0)
        return {"estimate": ratios[:, 1], "ci_lower": ratios[:, 2], "ci_upper": ratios[:, 3], "status": told}

    def means(self, cohorts: Mapping[str, Found]) -> dict[str, Row]:
        """Of all members together, and of all cohorts alike."""
        pooled = {name: int(cohorts[name].sum()) for name in ("returned", "n", "kept")}
        common = {**pooled, "status": status(pooled["n"], still_open=not cohorts["closed"].sum())}
        whole, ratios = matched_ratio(*pooled.values()), [one for one in _ratios(cohorts) if one.n]
        return {
            "weighted": common | interval(whole),
            "simple": common | interval(_simple(ratios) if ratios else whole),
        }

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The triangle's columns; `n` came in the unit before, `kept` in both."""
        found = list(super().columns(unit, asked))
        found.insert(1 + next(at for at, column in enumerate(found) if column.name == "returned"), KEPT)
        return tuple(found)

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Members who came in the column's units, and those who came in the units before."""
        del labels, asked
        return Cells(
            (
                Side("returned", "came back", f"{IS_OVER} AND {CAME}", "returned"),
                Side("before", "came in the unit before", f"{IS_OVER} AND {CAME_BEFORE}", "n"),
                Side("kept", "came in both", f"{IS_OVER} AND {CAME} AND {CAME_BEFORE}", "kept"),
                Side(
                    "lapsed",
                    "came in the unit before and not again",
                    f"{IS_OVER} AND NOT ({CAME}) AND {CAME_BEFORE}",
                    "n",
                    less="kept",
                ),
                Side("cohort", "in the cohort", "true", "cohort_size"),
            ),
            "SELECT * FROM labelled CROSS JOIN unit",
            coordinates=("cohort_on", "unit_index"),
            optional=("cohort_on",),
        )


def _ratios(found: Mapping[str, Found]) -> list[Estimate]:
    counts = zip(*(found[name].tolist() for name in ("returned", "n", "kept")), strict=True)
    return [matched_ratio(*cell) for cell in counts]


def _simple(ratios: list[Estimate]) -> Estimate:
    """The mean of the cohorts' ratios; distances to the ends of their intervals add up as variances do."""
    size = len(ratios)
    mean = sum(one.estimate for one in ratios) / size
    below = sqrt(sum((one.estimate - one.ci_lower) ** 2 for one in ratios)) / size
    above = sqrt(sum((one.ci_upper - one.estimate) ** 2 for one in ratios)) / size
    return Estimate(sum(int(one.n) for one in ratios), mean, mean - below, mean + above)


RETENTION_OF_PREVIOUS = RetentionOfPrevious()
