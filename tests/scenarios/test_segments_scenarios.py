"""Segments as filters and as breakdowns: by attributes as they were at the moment that counts, and by lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from alike import assert_alike
from scenario_answers import by, only
from scenario_rows import Scenario

import uptake
from uptake.errors import QuestionError

MONTHS = {"window": "calendar", "period": "month", "date_from": "2025-04-01", "as_of": "2025-05-31"}
PLAN = """
segments:
  free: {entity: user, where: {plan: Free}}
  paying: {entity: user, title: Paying, where: {plan: {is_not: Free, exists: true}}}
  unsaid: {entity: user, where: {any: [{plan: {exists: false}}, {all: [{plan: Free}, {user.plan: Pro}]}]}}
  few: {entity: user, ids: [upgrader, nobody, upgrader]}
  none: {entity: user, ids: []}
  colours: {entity: user, where: {colour: red}}
"""


def estimates(result: Any, *labels: str) -> dict[Any, Any]:
    """Month, and labels if there are any -> estimate."""
    rows = [((row["period_on"].month, *(row[label] for label in labels)), row["estimate"]) for row in result.rows]
    return {key if labels else key[0]: value for key, value in rows}


def test_a_segment_by_attributes_is_as_it_was_then(scenario: Scenario) -> None:
    """Active in both months: `upgrader` (Free, Pro from 15 May), `leaver` (Pro), `unknown` (never said)."""
    workspace = scenario("plans", PLAN)
    assert estimates(workspace.metric("active_users", segment="free", **MONTHS)) == {4: 1}
    assert estimates(workspace.metric("active_users", segment=["paying"], **MONTHS)) == {4: 1, 5: 2}
    assert estimates(workspace.metric("active_users", segment="unsaid", **MONTHS)) == {4: 1, 5: 1}
    split = workspace.metric("active_users", by="segment.free", **MONTHS)
    assert estimates(split, "segment.free") == {(4, "in"): 1, (4, "not in"): 2, (5, "not in"): 3}
    assert split.by == ("segment.free",)


def test_a_segment_at_as_of_is_the_same_in_earlier_periods(scenario: Scenario) -> None:
    """As of the end of May `upgrader` pays, so April has two who do."""
    workspace = scenario("plans", PLAN)
    recent = workspace.metric("active_users", segment="paying", properties="most_recent", **MONTHS)
    assert estimates(recent) == {4: 2, 5: 2}
    both = workspace.metric("active_users", by=["segment.paying", "segment.paying@most_recent"], **MONTHS)
    assert estimates(both, "segment.paying", "segment.paying@most_recent") == {
        (4, "in", "in"): 1,
        (4, "not in", "in"): 1,
        (4, "not in", "not in"): 1,
        (5, "in", "in"): 2,
        (5, "not in", "not in"): 1,
    }


def test_several_segments_must_all_hold(scenario: Scenario) -> None:
    workspace = scenario("plans", PLAN)
    assert estimates(workspace.metric("active_users", segment="few,free", **MONTHS)) == {4: 1}
    assert estimates(workspace.metric("active_users", segment=["few", "paying"], **MONTHS)) == {5: 1}
    assert workspace.metric("active_users", segment=["free", "paying"], **MONTHS).rows == []


def test_a_list_holds_always_and_leaves_out_ids_nobody_has(scenario: Scenario) -> None:
    workspace = scenario("plans", PLAN)
    assert estimates(workspace.metric("active_users", segment="few", **MONTHS)) == {4: 1, 5: 1}
    split = workspace.metric("active_users", by="segment.none", **MONTHS)
    assert estimates(split, "segment.none") == {(4, "not in"): 3, (5, "not in"): 3}


@pytest.mark.parametrize("condition", ["segment.free=in", {"segment.free": "in"}, {"segment.free": True}])
def test_a_condition_on_a_segment_is_the_filter_itself(scenario: Scenario, condition: object) -> None:
    workspace = scenario("plans", PLAN)
    assert estimates(workspace.metric("active_users", where=condition, **MONTHS)) == {4: 1}


def test_who_is_not_in_a_segment(scenario: Scenario) -> None:
    workspace = scenario("plans", PLAN)
    for condition in ("segment.free!=in", 'segment.free="not in"', {"segment.free": {"is_not": True}}):
        assert estimates(workspace.metric("active_users", where=condition, **MONTHS)) == {4: 2, 5: 3}


@pytest.mark.parametrize("mode", ["at_event", "most_recent"])
@pytest.mark.parametrize("metric", ["active_users", "retention", "stickiness", "lifecycle", "features_used"])
def test_a_segment_is_its_conditions(scenario: Scenario, metric: str, mode: str) -> None:
    workspace = scenario("plans", PLAN)
    for segment, where in {"free": "plan=Free", "paying": {"plan": {"is_not": "Free", "exists": True}}}.items():
        asked = {"properties": mode, "as_of": "2025-05-31"}
        by_segment = workspace.metric(metric, segment=segment, **asked)
        by_condition = workspace.metric(metric, where=where, **asked)
        assert_alike(by_segment.rows, by_condition.rows, by_segment.sql)
        again = workspace.metric(metric, **by_segment.params)
        assert (again.rows, again.params) == (by_segment.rows, by_segment.params)
        assert_alike(workspace.rows_of(by_segment.sql), workspace.rows_of(by_condition.sql), by_segment.sql)


def test_what_a_segment_cannot_be_asked_is_said(scenario: Scenario) -> None:
    workspace = scenario("plans", PLAN)

    def refused(**given: Any) -> str:
        with pytest.raises(QuestionError) as caught:
            workspace.metric("active_users", **given)
        return str(caught.value)

    assert refused(segment="fre") == (
        "The plan has no segment 'fre'. Allowed: free, paying, unsaid, few, none, colours."
        " Describe it in the plan under segments."
    )
    assert "Segment 'colours' asks for user.colour, an attribute that no user has." in refused(by="segment.colours")
    assert "held against something else. Allowed: in, not in." in refused(where={"segment.free": "Free"})
    assert "held against something else. Allowed: in, not in." in refused(where={"segment.free": {"exists": True}})
    assert "cannot be told apart by segment.free: an account has many users" in refused(
        entity="account", segment="free"
    )
    assert "the conditions of segment 'free' must hold at one moment" in refused(segment="free", properties="any_time")
    assert "properties is 'then'. Allowed: at_event, most_recent, any_time." in refused(properties="then")


def test_users_are_asked_for_in_each_account_where_the_segment_is_of_accounts(scenario: Scenario) -> None:
    """`both` is in a and b, `single` in a. In the segment is b: `both` there."""
    plan = "segments: {late: {entity: account, ids: [b]}, mine: {entity: user, ids: [single]}}"
    workspace = scenario("golden 16", plan)
    week = {"window": "7", "as_of": "2025-03-05"}
    inside = workspace.metric("active_users", segment="late", **week)
    assert only(inside)["estimate"] == 1
    assert inside.population == "users in accounts (a user counts once in each account)"
    split = workspace.metric("active_users", by="segment.late", **week)
    assert by(split, "segment.late") == {"in": 1, "not in": 2}
    accounts = workspace.metric("active_users", entity="account", by="segment.late", **week)
    assert by(accounts, "segment.late") == {"in": 1, "not in": 1}
    crossed = workspace.metric("active_users", by=["segment.late", "segment.mine"], **week)
    assert by(crossed, "segment.late", "segment.mine") == {("in", "not in"): 1, ("not in", "in"): 1, ("not in", "not in"): 1}  # fmt: skip


def test_who_was_merged_is_on_the_list_as_who_they_became(new_home: Callable[..., Path]) -> None:
    """`old` became `new`: the list names `old`, and the day of either is that of `new`."""
    home = new_home("segments: {some: {entity: user, ids: [old, new]}, was: {entity: user, ids: [old]}}")
    with uptake.open(home) as workspace:
        rows = {"event": ["task", "task"], "user_id": ["old", "new"], "timestamp": ["2025-03-03", "2025-03-04"]}
        workspace.import_rows(pa.table(rows), "events")
        week = {"window": "7", "as_of": "2025-03-05"}
        assert only(workspace.metric("active_users", segment="some", **week))["estimate"] == 2
        workspace.import_rows([{"previous_id": "old", "user_id": "new", "alias_at": "2025-03-05"}], "aliases")
        for segment in ("some", "was"):
            assert only(workspace.metric("active_users", segment=segment, **week))["estimate"] == 1


def test_a_user_who_is_imported_later_is_on_the_list(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home("segments: {some: {entity: user, ids: [u2]}}")) as workspace:
        for user in ("u1", "u2"):
            rows = {"event": ["task"], "user_id": [user], "timestamp": ["2025-03-03"]}
            workspace.import_rows(pa.table(rows), "events")
        assert only(workspace.metric("active_users", segment="some"))["n"] == 1
