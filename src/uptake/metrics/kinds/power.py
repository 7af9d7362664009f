"""Power curve: on how many days (weeks, months) entities were active. Rows bring `value`, a number from 1 up to `$intervals`."""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.intervals import with_intervals
from uptake.metrics.kinds.status import status


class Power(Kind):
    """Share of active entities on exactly and on at least so many days, weeks or months.

    Args:
        interval: day, week or month; the answer's column is named after it.
    """

    def __init__(self, interval: str) -> None:
        self.column = f"{interval}s"

    name = "power"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """n, count on exactly and on at least each number of intervals, per label; numbers nobody had are rows too."""
        columns = "".join(f"{label}, " for label in labels)
        join = " AND ".join(
            [f"c.{self.column} = d.{self.column}", *(f"c.{label} IS NOT DISTINCT FROM g.{label}" for label in labels)]
        )
        groups = "".join(f"g.{label}, " for label in labels)
        return f"""SELECT {groups}d.{self.column}, g.n, coalesce(c.members, 0) AS count,
            coalesce(c.members, 0) / nullif(g.n, 0) AS estimate,
            sum(coalesce(c.members, 0)) OVER (
                {f"PARTITION BY {', '.join(f'g.{label}' for label in labels)}" if labels else ""} ORDER BY d.{self.column} DESC
            )::BIGINT AS count_at_least
        FROM (SELECT {columns}count(*) AS n FROM labelled GROUP BY ALL) g
        CROSS JOIN (SELECT unnest(generate_series(1, $intervals::INTEGER)) AS {self.column}) d
        LEFT JOIN (SELECT {columns}value AS {self.column}, count(*) AS members FROM labelled GROUP BY ALL) c ON {join}
        ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Adds the share on at least so many and the interval of the share on exactly so many."""
        del labels, asked
        return [
            row | {"at_least": row["count_at_least"] / row["n"] if row["n"] else None, "status": status(row["n"])}
            for row in with_intervals(rows)
        ]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """Days (weeks, months), n, count, shares, interval, status."""
        del asked
        return (
            Column(self.column, "integer", "days" if self.column == "days" else "count"),
            Column("n", "integer", "count"),
            Column("count", "integer", "count"),
            Column("count_at_least", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "at_least", "ci_lower", "ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those active on exactly so many days (in so many weeks, months), on so many and more, on fewer."""
        del labels, asked
        column = self.column
        on = "on" if column == "days" else "in"
        return Cells(
            (
                Side("exactly", f"{on} exactly so many {column}", f"value = {column}", "count"),
                Side("at_least", f"{on} at least so many {column}", f"value >= {column}", "count_at_least"),
                Side("fewer", f"{on} fewer {column}", f"value < {column}", "n", less="count_at_least"),
            ),
            f"SELECT l.*, d.{column} FROM labelled l"
            f" CROSS JOIN (SELECT unnest(generate_series(1, $intervals::INTEGER)) AS {column}) d",
            coordinates=(column,),
            value="value",
            value_title=f"Active {column}",
            value_unit="days" if column == "days" else "count",
        )


CURVES = {interval: Power(interval) for interval in ("day", "week", "month")}
