"""Lists of users and accounts that somebody is to look at: alerts, champions, power users, who qualifies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from uptake.metrics.core.notebook import html, text
from uptake.metrics.core.result import Column, arrow, units
from uptake.store.projection import Cursor


@dataclass(frozen=True)
class Listed:
    """A list.

    Args:
        name: Which, `alerts`.
        title: What it lists, a sentence with how many there are.
        params: What was asked, complete.
        columns: Names, types and units of the rows' columns.
        rows: The rows.
        as_of: What happened at or after this instant (UTC) was not known.
        plan_version: Hash of the plan's content.
        notes: What has to be known to read it.
    """

    name: str
    title: str
    params: dict[str, Any]
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]
    as_of: datetime
    plan_version: str
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        """The first rows as lines of text."""
        return text(f"{self.title}.", units(self.columns), self.rows, self.notes)

    def _repr_html_(self) -> str:
        """The first rows as a small table, for notebooks."""
        return html(f"{self.title}.", units(self.columns), self.rows, self.notes)

    def to_dict(self) -> dict[str, Any]:
        """The list as plain values, in the shape of the command line's JSON."""
        return {
            "list": self.name,
            "title": self.title,
            "params": self.params,
            "as_of": self.as_of.isoformat() + "Z",
            "plan_version": self.plan_version,
            "notes": list(self.notes),
            "columns": [{"name": c.name, "type": c.type, "unit": c.unit} for c in self.columns],
            "rows": self.rows,
        }

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return arrow(self.columns, self.rows)


def attribute_of(cursor: Cursor, entity: str, name: str, keys: Sequence[int], as_of: datetime) -> dict[int, str]:
    """Key -> an attribute of users or accounts, for those who have it; arguments as for `uptake.metrics.core.names.names_of`."""
    rows = cursor.execute(
        f"""SELECT {entity}_key, max(text) FROM {entity}_attribute
        WHERE name = $name AND valid_from < $as_of AND valid_to >= $as_of
            AND {entity}_key IN (SELECT unnest($keys::BIGINT[])) GROUP BY ALL""",
        {"name": name, "keys": [int(key) for key in keys], "as_of": as_of},
    ).fetchall()
    return {int(key): str(text) for key, text in rows}
