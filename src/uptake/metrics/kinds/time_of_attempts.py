"""Time to convert of attempts: the same histogram, where several of those that went on may be of one entity."""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.result import Column
from uptake.metrics.kinds.status import status
from uptake.metrics.kinds.time_to_convert import BINNED, TimeToConvert
from uptake.metrics.kinds.tries import interval


class TimeOfAttempts(TimeToConvert):
    """A histogram whose shares have intervals by entity."""

    def select(self, labels: tuple[str, ...]) -> str:
        """What the histogram has, entities, and the sums over entities for the intervals."""
        columns = "".join(f"{label}, " for label in labels)

        def same(one: str, other: str) -> str:
            return "".join(f" AND {one}.{label} IS NOT DISTINCT FROM {other}.{label}" for label in labels)

        own = f"SELECT {columns}entity_key, count(*) AS tries FROM labelled GROUP BY ALL"
        done = f"SELECT {columns}entity_key, bin, any_value(width_s) AS width_s, count(*) AS done FROM ({BINNED}) GROUP BY ALL"
        outer = "".join(f"o.{label}, " for label in labels)
        return f"""SELECT f.*, a.entities, coalesce(b.done_done, 0) AS done_done, coalesce(b.done_tries, 0) AS done_tries,
            a.tries_tries
        FROM ({super().select(labels)}) f JOIN (
            SELECT {columns}count(*) AS entities, sum(tries * tries)::BIGINT AS tries_tries FROM ({own}) GROUP BY ALL
        ) a ON true{same("a", "f")} LEFT JOIN (
            SELECT {outer}bin * width_s AS from_s, sum(done * done)::BIGINT AS done_done,
                sum(done * tries)::BIGINT AS done_tries
            FROM ({own}) o JOIN ({done}) d ON d.entity_key = o.entity_key{same("d", "o")} GROUP BY ALL
        ) b ON b.from_s = f.from_s{same("b", "f")} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by the interval of every bin's share."""
        del labels, asked
        answers = []
        for row in rows:
            ends = interval(row)
            answers.append(row | ends | {"status": status(row["n"])})
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The histogram's, with how many entities the attempts are of."""
        from_s, to_s, n, *others = super().columns(unit, asked)
        return (from_s, to_s, n, Column("entities", "integer", "count"), *others)


TIME_OF_ATTEMPTS = TimeOfAttempts()
