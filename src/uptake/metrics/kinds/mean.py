"""Mean: how much on average. Rows bring `value`, missing where it has no meaning (and then not counted)."""

from __future__ import annotations

from uptake.metrics.kinds.status import present, status
from uptake.metrics.metric import Asked, Row
from uptake.metrics.result import Column
from uptake.stats.mean import mean_from_sums


class Mean:
    """A mean with Student's t interval, and the median beside it."""

    name = "mean"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Additive sums per label, the mean and the median."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(value) AS n, sum(value) AS total, sum(value * value) AS total_squares,
            avg(value) AS estimate, median(value) AS median
        FROM labelled GROUP BY ALL ORDER BY ALL"""  # noqa: S608 - quoted labels

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by interval and status."""
        del labels, asked
        answers = []
        for row in rows:
            estimate = mean_from_sums(row["n"], row.pop("total"), row.pop("total_squares"))
            answers.append(
                row
                | {
                    "ci_lower": present(estimate.ci_lower),
                    "ci_upper": present(estimate.ci_upper),
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


MEAN = Mean()
