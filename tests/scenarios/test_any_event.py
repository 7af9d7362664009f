"""The word for any event: wherever an event can stand, and what it means where an event is called so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scenario_answers import only

import uptake
from uptake.plan import Selector, event_title, parse, vanity_warnings
from uptake.web.words import plan_words as wording

pytestmark = pytest.mark.usefixtures("one_thread")

BEGIN = datetime(2026, 3, 2, 10)
DONE = {"u": "login0 task1 login7", "v": "task0", "w": "login0 login8"}
AS_OF = {"as_of": "2026-03-22"}


def events(**histories: str) -> list[dict[str, Any]]:
    return [
        {"event": said.rstrip("0123456789"), "user_id": user, "kind": "x" if user == "u" else "y",
         "timestamp": BEGIN + timedelta(days=int(said.lstrip("abcdefghijklmnopqrstuvwxyz_")))}
        for user, history in histories.items() for said in history.split()
    ]  # fmt: skip


@pytest.fixture
def told(new_home: Callable[..., Path]) -> Any:
    with uptake.open(new_home("features: {all: {events: [any_event]}, tasks: {events: [task]}}")) as workspace:
        workspace.import_rows(events(**DONE), "events")
        yield workspace


def came_back(workspace: uptake.Workspace, **asked: Any) -> list[int]:
    rows = workspace.metric("retention", unit="week", units=1, **AS_OF, **asked).rows
    return [row["returned"] for row in rows if row["cohort_on"]]


def test_it_is_every_event_wherever_one_can_stand(told: uptake.Workspace) -> None:
    """Sign-ins are no activity, so w never comes for `active`. In the week of the 9th come u and w, with a sign-in each."""
    active = {"window": "calendar", "period": "week", "date_from": "2026-03-02", "date_to": "2026-03-15", **AS_OF}
    assert [row["estimate"] for row in told.metric("active_users", **active).rows] == [2, 0]
    assert [row["estimate"] for row in told.metric("active_users", active="any_event", **active).rows] == [3, 2]
    mine = {"event": "any_event", "where": {"kind": "x"}}
    assert [row["estimate"] for row in told.metric("active_users", active=mine, **active).rows] == [1, 1]
    assert came_back(told, start="any_event", returns="any_event") == [3, 2]
    assert came_back(told, start="task", returns="any_event") == [2, 1]
    result = told.metric("funnel", steps=["login", "any_event"], **AS_OF)
    assert [row["count"] for row in result.rows] == [2, 2]
    assert [row["name"] for row in result.rows] == ["login", "any event"]
    assert not any("No event" in note for note in result.notes)
    sticky = only(told.metric("stickiness", active="any_event", short_days=7, long_days=28, as_of="2026-03-15"))
    assert sticky["active"] is not None
    assert sticky["n"] == 3


def test_a_feature_may_be_every_event(told: uptake.Workspace) -> None:
    rows = {row["feature"]: row["tried"] for row in told.metric("feature_adoption", **AS_OF).rows}
    assert rows == {"all": 3, "tasks": 2}


def test_an_event_of_that_name_is_meant(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(events(u="task0 any_event1", v="task0"), "events")
        assert came_back(workspace, start="any_event", returns="any_event") == [1, 0]


def test_it_is_told_in_words_and_guarded() -> None:
    """Whatever is sent counts sign-ins too, so a plan whose activity is any event gets the guard's warning."""
    assert wording.selector(Selector(events=("any_event",))) == event_title("any_event", {}) == "any event"
    (warning,) = vanity_warnings(parse({"plan.yml": "active: [any_event]"}))
    assert "sign-ins" in warning.reason


def test_any_order_says_no_sql_where_an_event_could_be_two_steps(told: uptake.Workspace) -> None:
    """u: login and task are two events of two steps; v has one event, which does one step only."""
    result = told.metric("funnel", steps=["task", "any_event"], order="unordered", **AS_OF)
    assert [row["count"] for row in result.rows] == [3, 1]
    assert not result.has_whole_sql
