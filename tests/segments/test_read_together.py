"""What is read once for several days is what each of them reads by itself: movement, falls, the weeks of benchmarks."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.benchmarks import weekly
from uptake.scores import fall
from uptake.segments import movement

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: Europe/Berlin}
features:
  tasks: {events: [task]}
  boards: {events: [board], eligible: {account.plan: Pro}}
  reports: {events: [report], tag: advanced}
value_moments: {done: {event: task, at_least: 3, eligible: {account.plan: Pro}}}
benchmarks:
  of_pro: {where: {account.plan: Pro}}
  others: {where: {account.plan: {is_not: Pro}}, signals: {rhythm: {better: lower}, frequency: {better: higher}}}
"""
ASKED: tuple[dict[str, Any], ...] = ({}, {"as_of": "2025-06-01", "since": "2025-05-20"})


def rows() -> list[dict[str, Any]]:
    """30 users in 6 accounts over 160 days, each with a rhythm of their own; some come late, some leave early."""
    chance = random.Random(8)  # noqa: S311 - no secret
    found = []
    for user in range(30):
        day, until = chance.uniform(0, 60 if user % 3 else 150), chance.uniform(110, 160)
        while day < until:
            found.append(
                {
                    "event": chance.choice(["task", "task", "board", "report"]),
                    "user_id": f"u{user}",
                    "account_id": "abcdef"[user % 6],
                    "timestamp": datetime(2025, 1, 27) + timedelta(days=day),
                }
            )
            day += chance.expovariate(1 / (1 + user % 7))
    return found


def everything(workspace: uptake.Workspace) -> list[object]:
    """Movement of every placement and all benchmarks, on several days."""
    moved = [
        workspace.movement(scheme.name, entity=entity, stayed=True, **given)
        for scheme in workspace.plan.all_placements.values()
        for entity in scheme.entities
        for given in ASKED
    ]
    return [*moved, workspace.benchmark(), workspace.benchmark(as_of="2025-06-01")]


def test_days_read_together_say_what_each_says_alone(
    new_home: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """First as always; then each day, each week and each day before it for itself."""
    with uptake.open(new_home(PLAN)) as workspace:
        accounts = [{"account_id": id_, "plan": "Basic" if id_ in "cf" else "Pro"} for id_ in "abcdef"]
        workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
        workspace.import_rows(pa.Table.from_pylist(rows()), "events")
        together = everything(workspace)
        assert len({repr(one) for one in together}) == len(together)
        monkeypatch.setattr(movement, "NEAR", 0)
        monkeypatch.setattr(weekly, "CELLS", 1)
        monkeypatch.setattr(fall, "MADE", 1)
        for once, alone in zip(together, everything(workspace), strict=True):
            assert once == alone
