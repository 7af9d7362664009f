"""Listing: the accounts or users themselves, one row each, with what is known of them. Nothing is estimated."""

from __future__ import annotations

from dataclasses import dataclass

from uptake.metrics.core.metric import Asked, Kind, Row
from uptake.metrics.core.result import Column

IDS = {"account": ("account_id", "accounts", "account_key"), "user": ("user_id", "users", "user_key")}
"""Entity -> the column of its id, and the table and key that hold it."""


@dataclass(frozen=True)
class Listing(Kind):
    """Entities one by one.

    Args:
        name: The kind's name; says which picture is drawn.
        entity: account or user.
        told: Columns with their SQL over the rows, in order.
        order: SQL for the order within a period.
    """

    name: str
    entity: str
    told: tuple[tuple[Column, str], ...]
    order: str

    by_period = True

    def select(self, labels: tuple[str, ...]) -> str:
        """Every row, with the entity's id."""
        columns = "".join(f"{label}, " for label in labels)
        id_column, table, key = IDS[self.entity]
        listed = ", ".join(f"{sql} AS {column.name}" for column, sql in self.told)
        return f"""SELECT {columns}e.{id_column}, {listed}
        FROM labelled JOIN {table} e ON e.{key} = entity_key
        ORDER BY {columns}{self.order}, {id_column}"""

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> list[Row]:
        """Nothing is estimated."""
        del labels, asked
        return [row | {"status": "closed"} for row in rows]

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The id, and what is shown."""
        del unit, asked
        return Column(IDS[self.entity][0], "text"), *(column for column, _ in self.told), Column("status", "text")
