"""Funnel of attempts: rows are attempts, several of which may be of one entity, with `done_at` as a funnel has it.

What an entity does resembles what it did before: intervals come from how much each entity sways a share.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.result import Column
from uptake.metrics.kinds.funnel import Funnel
from uptake.metrics.kinds.status import present
from uptake.stats.tries import Tries, share_of_tries

OF_ENTERED = ("done_done", "done_tries", "tries_tries")
OF_BEFORE = ("entities_before", "done_before", "before_before")
SUMS = (*OF_ENTERED, *OF_BEFORE)
"""Sums over entities: of what each did of a step, of its attempts, and of what it did of the step before."""


class FunnelOfAttempts(Funnel):
    """The same shares of attempts, with their intervals by entity."""

    def select(self, labels: tuple[str, ...]) -> str:
        """What a funnel has, entities, and the sums over entities for the intervals."""
        columns = "".join(f"{label}, " for label in labels)
        same = "".join(f" AND e.{label} IS NOT DISTINCT FROM f.{label}" for label in labels)
        return f"""SELECT f.*, coalesce(e.entities, 0) AS entities, {", ".join(f"e.{one}" for one in SUMS)}
        FROM ({super().select(labels)}) f LEFT JOIN (
            SELECT {columns}step, count(*) AS entities, sum(done * done)::BIGINT AS done_done,
                sum(done * tries)::BIGINT AS done_tries, sum(tries * tries)::BIGINT AS tries_tries,
                count(*) FILTER (before > 0) AS entities_before, sum(done * before)::BIGINT AS done_before,
                sum(before * before)::BIGINT AS before_before
            FROM (
                SELECT {columns}entity_key, step, count(*) AS tries, count(l.done_at[s.step]) AS done,
                    count(l.done_at[s.previous]) AS before
                FROM labelled l CROSS JOIN funnel_step s WHERE NOT is_open GROUP BY ALL
            ) GROUP BY ALL
        ) e ON e.step = f.step{same} ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """What a funnel says, with intervals by entity."""
        sums = [{name: row.pop(name) for name in SUMS} for row in rows]
        before = [row["previous_count"] for row in rows]
        answers = super().estimate(rows, labels, asked)
        for row, own, count_before in zip(answers, sums, before, strict=True):
            if count_before is None or not row["n"]:
                continue
            entered = Tries(row["entities"], row["n"], row["count"], *(own[name] for name in OF_ENTERED))
            entities, done_before, squares = (own[name] for name in OF_BEFORE)
            stepped = Tries(entities, count_before, row["count"], own["done_done"], done_before, squares)
            for prefix, of in (("", entered), ("step_", stepped)):
                found = share_of_tries(of)
                row[f"{prefix}ci_lower"], row[f"{prefix}ci_upper"] = present(found.ci_lower), present(found.ci_upper)
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """A funnel's, with how many entities the attempts are of."""
        step, name, n, still_open, *others = super().columns(unit, asked)
        return (step, name, n, still_open, Column("entities", "integer", "count"), *others)


FUNNEL_OF_ATTEMPTS = FunnelOfAttempts()
