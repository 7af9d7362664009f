"""The largest groups of a breakdown, and the others as one group that is counted from its entities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from alike import assert_alike

import uptake
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.asking.recheck import differences
from uptake.metrics.catalogue import catalogue

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST = datetime(2026, 1, 1, 10)
PLAN = """
features: {tasks: {events: [task]}, ships: {events: [ship]}}
launches: {first: {feature: tasks, launched_on: 2026-01-02, target: 0.5, within_days: 20}}
journey: {}
onboarding: {steps: [{name: first, event: task}]}
activation: {user: {event: task, at_least: 2}}
tasks: {work: {start: task, complete: ship, within_minutes: 9000}}
value_moments: {shipped: {event: ship}}
"""
SIZES = {"Big": 6, "Even": 3, "Also": 3, "Small": 2, "(x'\"": 1}
"""Plan of accounts -> users in them; Also and Even are as large, so Also is before Even. Two users have none."""
PLANS = [plan for plan, size in SIZES.items() for _ in range(size)]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Seventeen users, each in an account of its own; user n starts on day n and does a task every second day or so."""
    rows = [
        {"event": name, "user_id": f"u{n}", "account_id": f"a{n}", "timestamp": FIRST + timedelta(days=day)}
        for n in range(17)
        for day in range(n, 70, n % 4 + 1)
        for name in ("task", *(["ship"] if day > n + 10 and n % 3 else []))
    ]
    accounts = {
        "account_id": [f"a{n}" for n in range(len(PLANS))],
        "plan": PLANS,
        "region": ["EU" if n % 2 else "US" for n in range(len(PLANS))],
    }
    with uptake.open(new_home(PLAN)) as opened:
        opened.import_rows(pa.Table.from_pylist(rows), "events")
        opened.import_rows(pa.table(accounts), "accounts")
        yield opened


OF_ALL_GROUPS = {"pvalue", "x_split", "y_split", "quadrant"}
"""Columns that say how groups, or all points, lie to each other."""


def groups(workspace: uptake.Workspace, **asked: Any) -> dict[str, int]:
    rows = workspace.metric("active_users", window="30", as_of="2026-03-01", **asked).rows
    return {row["account.plan"]: row["n"] for row in rows}


def test_groups_beyond_the_largest_become_one(workspace: uptake.Workspace) -> None:
    """6 + 3 + 3 + 2 + 1 in five plans and 2 without one, who stay beside; the others of two are 3 + 2 + 1."""
    by = "account.plan"
    assert groups(workspace, by=by) == {**SIZES, "(none)": 2}
    assert groups(workspace, by=by, top=2) == {"Big": 6, "Also": 3, "(other)": 6, "(none)": 2}
    assert groups(workspace, by=by, top="4") == {"Big": 6, "Also": 3, "Even": 3, "Small": 2, "(other)": 1, "(none)": 2}
    assert groups(workspace, by=by, top=5) == groups(workspace, by=by, top="all") == groups(workspace, by=by)
    assert groups(workspace, by=by, top=1, where="plan!=Big") == {"Also": 3, "(other)": 6, "(none)": 2}


def test_a_group_is_as_large_over_all_periods(workspace: uptake.Workspace) -> None:
    """Users of Also begin on days 9 to 11, of Big on days 0 to 5: the first days know Big alone, yet Also stays."""
    rows = workspace.metric("active_users", window="1", period="day", by="account.plan", top=2).rows
    assert {row["account.plan"] for row in rows} == {"Big", "Also", "(other)", "(none)"}
    first = min(row["period_on"] for row in rows)
    assert {row["account.plan"] for row in rows if row["period_on"] == first} == {"Big"}


def test_groups_of_two_breakdowns_are_combinations(workspace: uptake.Workspace) -> None:
    """Big in the EU and Big in the US, three users each; whoever has neither plan nor region stays beside."""
    rows = workspace.metric("active_users", window="30", by=["account.plan", "account.region"], top=2).rows
    assert [(row["account.plan"], row["account.region"], row["n"]) for row in rows] == [
        ("(none)", "(none)", 2), ("(other)", "(other)", 9), ("Big", "EU", 3), ("Big", "US", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("metric", list(catalogue()))
@pytest.mark.parametrize("period", [None, "month"])
def test_the_others_are_answered_like_a_question_about_them(
    workspace: uptake.Workspace, metric: str, period: str | None
) -> None:
    """Not a sum of shares or a mean of medians: the rows of (other) are those of all plans beyond the largest together.

    Which are the largest is said by the answer: who counts differs from metric to metric.
    """
    entities = catalogue()[metric].metric.entities
    entity = "member" if "member" in entities else entities[0]
    asked: dict[str, Any] = {"entity": entity, "by": "account.plan", "period": period}
    try:
        result = workspace.metric(metric, top=2, **asked)
    except DefinitionMissing as error:
        pytest.skip(str(error))  # a metric of the CRM, which no events of this plan can answer
    named = {row["account.plan"] for row in result.rows}
    others = {"account.plan": {"is": [plan for plan in SIZES if plan not in named]}}
    alone = workspace.metric(metric, **{**asked, "by": ()}, where=others).rows
    found = [{**row} for row in result.rows if row["account.plan"] == "(other)"]
    for row in found:
        del row["account.plan"]
    if all("n" in row for row in alone):  # a row for nobody is there only where nothing is told apart
        alone = [row for row in alone if row["n"] or found]
    same = {name for row in alone[:1] for name in row if name in found[0]} - OF_ALL_GROUPS
    alone, found = ([{name: row[name] for name in same} for row in rows] for rows in (alone, found))
    assert_alike(found, alone, result.sql)
    assert differences(result, workspace.rows_of(result.sql)) == []
    assert workspace.metric(metric, **result.params).rows == result.rows


def test_people_of_the_others(workspace: uptake.Workspace) -> None:
    asked: dict[str, Any] = {"window": "30", "by": "account.plan", "top": 2}
    found = workspace.people("active_users", {"account.plan": "(other)"}, **asked)
    assert sorted(found.ids()) == sorted(f"u{n}" for n, plan in enumerate(PLANS) if plan not in ("Big", "Also"))


def test_who_had_several_of_the_other_values_is_one_of_the_others_once(new_home: Callable[..., Path]) -> None:
    """Of three users one had the plans B and then C, beyond the largest, which two had: two are among the others."""
    said = [("u1", "A", 1), ("u2", "A", 1), ("u3", "B", 1), ("u3", "C", 9), ("u1", "D", 9)]
    people = [{"user_id": user, "plan": plan, "valid_from": f"2026-01-0{day}"} for user, plan, day in said]
    came = [{"user_id": user, "event": "a", "timestamp": "2026-01-10T10:00:00Z"} for user in ("u1", "u2", "u3")]
    with uptake.open(new_home()) as workspace:
        workspace.import_events(came)
        workspace.import_rows(people, "users")
        rows = workspace.metric("active_users", by="user.plan@any_time", top=1).rows
    assert [(next(iter(row.values())), row["n"]) for row in rows] == [("(other)", 2), ("A", 2)]


@pytest.mark.parametrize("top", [0, -1, "many", 2.5, True])
def test_a_number_of_groups_that_is_none_is_refused(workspace: uptake.Workspace, top: object) -> None:
    with pytest.raises(QuestionError, match="top is"):
        workspace.metric("active_users", by="account.plan", top=top)
