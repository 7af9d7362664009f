"""As of an instant: the answer is the one that a workspace gives that never heard of anything later."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from alike import assert_alike

import uptake
from uptake.metrics.catalogue import catalogue

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: Europe/Berlin}
features: {tasks: {events: [task]}, reports: {events: [report]}, boards: {events: [board]}}
launches: {first: {feature: tasks, launched_on: 2025-03-03, target: 0.5, within_days: 20}}
onboarding: {steps: [{name: first, event: task}, {name: second, event: report}]}
activation: {user: {all: [{event: task, at_least: 2}, report]}}
tasks: {work: {start: task, complete: report, error: board}}
value_moments: {shipped: {event: report, at_least: 2}}
journey: {}
invites: {sent: task, accepted: report}
"""
UNTIL = ["2025-03-16T23:00:00Z", "2025-03-20T12:00:00Z"]
"""The end of a Sunday in Berlin, and some noon."""
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"period": "week"},
    {"entity": "account", "period": "month"},
    {"by": "account.id", "period": "week"},
    {"date_from": "2025-03-05", "date_to": "2025-03-12"},
]


def events() -> list[dict[str, str | None]]:
    """Eight weeks of a dozen users in three accounts, who come and go."""
    chance = random.Random(7)  # noqa: S311 - no secret
    rows: list[dict[str, str | None]] = []
    for number in range(12):
        # every third comes late, and is nobody yet at the earlier instants
        first, last = sorted(chance.sample(range(56), 2)) if number % 3 else sorted(chance.sample(range(46, 56), 2))
        for _ in range(chance.randint(3, 30)):
            day = chance.randint(first, last)
            at = f"2025-{2 + day // 28:02}-{day % 28 + 1:02}T{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00Z"
            account = chance.choice([None, "abc"[number % 3], "abc"[number % 3]])
            name = chance.choice(["task", "report", "board", "login"])
            rows.append({"event": name, "user_id": f"u{number}", "account_id": account, "timestamp": at})
    return rows


@pytest.mark.parametrize("until", UNTIL)
def test_every_metric_as_of_an_instant_knows_nothing_of_what_came_later(
    new_home: Callable[..., Path], until: str
) -> None:
    rows = events()
    before = [row for row in rows if (row["timestamp"] or "") < until]
    assert 0 < len(before) < len(rows)
    with uptake.open(new_home(PLAN)) as whole, uptake.open(new_home(PLAN)) as cut:
        whole.import_rows(pa.Table.from_pylist(rows), "events")
        cut.import_rows(pa.Table.from_pylist(before), "events")
        for name in catalogue():
            for question in QUESTIONS:
                found, expected = (one.metric(name, as_of=until, **question) for one in (whole, cut))
                assert_alike(found.rows, expected.rows, f"{name} {question}")
