"""Breakdowns and filters by attributes as they were at the moment that counts."""

from __future__ import annotations

import pytest
from scenario_answers import by, only
from scenario_rows import Scenario

from uptake.directory.accounts import accounts as list_accounts
from uptake.directory.listing import Ask
from uptake.errors import QuestionError
from uptake.plan import conditions

MONTHS = {"window": "calendar", "period": "month", "date_from": "2025-04-01", "as_of": "2025-05-31"}


def test_who_moved_from_free_to_pro_in_may_is_free_in_april(scenario: Scenario) -> None:
    """Active in both months: `upgrader` (Free, Pro from 15 May), `leaver` (Pro), `unknown` (never said)."""
    result = scenario("plans").metric("active_users", by="plan", **MONTHS)
    read = {(row["period_on"].month, row["user.plan"]): row["estimate"] for row in result.rows}
    assert read == {(4, "Free"): 1, (4, "Pro"): 1, (4, "(none)"): 1, (5, "Pro"): 2, (5, "(none)"): 1}


def test_a_filter_is_by_what_held_then_too(scenario: Scenario) -> None:
    workspace = scenario("plans")
    free = workspace.metric("active_users", where={"plan": "Free"}, **MONTHS)
    assert [row["estimate"] for row in free.rows] == [1]
    not_free = workspace.metric("active_users", where={"plan": {"is_not": "Free"}}, **MONTHS)
    assert [row["estimate"] for row in not_free.rows] == [2, 3]


def test_groups_add_up_to_the_whole(scenario: Scenario) -> None:
    workspace = scenario("plans")
    whole = only(workspace.metric("active_users", window="28", as_of="2025-05-31"))
    groups = workspace.metric("active_users", window="28", as_of="2025-05-31", by="plan")
    assert sum(by(groups, "user.plan").values()) == whole["estimate"]
    assert sum(by(groups, "user.plan", of="n").values()) == whole["n"]


def test_an_attribute_nobody_has_is_an_error_that_lists_those_there_are(scenario: Scenario) -> None:
    with pytest.raises(QuestionError, match=r"no attribute 'colour'.*user\.plan"):
        scenario("plans").metric("active_users", by="colour")


def test_accounts_cannot_be_told_apart_by_their_users(scenario: Scenario) -> None:
    with pytest.raises(QuestionError, match="an account has many users"):
        scenario("plans").metric("active_users", entity="account", by="user.plan")


@pytest.mark.parametrize(("zone", "accounts"), [("UTC", 1), ("America/New_York", 0)])
def test_a_date_to_compare_with_begins_in_the_products_time_zone(scenario: Scenario, zone: str, accounts: int) -> None:
    """`late` signed on 10 March 00:00 UTC: in New York that was the evening of the 9th."""
    workspace = scenario("signed before use", f"product: {{timezone: {zone}}}")
    asked = {"entity": "account", "where": {"account.signed_on": {"gte": "2025-03-10"}}, "as_of": "2025-03-12"}
    assert sum(row["n"] for row in workspace.metric("active_users", **asked).rows) == accounts
    ask = Ask(where=conditions(asked["where"]), as_of="2025-03-12")
    listed = workspace.read(lambda cursor: list_accounts(cursor, workspace.plan, ask))
    assert [row["account_id"] for row in listed.rows] == ["late"][:accounts]
