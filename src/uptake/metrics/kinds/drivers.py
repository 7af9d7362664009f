"""Drivers: what goes with conversion.

Rows are of two sorts: one per pass (`driver` missing), which make the denominators, and one per pass and driver that
holds for it; both with `converted`.
"""

from __future__ import annotations

from math import sqrt

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side, unit_of_difference
from uptake.metrics.kinds.differences import adjusted, difference
from uptake.metrics.kinds.status import present, status
from uptake.stats.estimate import Estimate
from uptake.stats.proportion import wilson


class Drivers(Kind):
    """Differences of conversion with and without something, the largest first."""

    name = "drivers"
    by_period = False

    def select(self, labels: tuple[str, ...]) -> str:
        """Per driver, how many it held for and how many of them, and of the others, converted."""
        columns = "".join(f"{label}, " for label in labels)
        outer = "".join(f"a.{label}, " for label in labels)
        same = " AND ".join(f"g.{label} IS NOT DISTINCT FROM a.{label}" for label in labels) or "true"
        return f"""SELECT {outer}g.driver, a.n, g.n_with, a.n - g.n_with AS n_without, g.converted_with,
            a.converted - g.converted_with AS converted_without,
            g.converted_with / g.n_with - (a.converted - g.converted_with) / (a.n - g.n_with) AS estimate
        FROM (
            SELECT {columns}count(*) AS n, count(*) FILTER (converted) AS converted
            FROM labelled WHERE driver IS NULL GROUP BY ALL
        ) a JOIN (
            SELECT {columns}driver, count(*) AS n_with, count(*) FILTER (converted) AS converted_with
            FROM labelled WHERE driver IS NOT NULL GROUP BY ALL
        ) g ON {same}
        WHERE g.n_with >= $least_n AND a.n - g.n_with >= $least_n
        ORDER BY {outer}abs(estimate) DESC, g.driver"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds shares, intervals, phi and p-values, adjusted for how many drivers are compared."""
        del labels, asked
        return adjusted([_compared(row, *found) for row, found in zip(rows, self.shares(rows), strict=True)])

    def shares(self, rows: list[Row]) -> list[tuple[Estimate, Estimate, float]]:
        """Of each row conversion with and without the driver, and how the two sway together.

        They do not where everyone counts once. All rows at once: there may be thousands.
        """
        held, others = (_estimates(rows, side) for side in ("with", "without"))
        return [(one, other, 0.0) for one, other in zip(held, others, strict=True)]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The driver, conversion with and without it, their difference, phi, p-values."""
        del asked
        counts = ("n", "n_with", "n_without", "converted_with", "converted_without")
        return (
            Column("driver", "text"),
            *(Column(name, "integer", "count") for name in counts),
            *(Column(name, "number", unit) for name in ("share_with", "share_without")),
            *(Column(name, "number", unit_of_difference(unit)) for name in ("estimate", "ci_lower", "ci_upper")),
            *(Column(name, "number") for name in ("phi", "pvalue", "adjusted_pvalue")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those a driver holds for, by whether they converted."""
        del labels, asked
        return Cells(
            (
                Side("converted", "converted", "converted", "converted_with"),
                Side("dropped", "did not", "NOT converted", "n_with", less="converted_with"),
            ),
            "SELECT * FROM labelled WHERE driver IS NOT NULL",
            coordinates=("driver",),
        )


def _estimates(rows: list[Row], side: str) -> list[Estimate]:
    found = wilson([row[f"converted_{side}"] for row in rows], [row[f"n_{side}"] for row in rows])
    return [Estimate(*one) for one in zip(*(column.tolist() for column in found), strict=True)]


def _compared(row: Row, one: Estimate, other: Estimate, correlation: float) -> Row:
    return (
        row
        | difference(one, other, correlation=correlation)
        | {
            "share_with": present(one.estimate),
            "share_without": present(other.estimate),
            "phi": _phi(row),
            "status": status(min(row["n_with"], row["n_without"])),
        }
    )


def _phi(row: Row) -> float | None:
    """The correlation of the two, -1 to 1; None if all or none converted."""
    converted = row["converted_with"] + row["converted_without"]
    spread = row["n_with"] * row["n_without"] * converted * (row["n"] - converted)
    return (row["n"] * row["converted_with"] - row["n_with"] * converted) / sqrt(spread) if spread else None


DRIVERS = Drivers()
