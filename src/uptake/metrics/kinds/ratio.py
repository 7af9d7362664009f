"""Mean of daily ratios: of those active over a long window, how many are active over a short one, day by day.

Rows are one per entity and day of the long window's actives, with `is_short`. The interval comes from
how much each entity sways the mean (linearisation), so an entity's days are not taken for independent.
"""

from __future__ import annotations

from math import nan

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.estimate import Estimate
from uptake.stats.ratio import as_share, linearised_from_sums


class Ratio(Kind):
    """A mean of ratios with its interval by entity."""

    name = "ratio"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Entities (n), days, the mean ratio and the sum of squared influences, per label."""
        columns = "".join(f"{label}, " for label in labels)
        same = " AND ".join(["l.day = d.day", *(f"l.{label} IS NOT DISTINCT FROM d.{label}" for label in labels)])
        outer = "".join(f"d.{label}, " for label in labels)
        means = " AND ".join(f"m.{label} IS NOT DISTINCT FROM i.{label}" for label in labels) or "true"
        return f"""SELECT {"".join(f"m.{label}, " for label in labels)}i.n, m.days, m.active, m.estimate, i.influence
        FROM (
            SELECT {columns}count(*) AS days, avg(long_n) AS active, avg(short_n / long_n) AS estimate FROM (
                SELECT {columns}day, sum(is_short) AS short_n, count(*) AS long_n FROM labelled GROUP BY ALL
            ) GROUP BY ALL
        ) m JOIN (
            SELECT {columns}count(*) AS n, sum(influence * influence) AS influence FROM (
                SELECT {outer}l.entity_key, sum((l.is_short - d.short_n / d.long_n) / d.long_n) AS influence
                FROM labelled l JOIN (
                    SELECT {columns}day, sum(is_short) AS short_n, count(*) AS long_n FROM labelled GROUP BY ALL
                ) d ON {same} GROUP BY ALL
            ) GROUP BY ALL
        ) i ON {means} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the influences by interval and status."""
        del labels, asked
        answers = []
        for row in rows:
            influence, days = row.pop("influence"), row["days"]
            mean = row["estimate"] if days else nan
            half = linearised_from_sums(row["n"], float(influence) / days**2) if days else nan
            estimate = as_share(Estimate(row["n"], mean, mean - half, mean + half))
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
        """n, days averaged over, mean number of the long window's actives, estimate, interval, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            Column("days", "integer", "days"),
            Column("active", "number", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Everyone of the long window, and on how many of the days they were in the short one."""
        del asked
        columns = "".join(f"{label}, " for label in labels)
        rows = f"""SELECT entity_key, {columns}max(anchor_at) AS anchor_at, sum(is_short)::BIGINT AS value
        FROM labelled GROUP BY ALL"""
        side = Side("counted", "counted", "true", "n")
        return Cells((side,), rows, value="value", value_title="Days", value_unit="days")


RATIO = Ratio()
