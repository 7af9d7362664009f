"""Mean: how much on average. Rows bring `value`, missing where it has no meaning (and then not counted)."""

from __future__ import annotations

from math import inf

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.mean import mean_from_sums


class Mean(Kind):
    """A mean with Student's t interval, and the median beside it."""

    name = "mean"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Additive sums per label, the mean and the median."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(value) AS n, sum(value) AS total, sum(value * value) AS total_squares,
            avg(value) AS estimate, median(value) AS median
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by interval and status, and the interval as it comes, for differences."""
        del labels
        most = 1.0 if asked.unit == "share" else inf
        answers = []
        for row in rows:
            estimate = mean_from_sums(row["n"], row.pop("total"), row.pop("total_squares"))
            answers.append(
                row
                | {
                    # t knows nothing of what is possible: nothing counted here is negative, no share above one
                    "ci_lower": present(max(estimate.ci_lower, 0.0)),
                    "ci_upper": present(min(estimate.ci_upper, most)),
                    "unbounded_ci_lower": present(estimate.ci_lower),
                    "unbounded_ci_upper": present(estimate.ci_upper),
                    "status": status(row["n"]),
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, estimate, median, interval, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            Column("estimate", "number", unit),
            Column("median", "number", unit),
            Column("ci_lower", "number", unit),
            Column("ci_upper", "number", unit),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those with a value, and what it is."""
        del labels
        side = Side("counted", "counted", "value IS NOT NULL", "n")
        return Cells((side,), value="value", value_title="Value", value_unit=asked.unit)


MEAN = Mean()
