"""Subscriptions in workspaces, and the same read one by one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake

Row = dict[str, Any]
Filled = Callable[..., uptake.Workspace]
"""`filled(rows, plan)`: a workspace with these subscriptions."""


def subscription(account: str, mrr: float, start: str, end: str | None = None, **more: object) -> Row:
    return {"account_id": account, "mrr": mrr, "started_on": start, "ended_on": end, **more}


@pytest.fixture
def filled(new_home: Callable[..., Path]) -> Iterator[Filled]:
    """Makes workspaces with subscriptions."""
    opened: list[uptake.Workspace] = []

    def make(rows: list[Row], plan: str = "product: {timezone: UTC, currency: EUR}") -> uptake.Workspace:
        workspace = uptake.open(new_home(plan))
        opened.append(workspace)
        keys = list(dict.fromkeys(key for row in rows for key in row))
        table = pa.Table.from_pylist([{key: row.get(key) for key in keys} for row in rows])
        assert not workspace.import_rows(table, "subscriptions").reasons
        return workspace

    yield make
    for workspace in opened:
        workspace.close()


ZONE = "Europe/Berlin"


def drawn(seed: int) -> list[Row]:
    """Three years of forty accounts with overlaps, gaps, corrections, ends without a beginning before them."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    rows: list[Row] = []
    for number in range(40):
        for _ in range(chance.randint(1, 5)):
            start = date(2023, 1, 1) + timedelta(days=chance.choice([chance.randint(0, 1000), 31, 59, 90, 365]))
            end = start + timedelta(days=chance.choice([1, 30, 90, 200, 365])) if chance.random() < 0.7 else None
            more = {
                "seats": chance.randint(1, 9),
                "subscription_id": chance.choice([None, None, f"s{chance.randint(0, 2)}"]),
                "plan": chance.choice(["Free", "Pro", "Enterprise"]),
                "message_id": f"m{seed}-{len(rows)}",
            }
            mrr = chance.choice([0, 0.1, 0.2, 9.99, 10, 100, 1 / 3])
            rows.append(subscription(f"a{number}", mrr, start.isoformat(), end.isoformat() if end else None, **more))
    return rows


def paid(rows: list[Row], at: date) -> dict[str, float]:
    """Account -> what it pays on the day before `at`; the day is a local one, as those of the rows are."""
    found: dict[str, float] = {}
    for place, row in enumerate(rows):
        start = date.fromisoformat(row["started_on"])
        end = date.fromisoformat(row["ended_on"]) if row["ended_on"] else date.max
        same = [
            (other["started_on"], number) for number, other in enumerate(rows)
            if row["subscription_id"] and (other["account_id"], other["subscription_id"]) == (row["account_id"], row["subscription_id"])
        ]  # fmt: skip
        if any(begun == row["started_on"] and number > place for begun, number in same):
            continue
        end = min([end, *(date.fromisoformat(begun) for begun, _ in same if begun > row["started_on"])])
        if start < at <= end and row["mrr"]:
            found[row["account_id"]] = found.get(row["account_id"], 0) + row["mrr"]
    return found
