"""Behind every number of every metric stand as many entities as it says, and the right ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.result import Result

FIRST = datetime(2026, 1, 1, 10)
PLAN = """
features:
  tasks: {events: [task]}
  exports: {events: [ship], eligible: {account.plan: Pro}}
onboarding: {steps: [{name: first, event: task}, {name: second, event: ship}]}
activation: {user: {event: task, at_least: 2}}
tasks: {work: {start: task, complete: ship, within_minutes: 9000}}
value_moments: {shipped: {event: ship}}
launches: {first: {feature: tasks, launched_on: 2026-01-02, target: 0.5, within_days: 20}}
journey: {}
invites: {sent: task, accepted: ship}
"""
RANGES = {"cohort": "2026-01-01/2026-01-05", "against": "2026-01-06/2026-01-09"}
WAYS: list[dict[str, Any]] = [
    {},
    {"period": "month"},
    {"entity": "account"},
    {"by": "account.plan", "period": "week"},
    {"entity": "member", "where": {"account.plan": "Pro"}},
    {"by": "account.id", "top": 1, "period": "month", "compare": "previous_period"},
]
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("time_to_first_value", {"output": "curve"}),
    ("stickiness", {"output": "power"}),
    ("stickiness", {"output": "power", "by": "account.plan", "period": "month"}),
    ("lifecycle", {"output": "pulse"}),
    ("retention", {"criterion": "on_or_after", "mode": "rolling"}),
    ("retention", {"criterion": "brackets", "unit": "day"}),
    ("retention", {"reference": "previous", "at_least": 2}),
    ("paths", {"before": "ship", "most": 1}),
    ("active_users", {"window": "usage_interval", "by": "account.plan", "period": "month"}),
    ("paths", {"output": "sequences", "gap_minutes": 10_000, "by": "account.plan"}),
    ("retention", {"start": "task", "entry": "recurring", "unit": "month", "by": "account.plan"}),
    ("retention", {"start": "task", "entry": "every", "unit": "week", "mode": "rolling", "floor": "day"}),
    (
        "paths",
        {"output": "difference", "by": "account.plan", "groups": "Pro,Free", "entity": "user", "gap_minutes": 5000},
    ),
    ("paths", {"output": "difference", "by": "account.id", "groups": "a2,a0", "most": 1, "gap_minutes": 5000}),
    ("cohort_comparison", RANGES),
    ("cohort_comparison", {**RANGES, "by": "account.plan", "measure": "activation", "entity": "member"}),
    ("cohort_comparison", {"cohort": "Pro", "against": "Free", "by": "account.plan", "unit": "day", "at": 2}),
    ("cohort_comparison", {**RANGES, "measure": "time_to_value", "until": "shipped"}),
    (
        "cohort_comparison",
        {
            "cohort": "Pro",
            "against": "Free",
            "by": "account.plan",
            "measure": "time_to_value",
            "until": "shipped",
            "output": "curve",
        },
    ),
    ("active_users", {"active": "ship", "period": "week"}),
    ("stickiness", {"active": "ship", "output": "power"}),
]
MOST_ROWS = 5
"""Rows of an answer that are looked at, from its first to its last."""


@pytest.fixture(scope="module")
def used(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Nine users of three accounts; user n starts on day n, does a task every n + 1 days and ships after ten."""
    rows = [
        {"event": name, "user_id": f"u{n}", "account_id": f"a{n % 3}", "timestamp": FIRST + timedelta(days=day)}
        for n in range(9)
        for day in range(n, 80, n + 1)
        for name in ("task", *(["ship"] if day > n + 10 else []))
    ]
    accounts = [{"account_id": f"a{n}", "plan": ("Free", "Pro")[n % 2], "name": f"Account {n}"} for n in range(3)]
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
        yield workspace


