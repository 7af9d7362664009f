"""Count: how many there are. Rows are the ones counted; `population` says out of how many.

The interval reads the count as a share of the population (Wilson) and scales it back: it says how
much the number would vary if the same people decided anew, not how well it was counted.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present
from uptake.stats.proportion import wilson


class Count(Kind):
    """A number of entities, out of everyone who had started."""

    name = "count"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Population (n), count (estimate) and whether the period is over, per label."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(*) AS n, count(*) FILTER (value = 1) AS estimate,
            bool_and(NOT is_open) AS is_closed
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds interval and status."""
        del labels, asked
        if not rows:
            return []
        intervals = wilson([row["estimate"] for row in rows], [row["n"] for row in rows])
        answers = []
        for row, lower, upper in zip(rows, intervals.ci_lower, intervals.ci_upper, strict=True):
            is_closed = row.pop("is_closed")
            answers.append(
                row
                | {
                    "ci_lower": present(lower * row["n"]),
                    "ci_upper": present(upper * row["n"]),
                    "status": "closed" if is_closed else "in_progress",
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, estimate, interval, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            Column("estimate", "integer", unit),
            Column("ci_lower", "number", unit),
            Column("ci_upper", "number", unit),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """The ones counted, and the others of the population."""
        del labels, asked
        return Cells(
            (
                Side("counted", "counted", "value = 1", "estimate"),
                Side("others", "the others", "value <> 1", "n", less="estimate"),
            )
        )


COUNT = Count()
