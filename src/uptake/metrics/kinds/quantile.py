"""Quantile: the smallest value that a share of entities do not exceed. Rows bring `value`; `share` is a parameter."""

from __future__ import annotations

from itertools import groupby

from uptake.metrics.core.metric import Asked, Cells, Kind, Row, plain
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.status import present, status
from uptake.stats.median import median_from_counts
from uptake.stats.quantile import HAIR, quantile_from_counts


class Quantile(Kind):
    """A quantile of whole numbers with its interval, and the median beside it."""

    name = "quantile"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """How many have each value, per label."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}value, count(*) AS members FROM labelled WHERE value IS NOT NULL
        GROUP BY ALL ORDER BY ALL"""

    def shown(self, labels: tuple[str, ...], asked: Asked) -> str:
        """The smallest value that the share does not exceed, read from the cumulated counts."""
        columns = "".join(f"{label}, " for label in labels)
        partition = f"PARTITION BY {', '.join(labels)}" if labels else ""
        return f"""SELECT {columns}sum(members)::BIGINT AS n,
            min(value) FILTER (share >= {asked.param("share")} - {HAIR})::DOUBLE AS estimate
        FROM (
            SELECT *, sum(members) OVER ({partition} ORDER BY value) / sum(members) OVER ({partition}) AS share
            FROM ({self.select(labels)})
        ) {f"GROUP BY {', '.join(labels)}" if labels else "HAVING count(*) > 0"} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """One row per label."""
        names = plain(labels)
        answers = []
        for key, group in groupby(rows, key=lambda row: [row[name] for name in names]):
            table = list(group)
            values, counts = [row["value"] for row in table], [row["members"] for row in table]
            found = quantile_from_counts(values, counts, asked.param("share"))
            answers.append(
                dict(zip(names, key, strict=True))
                | {name: present(getattr(found, name)) for name in ("estimate", "ci_lower", "ci_upper")}
                | {
                    "n": sum(counts),
                    "median": present(median_from_counts(values, counts).estimate),
                    "status": status(sum(counts)),
                }
            )
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, estimate, interval, median, status."""
        del asked
        return (
            Column("n", "integer", "count"),
            *(Column(name, "number", unit) for name in ("estimate", "ci_lower", "ci_upper", "median")),
            Column("status", "text"),
        )

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those with a value, and what it is."""
        del labels
        side = Side("counted", "counted", "value IS NOT NULL", "n")
        return Cells((side,), value="value", value_title="Value", value_unit=asked.unit)


QUANTILE = Quantile()
