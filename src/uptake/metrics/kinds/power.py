"""Power curve: on how many days entities were active. Rows bring `value`, a number of days from 1 up."""

from __future__ import annotations

from uptake.metrics.kinds.intervals import with_intervals
from uptake.metrics.kinds.status import status
from uptake.metrics.metric import Asked, Cells, Kind, Row
from uptake.metrics.result import Column, Side


class Power(Kind):
    """Share of active entities on exactly and on at least so many days."""

    name = "power"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """n, count on exactly and on at least each number of days, per label; days nobody had are rows too."""
        columns = "".join(f"{label}, " for label in labels)
        join = " AND ".join(["c.days = d.days", *(f"c.{label} IS NOT DISTINCT FROM g.{label}" for label in labels)])
        groups = "".join(f"g.{label}, " for label in labels)
        return f"""SELECT {groups}d.days, g.n, coalesce(c.members, 0) AS count,
            coalesce(c.members, 0) / g.n AS estimate,
            sum(coalesce(c.members, 0)) OVER (
                {f"PARTITION BY {', '.join(f'g.{label}' for label in labels)}" if labels else ""} ORDER BY d.days DESC
            )::BIGINT AS count_at_least
        FROM (SELECT {columns}count(*) AS n FROM labelled GROUP BY ALL) g
        CROSS JOIN (SELECT unnest(generate_series(1, $window_days::INTEGER)) AS days) d
        LEFT JOIN (SELECT {columns}value AS days, count(*) AS members FROM labelled GROUP BY ALL) c ON {join}
        ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds the share on at least so many days and the interval of the share on exactly so many."""
        del labels, asked
        return [
            row | {"at_least": row["count_at_least"] / row["n"], "status": status(row["n"])}
            for row in with_intervals(rows)
        ]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """days, n, count, shares, interval, status."""
        del asked
        return (
            Column("days", "integer", "days"),
            Column("n", "integer", "count"),
            Column("count", "integer", "count"),
            Column("count_at_least", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "at_least", "ci_lower", "ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those active on exactly so many days, on so many and more, on fewer."""
        del labels, asked
        return Cells(
            (
                Side("exactly", "on exactly so many days", "value = days", "count"),
                Side("at_least", "on at least so many days", "value >= days", "count_at_least"),
                Side("fewer", "on fewer days", "value < days", "n", less="count_at_least"),
            ),
            "SELECT l.*, d.days FROM labelled l"
            " CROSS JOIN (SELECT unnest(generate_series(1, $window_days::INTEGER)) AS days) d",
            coordinates=("days",),
            value="value",
            value_title="Active days",
            value_unit="days",
        )


POWER = Power()
