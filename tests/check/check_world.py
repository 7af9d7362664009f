"""A workspace of hand-written rows, and what the check finds in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

import uptake
from uptake.check import Finding, findings
from uptake.facts import active_day, feature_day, milestone, start
from uptake.facts.scope import EVERYTHING
from uptake.plan import parse

Rows = list[dict[str, Any]]
Found = tuple[Finding, ...]


def event(name: str, user_id: str | None = "u1", at: str = "2026-03-02T10:00:00Z", **further: Any) -> dict[str, Any]:
    """One event; further columns become properties."""
    return {"event": name, "user_id": user_id, "account_id": "a1", "timestamp": at} | further


def table(rows: Rows) -> pa.Table:
    """The rows with the columns of all of them; what a row does not say is missing."""
    columns = dict.fromkeys(column for row in rows for column in row)
    return pa.table({column: [row.get(column) for row in rows] for column in columns})


class World:
    """An open workspace with some rows of some kinds, imported one kind after the other."""

    def __init__(self, folder: Path, **kinds: Rows) -> None:
        uptake.init(folder, {"plan.yml": ""})
        self.workspace = uptake.open(folder)
        for kind, rows in kinds.items():
            self.workspace.import_rows(table(rows), kind)

    def check(self, text: str) -> Found:
        """Holds the rows against a plan.

        The facts are made as the workspace would, but for the calendar: it takes longest, and these plans are all UTC.
        """
        plan = parse({"plan/plan.yml": text})
        with self.workspace.projection.exclusively() as cursor:
            for fact in (active_day, feature_day, milestone):
                fact.build(cursor, plan, EVERYTHING)
            start.build(cursor, plan)
            return findings(cursor, plan, self.workspace.ledger)

    def close(self) -> None:
        """Gives the workspace free."""
        self.workspace.close()


def check(folder: Path, text: str, **kinds: Rows) -> Found:
    """Holds some rows against a plan, in a workspace made with it."""
    uptake.init(folder, {"plan.yml": text})
    with uptake.open(folder) as workspace:
        for kind, rows in kinds.items():
            workspace.import_rows(table(rows), kind)
        cursor = workspace.projection.cursor()
        try:
            return findings(cursor, workspace.plan, workspace.ledger)
        finally:
            cursor.close()


def of(found: Found, part: str) -> list[tuple[str, str, str, str]]:
    """Level, line, what and what to do of the findings whose words hold a part."""
    return [(f.level, f.where, f.what, f.do) for f in found if part in f.what]


def problems(found: Found) -> list[str]:
    """What is wrong, without the notes."""
    return [finding.what for finding in found if finding.level != "note"]
