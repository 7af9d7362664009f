"""Tries: how many of the things that entities tried were done. A row is one try, not one entity.

Rows bring `value` (0 or 1) and `is_open`. One entity's tries resemble each other: the interval comes from how much
each entity sways the share.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.core.result import Column
from uptake.metrics.kinds.share import Share
from uptake.metrics.kinds.status import present, status
from uptake.stats.tries import Tries, share_of_tries

OF_PRODUCTS = (("done_done", "done * done"), ("done_tries", "done * tries"), ("tries_tries", "tries * tries"))
SUMS = tuple(name for name, _ in OF_PRODUCTS)
"""Columns with the sums over entities that the interval is made of, as `Tries` has them."""


class ShareOfTries(Share):
    """A share of tries with its interval by entity.

    A kind with more to say of them adds columns: `own` of each entity's tries, `beside` of all entities'.
    """

    own = ""
    beside = ""

    def select(self, labels: tuple[str, ...]) -> str:
        """Tries, entities, the share and what is beside it per label, and sums over entities for the interval."""
        columns = "".join(f"{label}, " for label in labels)
        sums = ", ".join(  # of nobody they are 0
            f"coalesce(sum({what}), 0)::BIGINT AS {name}"
            for name, what in (("n", "tries"), ("count", "done"), ("open", "waiting"), *OF_PRODUCTS)
        )
        return f"""SELECT {columns}{sums},
            count(*) FILTER (tries > 0) AS entities, sum(done) / nullif(sum(tries), 0) AS estimate{self.beside}
        FROM (
            SELECT {columns}entity_key, count(*) FILTER (NOT is_open) AS tries, count(*) FILTER (is_open) AS waiting,
                coalesce(sum(value) FILTER (NOT is_open), 0)::BIGINT AS done{self.own}
            FROM labelled GROUP BY ALL
        ) GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Replaces the sums by interval and status."""
        del labels, asked
        answers = []
        for row in rows:
            ends = interval(row)
            answers.append(row | ends | {"status": status(row["n"], still_open=row["open"])})
        return answers

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, count, open, entities, estimate, interval, status."""
        n, count, still_open, *others = super().columns(unit, asked)
        return (n, count, still_open, Column("entities", "integer", "count"), *others)


def interval(row: Row) -> Row:
    """Both ends of a share's interval, None where there is none; takes the sums that they are made of out of the row."""
    sums = [row.pop(name) for name in SUMS]
    found = share_of_tries(Tries(row["entities"], row["n"], row["count"], *sums))
    return {"ci_lower": present(found.ci_lower), "ci_upper": present(found.ci_upper)}


SHARE_OF_TRIES = ShareOfTries()
