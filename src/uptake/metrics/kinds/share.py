"""Share: how many of those counted did something. Rows bring `value` (0 or 1) and `is_open`.

Rows whose window is still open are counted beside, never in: neither as a yes nor as a no.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.intervals import with_intervals
from uptake.metrics.kinds.status import status


class Share(Kind):
    """A proportion with its Wilson interval."""

    name = "share"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """n, count and open per label, and the share itself."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(*) FILTER (NOT is_open) AS n,
            coalesce(sum(value) FILTER (NOT is_open), 0)::BIGINT AS count, count(*) FILTER (is_open) AS open,
            avg(value) FILTER (NOT is_open) AS estimate
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds interval and status."""
        del labels, asked
        return [row | {"status": status(row["n"], still_open=row["open"])} for row in with_intervals(rows)]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, count, open, estimate, interval, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            Column("count", "integer", "count"),
            Column("open", "integer", "count"),
            Column("estimate", "number", unit),
            Column("ci_lower", "number", unit),
            Column("ci_upper", "number", unit),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who did, those who did not, those whose window is open."""
        del labels, asked
        return Cells(
            (
                Side("did", "did", "value = 1 AND NOT is_open", "count"),
                Side("did_not", "did not", "value = 0 AND NOT is_open", "n", less="count"),
                Side("open", "still open", "is_open", "open"),
                Side("counted", "counted", "NOT is_open", "n"),
            )
        )


SHARE = Share()
