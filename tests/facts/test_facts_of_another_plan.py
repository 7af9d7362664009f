"""Facts of another plan, of which only those are made that it touches, are those of a workspace that has it in use."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake import flow
from uptake.plan import parse
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """\
product: {timezone: Europe/Berlin}
acquisition:
  channels: {ads: {utm: ad}}
activation:
  user: {within_days: 7, event: task}
  account: {within_days: 7, members: 2}
onboarding:
  within_days: 14
  steps: [{name: first, event: task}, {name: second, feature: boards, role: admin}]
value_moments:
  result: {event: report}
features:
  boards: {events: [board]}
  lists: {events: [{event: task, where: {size: {gte: 5}}}], quantity: size}
  tasks: {events: [task], adopted: {days: 2, within_days: 14}}
"""
SAME = ("", "")
EDITS = {
    "nothing": SAME,
    "a title": ("boards: {events", "boards: {title: Walls, events"),
    "a tag": ("boards: {events", "boards: {tag: advanced, events"),
    "activation": ("event: task}", "event: board}"),
    "its days alone": ("within_days: 7, event", "within_days: 9, event"),
    "the quorum": ("members: 2", "members: 1"),
    "a role": ("role: admin", "role: member"),
    "value": ("result: {event: report}", "result: {event: report, at_least: 2}"),
    "active": ("activation:", "active: [boards, report]\nactivation:"),
    "gap": ("{timezone: Europe/Berlin}", "{timezone: Europe/Berlin, session_gap_minutes: 300}"),
    "week": ("{timezone: Europe/Berlin}", "{timezone: Europe/Berlin, week_start: sunday}"),
    "start": ("activation:", "start: {user: [{event: tasks}, first_event]}\nactivation:"),
    "acquisition": ("utm: ad}", "utm: mail}"),
    "no acquisition": ("acquisition:\n  channels: {ads: {utm: ad}}\n", ""),
    "a feature before all": ("  boards: {", "  a_new_one: {events: [report]}\n  boards: {"),
    "a feature after all": ("features:\n", "features:\n  zz: {events: [report, task]}\n"),
    "a feature gone": ("  lists: {events: [{event: task, where: {size: {gte: 5}}}], quantity: size}\n", ""),
    "events of a feature in a step": ("boards: {events: [board]}", "boards: {events: [board, report]}"),
    "a condition": ("gte: 5", "gte: 3"),
    "a quantity": (", quantity: size", ""),
    "adoption of a feature": ("days: 2", "days: 3"),
    "cadence of a feature": ("boards: {events", "boards: {cadence_days: 30, events"),
    "usage interval": ("{timezone: Europe/Berlin}", "{timezone: Europe/Berlin, usage_interval_days: 14}"),
    "the zone": ("Europe/Berlin", "America/New_York"),
    "the zone and the gap": ("{timezone: Europe/Berlin}", "{timezone: Asia/Tokyo, session_gap_minutes: 300}"),
}


def rows() -> dict[str, list[dict[str, Any]]]:
    chance = random.Random(3)  # noqa: S311 - no secret
    begin = datetime(2025, 3, 1)
    events = [
        {
            "event": chance.choice(["task", "task", "board", "report"]),
            "user_id": f"u{chance.randrange(8)}",
            "account_id": f"a{chance.randrange(3)}",
            "timestamp": begin + timedelta(minutes=chance.randrange(60 * 24 * 60)),
            "size": chance.randrange(9),
            "utm": chance.choice(["ad", "mail", None]),
        }
        for _ in range(300)
    ]
    members = [
        {"user_id": f"u{n}", "account_id": f"a{n % 3}", "role": "admin" if n < 4 else "member"} for n in range(8)
    ]
    return {"events": events, "memberships": members}


def opened(home: Path) -> uptake.Workspace:
    workspace = uptake.open(home)
    for kind, told in rows().items():
        assert not workspace.import_rows(pa.Table.from_pylist(told), kind).reasons
    return workspace


def tables() -> list[str]:
    ddl = " ".join(fact.TABLE for fact in flow.FACTS)
    return [part.split("(")[0].strip() for part in ddl.split("CREATE TABLE ")[1:]]


def facts(cursor: Cursor) -> dict[str, list[tuple[Any, ...]]]:
    return {table: cursor.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables()}


@pytest.fixture(scope="module")
def in_use(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with opened(new_home(PLAN)) as workspace:
        yield workspace


@pytest.mark.parametrize("edit", EDITS)
def test_they_are_those_of_a_workspace_that_has_it_in_use(
    edit: str, in_use: uptake.Workspace, new_home: Callable[..., Path]
) -> None:
    text = PLAN.replace(*EDITS[edit]) if EDITS[edit] != SAME else PLAN
    assert (text == PLAN) == (EDITS[edit] == SAME)
    other = parse({"plan/plan.yml": text})

    def beside(cursor: Cursor) -> dict[str, list[tuple[Any, ...]]]:
        with in_use.facts_for({}, cursor, other):
            return facts(cursor)

    with opened(new_home(text)) as workspace:
        wanted = workspace.read(facts)
    assert sum(map(len, wanted.values())) > 2_000
    found = in_use.read(beside)
    assert [table for table in wanted if found[table] != wanted[table]] == []
