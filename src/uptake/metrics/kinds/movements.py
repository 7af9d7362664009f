"""Movements: what came and what went, in amounts that add up to the change; and the ledger of who moved.

Rows are accounts that changed, with `movement` and `value`, which is negative for what went. The ledger shows them
one by one, with what they had before and after.
"""

from __future__ import annotations

from uptake.metrics.core.metric import Asked, Cells, Kind, Row
from uptake.metrics.core.result import Column, Side
from uptake.metrics.kinds.listing import Listing
from uptake.store.sql import literal

GAINS = ("new", "reactivation", "expansion")
LOSSES = ("contraction", "churn")
NAMES = (*GAINS, *LOSSES, "upgrade", "downgrade", "other plan", "adopted")
ORDER = f"ENUM({', '.join(literal(name) for name in NAMES)})"


class Movements(Kind):
    """Totals of movements."""

    name = "movements"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Accounts (n) and the sum of what they changed by, per label."""
        columns = "".join(f"{label}, " for label in labels)
        return f"""SELECT {columns}count(*) AS n, sum(value ORDER BY value) AS estimate
        FROM labelled GROUP BY ALL ORDER BY ALL"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """What happened needs no interval."""
        del labels, asked
        return [row | {"estimate": float(row["estimate"]), "status": "closed"} for row in rows]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """n, the total, status."""
        unit = "currency" if asked.param("measure") == "mrr" else unit
        return Column("n", "integer", "count"), Column("estimate", "number", unit), Column("status", "text")

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """The accounts that moved so, and by how much."""
        del labels
        unit = "currency" if asked.param("measure") == "mrr" else "count"
        side = Side("moved", "moved so", "true", "n")
        return Cells((side,), value="value", value_title="Change", value_unit=unit)


MOVEMENTS = Movements()
LEDGER = Listing(
    "ledger",
    "account",
    (
        (Column("movement", "text"), "movement::VARCHAR"),
        (Column("mrr_before", "number", "currency"), "mrr_before"),
        (Column("mrr_after", "number", "currency"), "mrr_after"),
        (Column("estimate", "number", "currency"), "value"),
        (Column("seats_before", "integer", "count"), "seats_before"),
        (Column("seats_after", "integer", "count"), "seats_after"),
        (Column("plan_before", "text"), "plan_before"),
        (Column("plan_after", "text"), "plan_after"),
        (Column("features", "text"), "nullif(array_to_string(features, ', '), '')"),
        (Column("modules", "text"), "nullif(array_to_string(modules, ', '), '')"),
    ),
    order="abs(value) DESC",
)
"""The accounts that changed, one by one, the largest change of money first."""
