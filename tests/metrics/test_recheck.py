"""The check of an answer against its own query finds what differs, and only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.metrics.asking.recheck import Difference, differences
from uptake.metrics.catalogue import catalogue

FIRST = datetime(2026, 1, 1, 10)
PLAN = """
features: {tasks: {events: [task], cadence_days: 1, adopted: {days: 2, within_days: 14}}}
onboarding: {steps: [{name: first, event: task}]}
activation: {user: {event: task, at_least: 2}}
tasks: {work: {start: task, complete: ship, error: board, within_minutes: 9000}}
value_moments: {shipped: {event: ship}}
launches: {first: {feature: tasks, launched_on: 2026-01-02, target: 0.5, within_days: 20}}
journey: {}
invites: {sent: task, accepted: ship}
"""
OWN: dict[str, dict[str, Any]] = {
    "churn_signals": {"first_days": 4, "inactive_days": 4, "outcome_days": 12},
    "cohort_comparison": {"cohort": "2026-01-01/2026-01-03", "against": "2026-01-04/2026-01-06"},
}
"""What a metric has to be asked for to have a number here: that somebody is silent for so many days, or when they start."""
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    *((name, OWN.get(name, {})) for name in catalogue()),
    *((name, {"period": "month", "by": "account.id", **OWN.get(name, {})}) for name in catalogue()),
    ("time_to_first_value", {"output": "curve"}),
    ("time_to_first_value", {"output": "curve", "by": "account.id"}),
    ("stickiness", {"output": "power"}),
    ("stickiness", {"active": "ship"}),
    ("active_users", {"active": "ship", "period": "week", "by": "account.id"}),
    ("retention", {"start": "task", "entry": "every", "mode": "rolling", "floor": "day"}),
]

SUBSCRIPTIONS = [
    {"account_id": account, "mrr": mrr, "seats": seats, "plan": "Pro", "started_on": start, "ended_on": end}
    for account, mrr, seats, start, end in (
        ("a0", 30, 3, "2024-01-01", "2026-02-10"),
        ("a1", 50, 5, "2024-01-01", "2026-01-20"),
        ("a1", 40, 4, "2026-01-20", None),
        ("a2", 9, 1, "2026-01-20", None),
    )
]
TICKETS = [
    {"ticket_id": f"t{day}", "account_id": f"a{day % 2}", "feature": "tasks", "opened_at": FIRST + timedelta(days=day)}
    for day in (0, 30, 31, 60, 75)
]


@pytest.fixture(scope="module")
def used(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Six users of two accounts; user n starts on day n, does a task every n + 1 days and ships after ten.

    One account leaves in February, the other pays less from January on; a third only pays.
    """
    rows = [
        {
            "event": name,
            "user_id": f"u{n}",
            "account_id": f"a{n % 2}",
            "timestamp": FIRST + timedelta(days=day),
        }
        for n in range(6)
        for day in range(n, 80, n + 1)
        for name in ("task", *(["ship"] if day > n + 10 else []))
    ]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        accounts = [{"account_id": f"a{n}", "signed_on": FIRST - timedelta(days=n)} for n in range(3)]
        workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
        workspace.import_rows(pa.Table.from_pylist(SUBSCRIPTIONS), "subscriptions")
        workspace.import_rows(pa.Table.from_pylist(TICKETS), "tickets")
        yield workspace


@pytest.mark.parametrize(("name", "given"), QUESTIONS)
def test_an_answer_is_equal_to_its_own_query(used: uptake.Workspace, name: str, given: dict[str, Any]) -> None:
    result = used.metric(name, **given)
    assert result.rows
    assert differences(result, used.rows_of(result.sql)) == []


@pytest.mark.parametrize(("name", "given"), QUESTIONS)
def test_a_number_that_was_changed_is_found(used: uptake.Workspace, name: str, given: dict[str, Any]) -> None:
    result = used.metric(name, **given)
    found = used.rows_of(result.sql)
    at = next(number for number, row in enumerate(result.rows) if row["estimate"] is not None and row.get("at_s", 1))
    rows = [dict(row) for row in result.rows]
    column = "adopted" if result.kind == "features" else "estimate"
    rows[at][column] = rows[at][column] * 1.0001 + 1e-6 if column == "estimate" else rows[at][column] + 1
    (difference, *_) = differences(replace(result, rows=rows), found)
    assert difference.column == column
    assert difference.shown == rows[at][column]


@pytest.mark.parametrize(("name", "given"), QUESTIONS)
def test_a_row_that_is_missing_is_found(used: uptake.Workspace, name: str, given: dict[str, Any]) -> None:
    result = used.metric(name, **given)
    rows = [row for row in result.rows if row.get("row", "cohort") == "cohort"]
    found = used.rows_of(result.sql)
    if result.params.get("output") == "curve":  # it shows a part of the query's steps, so only the query can lack one
        assert differences(result, found[1:])[0].column == "rows"
    else:
        assert differences(replace(result, rows=rows[1:]), found)[0].column == "rows"
        assert differences(replace(result, rows=[*rows, rows[0]]), found)[0].column == "rows"


def test_few_differences_are_enough(used: uptake.Workspace) -> None:
    result = used.metric("retention", unit="day", units=30)
    found = [{**row, "returned": row["returned"] + 1} for row in used.rows_of(result.sql)]
    assert len(differences(result, found)) == 5
    assert differences(result, found)[0] == Difference(
        1, "returned", result.rows[0]["returned"], result.rows[0]["returned"] + 1
    )


def test_rounding_is_no_difference(used: uptake.Workspace) -> None:
    result = used.metric("breadth")
    (row,) = used.rows_of(result.sql)
    assert differences(result, [{**row, "estimate": row["estimate"] * (1 + 1e-13)}]) == []
