"""Launch: curves of how many had got so far by each day since the start. Rows are entities with the days they did.

Rows bring `closed_days`, how many days since the entity's start are over, and for each curve the day, counted from 0,
on which it got there, or NULL. A day counts for those for whom it is over; if that is nobody, it is in progress.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.intervals import with_intervals
from uptake.metrics.kinds.status import status
from uptake.plan.launch import CURVES
from uptake.store.sql import literal

ORDER = f"ENUM({', '.join(literal(curve) for curve in CURVES)})"
REACHED_ON = f"CASE curve {' '.join(f'WHEN {literal(curve)} THEN {curve}_on' for curve in CURVES)} END"
UNFOLDED = f"""CROSS JOIN (SELECT unnest({literal(list(CURVES))})::{ORDER} AS curve)
        CROSS JOIN (SELECT unnest(generate_series(0, $within_days::INTEGER)) AS day)"""


class LaunchCurves(Kind):
    """Cumulative shares by day, beside the target."""

    name = "launch"
    by_period = False

    def select(self, labels: tuple[str, ...]) -> str:
        """n, count and their share per curve and day; the target beside the curve it is meant for."""
        columns = "".join(f"{label}, " for label in labels)
        days = ", ".join(f"{curve}_on" for curve in CURVES)
        return f"""SELECT {columns}curve, day, coalesce(sum(members) FILTER (closed_days > day), 0)::BIGINT AS n,
            coalesce(sum(members) FILTER (closed_days > day AND {REACHED_ON} <= day), 0)::BIGINT AS count,
            count / nullif(n, 0) AS estimate,
            CASE WHEN curve = $target_of AND day = $target_days::INTEGER THEN $target::DOUBLE END AS target
        FROM (SELECT {columns}closed_days, {days}, count(*) AS members FROM labelled GROUP BY ALL)
        {UNFOLDED} GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds interval and status."""
        del labels, asked
        return [row | {"status": status(row["n"], still_open=1)} for row in with_intervals(rows)]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Curve, day, n, count, estimate, interval, target, status."""
        del asked
        return (
            Column("curve", "text"),
            Column("day", "integer", "days"),
            Column("n", "integer", "count"),
            Column("count", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper", "target")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who had got so far by a day, and those who had not."""
        del labels, asked
        return Cells(
            (
                Side("reached", "had got there", "has_reached", "count"),
                Side("not_yet", "had not yet", "NOT has_reached", "n", less="count"),
            ),
            f"""SELECT *, coalesce({REACHED_ON} <= day, false) AS has_reached FROM labelled {UNFOLDED}
            WHERE closed_days > day""",
            coordinates=("curve", "day"),
        )


LAUNCH = LaunchCurves()
