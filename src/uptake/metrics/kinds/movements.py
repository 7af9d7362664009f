"""Movements: what came and what went, in amounts that add up to the change; and the ledger of who moved.

Rows are accounts that changed, with `movement` and `value`, which is negative for what went. The ledger shows them
one by one, with what they had before and after.
"""

from __future__ import annotations

from uptake.metrics.metric import Asked, Cells, Kind, Row
from uptake.metrics.result import Column, Side
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


class Ledger(Kind):
    """The accounts that changed, one by one."""

    name = "ledger"
    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Each account with what it had before and after, the largest change of money first."""
        columns = "".join(f"{label}, " for label in labels)
        listed = "nullif(array_to_string({}, ', '), '')"
        return f"""SELECT {columns}a.account_id, movement::VARCHAR AS movement, mrr_before, mrr_after, value AS estimate,
            seats_before, seats_after, plan_before, plan_after,
            {listed.format("features")} AS features, {listed.format("modules")} AS modules
        FROM labelled JOIN accounts a ON a.account_key = entity_key
        ORDER BY {columns}abs(value) DESC, account_id"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Nothing is estimated."""
        del labels, asked
        return [row | {"status": "closed"} for row in rows]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The account, its movement, what it had before and after."""
        del unit, asked
        return (
            *(Column(name, "text") for name in ("account_id", "movement")),
            *(Column(name, "number", "currency") for name in ("mrr_before", "mrr_after", "estimate")),
            *(Column(name, "integer", "count") for name in ("seats_before", "seats_after")),
            *(Column(name, "text") for name in ("plan_before", "plan_after", "features", "modules")),
            Column("status", "text"),
        )


MOVEMENTS = Movements()
LEDGER = Ledger()
