"""Intervals of shares beside the rows that count them."""

from __future__ import annotations

from uptake.metrics.core.metric import Row
from uptake.metrics.kinds.status import present
from uptake.stats.proportion import wilson


def with_intervals(rows: list[Row], count: str = "count") -> list[Row]:
    """Adds `ci_lower` and `ci_upper` of the share that `count` is of `n`; of all rows at once: there may be a thousand."""
    if not rows:
        return []
    found = wilson([row[count] for row in rows], [row["n"] for row in rows])
    return [
        row | {"ci_lower": present(lower), "ci_upper": present(upper)}
        for row, lower, upper in zip(rows, found.ci_lower, found.ci_upper, strict=True)
    ]