def hold(workspace: uptake.Workspace, result: Result, given: dict[str, Any]) -> int:
    """Every side of some rows has as many entities as the row says; gives how many sides were looked at."""
    looked_at = 0
    for row in result.rows[:: max(1, len(result.rows) // MOST_ROWS)]:
        cell = result.cell_of(row)
        for side in result.sides:
            found = workspace.people(result.name, cell, side=side.name, **given)
            assert (found.total, len(found.rows)) == (side.count(row),) * 2, (row, side)
            assert {one.name: one.count for one in found.sides} == {one.name: one.count(row) for one in result.sides}
            assert len({tuple(row.items()) for row in found.rows}) == found.total
            looked_at += 1
    return looked_at


@pytest.mark.parametrize("name", catalogue())
def test_there_are_as_many_people_as_the_number_says(used: uptake.Workspace, name: str) -> None:
    for given in WAYS:
        if given.get("entity", "user") in catalogue()[name].metric.entities:
            result = used.metric(name, **given)
            assert hold(used, result, given) or not result.rows or not result.sides


@pytest.mark.parametrize(("name", "given"), OTHERS)
def test_so_it_is_with_other_outputs(used: uptake.Workspace, name: str, given: dict[str, Any]) -> None:
    assert hold(used, used.metric(name, **given), given)


def test_who_came_back_and_who_did_not(used: uptake.Workspace) -> None:
    """Day 0 is Thursday 1 January, so the week of the 5th is days 4 to 10, in which users 4 to 8 start.

    Unit 2 is the week of the 19th, days 18 to 24. User 4 comes on days 4, 9, 14, 19; user 5 on 5, 11, 17, 23; user 6 on
    6, 13, 20; user 7 on 7, 15, 23; user 8 on 8, 17, 26: all but user 8 are back in it.
    """
    cell = {"cohort_on": date(2026, 1, 5), "unit_index": 2}
    came = used.people("retention", cell, unit="week")
    away = used.people("retention", {**cell, "cohort_on": "2026-01-05"}, side="away", unit="week")
    assert came.ids() == ["u4", "u5", "u6", "u7"]
    assert away.ids() == ["u8"]
    assert away.sides[0].count == 4
    assert [row["anchor_at"] for row in away.rows] == [FIRST + timedelta(days=8)]
    assert used.rows_of(away.sql)[0]["user_id"] == "u8"


def test_names_values_and_order(used: uptake.Workspace) -> None:
    (row,) = used.metric("features_used", entity="account").rows
    found = used.people("features_used", {}, entity="account")
    assert [(one["account_id"], one["account_name"]) for one in found.rows] == [
        ("a0", "Account 0"), ("a1", "Account 1"), ("a2", "Account 2"),
    ]  # fmt: skip
    assert sum(one["value"] for one in found.rows) / row["n"] == pytest.approx(row["estimate"])
    first = used.people("features_used", {}, entity="account", limit=1)
    assert (len(first.rows), first.total) == (1, 3)
    assert found.to_arrow().num_rows == 3


def test_members_have_both_names(used: uptake.Workspace) -> None:
    found = used.people("active_users", {"account.plan": "Pro"}, by="account.plan")
    assert {(row["user_id"], row["account_name"]) for row in found.rows} == {
        ("u1", "Account 1"), ("u4", "Account 1"), ("u7", "Account 1"),
    }  # fmt: skip


def test_what_is_not_known_is_refused(used: uptake.Workspace) -> None:
    refused: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
        ({"unit_index": 1}, {"side": "left"}, "side is 'left'. Allowed: returned"),
        ({"cohort_on": "2026-01-05"}, {}, "'unit_index' is missing"),
        ({"unit_index": "x"}, {}, "unit_index is 'x'"),
        ({"unit_index": 1, "step": "a"}, {}, "has no 'step'"),
    )
    for cell, more, said in refused:
        with pytest.raises(QuestionError, match=said.replace("'", ".")):
            used.people("retention", cell, **more)


def test_a_row_the_answer_has_not_has_nobody(used: uptake.Workspace) -> None:
    found = used.people("retention", {"cohort_on": "2031-01-06", "unit_index": 1})
    assert (found.rows, found.total) == ([], 0)
