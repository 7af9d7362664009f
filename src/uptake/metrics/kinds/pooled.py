"""Pooled mean: a mean over the many things that each entity did. Rows bring `value`, a row for each thing.

One user's sessions resemble each other: the interval comes from how much each entity sways the mean
(linearisation), so an entity's things are not taken for independent.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.mean import Mean
from uptake.metrics.kinds.status import present, status
from uptake.stats.ratio import ratio


class Pooled(Mean):
    """A mean of things with an interval by entity, and the median of the things beside it."""

    def select(self, labels: tuple[str, ...]) -> str:
        """Things (n), entities, mean and median per label, and sums over entities for the interval."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}coalesce(sum(things), 0)::BIGINT AS n, count(*) FILTER (things > 0) AS entities,
            sum(total) / nullif(sum(things), 0) AS estimate, list_aggregate(flatten(list(own)), 'median') AS median,
            sum(total) AS total, sum(total * total) AS total_total, sum(total * things) AS total_things,
            sum(things * things)::BIGINT AS things_things
        FROM (
            SELECT {columns}entity_key, count(value) AS things, sum(value) AS total,
                list(value) FILTER (value IS NOT NULL) AS own
            FROM labelled GROUP BY ALL
        ) GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by interval and status."""
        del labels, asked
        answers = []
        for row in rows:
            total, total_total, total_things, things_things = (
                row.pop(name) for name in ("total", "total_total", "total_things", "things_things")
            )
            estimate = ratio(total, row["n"], total_total, total_things, things_things, row["entities"])
            answers.append(
                row
                | {
                    "ci_lower": present(max(estimate.ci_lower, 0.0)),
                    "ci_upper": present(estimate.ci_upper),
                    "status": status(row["entities"]),
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, entities, estimate, median, interval, status."""
        n, *others = super().columns(unit, asked)
        return (n, Column("entities", "integer", "count"), *others)

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who did any, and their own mean."""
        columns = "".join(f"{label}, " for label in labels)
        return Cells(
            (Side("counted", "counted", "value IS NOT NULL", "entities"),),
            f"SELECT {columns}entity_key, anchor_at, avg(value) AS value FROM labelled GROUP BY ALL",
            value="value",
            value_title="Mean",
            value_unit=asked.unit,
        )
