"""Odds: how many gained for each one lost. Rows bring `value`, 1 for a gain and 0 for a loss.

The interval is that of the share of gains among both (Wilson), carried over: odds are share / (1 - share).
"""

from __future__ import annotations

from math import inf, isnan

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.proportion import wilson


class Odds(Kind):
    """Gains over losses."""

    name = "odds"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """n, gained, lost per label, their ratio, and whether the period is over."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(*) AS n, coalesce(sum(value), 0)::BIGINT AS gained, n - gained AS lost,
            gained / nullif(lost, 0) AS estimate, bool_and(NOT is_open) AS is_closed
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds interval and status; without a loss there is no upper end."""
        del labels, asked
        if not rows:
            return []
        intervals = wilson([row["gained"] for row in rows], [row["n"] for row in rows])
        answers = []
        for row, lower, upper in zip(rows, intervals.ci_lower, intervals.ci_upper, strict=True):
            is_closed = row.pop("is_closed")
            answers.append(
                row
                | {
                    "ci_lower": _odds(lower),
                    "ci_upper": _odds(upper) if row["lost"] else None,
                    "status": status(row["n"]) if is_closed else "in_progress",
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, gained, lost, estimate, interval, status."""
        del asked
        return (
            *(Column(name, "integer", "count") for name in ("n", "gained", "lost")),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Gains and losses."""
        del labels, asked
        return Cells((Side("gained", "gained", "value = 1", "gained"), Side("lost", "lost", "value = 0", "lost")))


def _odds(share: float) -> float | None:
    return None if isnan(share) else present(share / (1 - share) if share < 1 else inf)


ODDS = Odds()
