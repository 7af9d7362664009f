"""Ids that are one person."""

from __future__ import annotations

from typing import Any

from scenario_answers import only
from scenario_rows import Scenario

import uptake


def active(workspace: uptake.Workspace) -> int:
    return int(only(workspace.metric("active_users", window="28"))["estimate"])


def senders(workspace: uptake.Workspace) -> list[tuple[Any, ...]]:
    """(user, events) of everyone with events."""
    rows = workspace.rows_of(
        "SELECT user_id, count(*) AS events FROM event JOIN users USING (user_key) GROUP BY ALL ORDER BY ALL"
    )
    return [tuple(row.values()) for row in rows]


def test_what_a_visitor_did_before_signing_in_is_the_users(scenario: Scenario) -> None:
    """`visitor` is `known`: 3 events of one person, and `stranger` stays alone. Life began with the first page."""
    workspace = scenario("anonymous")
    assert senders(workspace) == [("known", 3), ("stranger", 1)]
    assert active(workspace) == 2
    started = workspace.rows_of("SELECT min(started_at) AS at FROM user_start JOIN users USING (user_key) "
                                "WHERE user_id = 'known'")  # fmt: skip
    assert started[0]["at"].isoformat() == "2025-03-03T10:00:00"


def test_a_chain_of_merges_ends_in_one_person(scenario: Scenario) -> None:
    """first -> second -> third."""
    workspace = scenario("chain")
    assert senders(workspace) == [("third", 3)]
    assert active(workspace) == 1


def test_the_latest_merge_of_an_id_wins(scenario: Scenario) -> None:
    """`visitor` was `ann` on the 4th, `bob` from the 5th on: bob has 2 events, ann 1."""
    workspace = scenario("merged again")
    assert senders(workspace) == [("ann", 1), ("bob", 2)]
    assert active(workspace) == 2


def test_a_circle_of_merges_is_one_person_named_by_the_last(scenario: Scenario) -> None:
    """ann -> bob, then bob -> ann."""
    workspace = scenario("circle")
    assert senders(workspace) == [("ann", 2)]
    assert active(workspace) == 1


def test_who_was_merged_away_is_in_no_population(scenario: Scenario) -> None:
    workspace = scenario("chain")
    assert only(workspace.metric("active_users", window="28"))["n"] == 1
    people = workspace.rows_of("SELECT count(*) AS n FROM user_start")
    assert people == [{"n": 1}]
