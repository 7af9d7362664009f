"""Listing: the accounts or users themselves, one row each, with what is known of them. Nothing is estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uptake.metrics.core.columnar import Columnar, cells_of
from uptake.metrics.core.metric import Asked, Kind, Row, plain
from uptake.metrics.core.result import Column
from uptake.store.projection import Cursor

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

    def read(self, answer: Cursor, labels: tuple[str, ...]) -> list[Row]:
        """One row with all columns as arrays: very many may be listed."""
        del labels
        return [cells_of(answer.to_arrow_table())]

    def estimate(self, rows: list[Row], labels: tuple[str, ...], asked: Asked) -> Columnar:
        """Nothing is estimated."""
        (columns,) = rows
        names = [*plain(labels), *(column.name for column in self.columns(asked.unit, asked))]
        columns["status"] = np.full(len(columns[names[0]]), "closed", object)
        return Columnar({name: columns[name] for name in names})

    def columns(self, unit: str, asked: Asked) -> tuple[Column, ...]:
        """The id, and what is shown."""
        del unit, asked
        return Column(IDS[self.entity][0], "text"), *(column for column, _ in self.told), Column("status", "text")
