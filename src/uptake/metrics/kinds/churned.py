"""Churned: how many left early and how many slowly, with the money they paid; and who they are.

Rows are those who left, once for each kind: `kind`, `value` (1 for theirs), `mrr`, `churned_on`, `adopted_on` and
`decay_on`.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked
from uptake.metrics.core.result import Column
from uptake.metrics.kinds.count import Count
from uptake.metrics.kinds.listing import Listing

MRR = Column("mrr", "number", "currency")


class Churned(Count):
    """Those of a kind among all who left."""

    name = "churned"

    def select(self, labels: tuple[str, ...]) -> str:
        """Who left (n), those of the kind, what they paid, and how long their use had been falling."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(*) AS n, count(*) FILTER (value = 1) AS estimate,
            sum(mrr ORDER BY mrr) FILTER (value = 1) AS mrr,
            median(churned_on - decay_on) FILTER (value = 1)::DOUBLE AS decay_days, bool_and(NOT is_open) AS is_closed
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, estimate, interval, what they paid, days from the beginning of the decay, status."""
        *numbers, status = super().columns(unit, asked)
        amount = (MRR,) if asked.question.entity == "account" else ()
        return *numbers, *amount, Column("decay_days", "number", "days"), status


CHURNED = Churned()


def churned_list(entity: str) -> Listing:
    """Those who left, one by one."""
    amount = ((MRR, "mrr"),) if entity == "account" else ()
    return Listing(
        "churned_list",
        entity,
        (
            (Column("kind", "text"), "kind::VARCHAR"),
            (Column("churned_on", "date"), "churned_on"),
            *amount,
            (Column("adopted_on", "date"), "adopted_on"),
            (Column("decay_on", "date"), "decay_on"),
        ),
        order="churned_on",
    )
