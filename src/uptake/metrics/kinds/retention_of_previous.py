"""Retention of those who came in the unit before: how many came in unit n for each who came in unit n - 1."""

from __future__ import annotations

from math import sqrt
from typing import Any

from uptake.metrics.core.metric import Asked, Cells, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.retention import Retention
from uptake.metrics.kinds.status import present, status
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

    def triangle(self, rows: list[Row]) -> list[Row]:
        """The triangle's cells with their intervals."""
        return [row | {"row": "cohort", "status": _status(row)} | _interval(_ratio(row)) for row in rows]

    def means(self, cohorts: list[Row]) -> dict[str, Row]:
        """Of all members together, and of all cohorts alike."""
        pooled = {name: sum(row[name] for row in cohorts) for name in ("n", "returned", "kept", "closed")}
        common = {name: pooled[name] for name in ("n", "returned", "kept")} | {"status": _status(pooled)}
        ratios = [_ratio(row) for row in cohorts if row["n"]]
        return {
            "weighted": common | _interval(_ratio(pooled)),
            "simple": common | (_interval(_simple(ratios)) if ratios else _interval(_ratio(pooled))),
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


def _ratio(row: Row) -> Estimate:
    return matched_ratio(row["returned"], row["n"], row["kept"])


def _simple(ratios: list[Estimate]) -> Estimate:
    """The mean of the cohorts' ratios; distances to the ends of their intervals add up as variances do."""
    size = len(ratios)
    mean = sum(one.estimate for one in ratios) / size
    below = sqrt(sum((one.estimate - one.ci_lower) ** 2 for one in ratios)) / size
    above = sqrt(sum((one.ci_upper - one.estimate) ** 2 for one in ratios)) / size
    return Estimate(sum(int(one.n) for one in ratios), mean, mean - below, mean + above)


def _interval(ratio: Estimate) -> dict[str, Any]:
    return {
        "estimate": present(ratio.estimate),
        "ci_lower": present(ratio.ci_lower),
        "ci_upper": present(ratio.ci_upper),
    }


def _status(row: Row) -> str:
    return status(row["n"], still_open=not row["closed"])


RETENTION_OF_PREVIOUS = RetentionOfPrevious()
