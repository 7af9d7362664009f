"""A workspace of made-up rows, and what is proposed from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

import uptake
from uptake import Workspace
from uptake.plan import Proposal
from uptake.propose import proposal
from uptake.store.projection import Cursor

Rows = list[dict[str, Any]]
BEGIN = datetime(2026, 1, 5)


def event(name: str, user_id: str | None, day: float, **further: Any) -> dict[str, Any]:
    """An event so many times 24 hours after the beginning of the data; further columns become properties."""
    at = BEGIN + timedelta(days=day)
    return {"event": name, "user_id": user_id, "account_id": "a1", "timestamp": f"{at.isoformat()}Z"} | further


def table(rows: Rows) -> pa.Table:
    """The rows with the columns of all of them; what a row does not say is missing."""
    columns = dict.fromkeys(column for row in rows for column in row)
    return pa.table({column: [row.get(column) for row in rows] for column in columns})


@contextmanager
def world(folder: Path, plan: str = "", **kinds: Rows | pa.Table) -> Iterator[tuple[Workspace, Cursor]]:
    """A workspace with rows of some kinds, and a cursor of it."""
    uptake.init(folder, {"plan.yml": plan})
    with uptake.open(folder) as workspace:
        for kind, rows in kinds.items():
            workspace.import_rows(table(rows) if isinstance(rows, list) else rows, kind)
        cursor = workspace.projection.cursor()
        try:
            yield workspace, cursor
        finally:
            cursor.close()


def propose(folder: Path, plan: str = "", **kinds: Rows | pa.Table) -> Proposal:
    """What is proposed from rows of some kinds."""
    with world(folder, plan, **kinds) as (workspace, cursor):
        return proposal(cursor, workspace.plan)
