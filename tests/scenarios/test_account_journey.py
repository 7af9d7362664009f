"""The journey of accounts, by hand: CRM stages, use and contracts, each telling its own steps."""

from __future__ import annotations

import pyarrow as pa
import pytest
from money_world import Filled, Row, filled, subscription
from scenario_answers import by

import uptake
from uptake.metrics.recheck import differences

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC, currency: EUR}
value_moments: {shipped: {event: ship}}
journey:
  awareness: [Lead]
  interest: [Qualified]
  evaluation: [Proposal, Negotiation]
"""
ASKED: Row = {"as_of": "2025-06-30"}
DEALS = [
    ("whole way", "Lead", "2025-01-01"), ("whole way", "Qualified", "2025-01-11"), ("whole way", "Proposal", "2025-01-21"),
    ("whole way", "Qualified", "2025-05-01"),  # a deal about more seats: no way back to interest
    ("lead", "Lead", "2025-06-01"),
    ("talks", "Qualified", "2025-03-01"), ("talks", "Negotiation", "2025-03-31"),
    ("uses", "Lead", "2025-02-01"),
]  # fmt: skip
CONTRACTS = [
    subscription("whole way", 100, "2025-02-01", "2025-05-01", renewal_on="2025-05-01"),
    subscription("whole way", 150, "2025-05-01", None, renewal_on="2025-08-01"),
    subscription("ended", 50, "2025-01-01", "2025-04-01", renewal_on="2025-04-01"),
]
DAYS = {
    "whole way": ("2025-02-10", "2025-02-18"),
    "uses": ("2025-02-05",),
    "ended": ("2025-01-02",),
    "trial": ("2025-06-20",),
}


@pytest.fixture
def told(filled: Filled) -> uptake.Workspace:
    workspace = filled(CONTRACTS, PLAN)
    deals = [
        {"opportunity_id": f"o{number}", "account_id": account, "stage": stage, "valid_from": on}
        for number, (account, stage, on) in enumerate(DEALS)
    ]
    accounts = [{"account_id": account, "owner": "Ada", "created_at": "2025-01-01"} for account, _, _ in DEALS]
    accounts.append({"account_id": "ended", "owner": "Bo", "created_at": "2025-01-01"})
    events = [
        {"account_id": account, "user_id": f"u of {account}", "event": "ship", "timestamp": f"{day}T12:00:00Z"}
        for account, days in DAYS.items()
        for day in days
    ]
    workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
    workspace.import_rows(pa.Table.from_pylist([{"account_id": "ended", "churned_on": "2025-04-01"}]), "accounts")
    workspace.import_rows(pa.Table.from_pylist(deals), "opportunities")
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    return workspace


def test_who_is_where_and_who_went_on(told: uptake.Workspace) -> None:
    """The whole way: 1 January lead, 11 qualified, 21 proposal, used from 10 February, adopted on the 18th, renewed and
    expanded on 1 May. `uses` was a lead and is testing: nobody wrote down an interest, so it never entered that step.
    """
    found = told.metric("journey", **ASKED)
    assert by(found, "step", of="here") == {
        "awareness": 1, "interest": 0, "evaluation": 1, "test": 2, "adoption": 0, "renewal": 0, "expansion": 1
    }  # fmt: skip
    assert by(found, "step", of="n") == {
        "awareness": 3, "interest": 2, "evaluation": 2, "test": 4, "adoption": 1, "renewal": 1, "expansion": 1
    }  # fmt: skip
    assert by(found, "step") == {
        "awareness": 2 / 3, "interest": 1, "evaluation": 0.5, "test": 0.25, "adoption": 1, "renewal": 1, "expansion": None
    }  # fmt: skip
    days = by(found, "step", of="median_days")
    assert days["interest"] == 10  # 11 to 21 January, and 1 to 31 March: half had gone on after ten days
    assert days["awareness"] == 10  # 10 days, 4.5 days, and a lead of 30 days that waits
    assert days["test"] is None  # one of four went on


def test_who_is_stuck_comes_with_the_owner_the_longest_first(told: uptake.Workspace) -> None:
    found = told.metric("journey", output="stuck", **ASKED)
    assert [(row["account_id"], row["step"], row["owner"], round(row["days"], 1)) for row in found.rows] == [
        ("uses", "test", "Ada", 145.5), ("talks", "evaluation", "Ada", 92), ("lead", "awareness", "Ada", 30),
        ("trial", "test", None, 10.5),
    ]  # fmt: skip


def test_an_attribute_of_accounts_can_hold_the_stage(filled: Filled) -> None:
    workspace = filled(CONTRACTS[:1], PLAN + "  crm: account.stage\n")
    said = [
        {"account_id": "a", "stage": "Lead", "valid_from": "2025-01-01"},
        {"account_id": "a", "stage": "Proposal", "valid_from": "2025-02-01"},
        {"account_id": "b", "stage": "Lead", "valid_from": "2025-06-29"},
    ]
    workspace.import_rows(pa.Table.from_pylist(said), "accounts")
    found = workspace.metric("journey", **ASKED)
    assert {step: count for step, count in by(found, "step", of="here").items() if count} == {
        "awareness": 1,
        "evaluation": 1,
    }
    before = workspace.metric("journey", as_of="2025-01-15")
    assert by(before, "step", of="here") == {"awareness": 1}


def test_milestones_of_the_plan_can_be_test_and_adoption(filled: Filled) -> None:
    plan = PLAN + "  test: tried\n  adoption: value\nmilestones: {tried: {event: task}}\n"
    workspace = filled(CONTRACTS[:1], plan)
    events = [
        {"account_id": "a", "user_id": "u", "event": event, "timestamp": f"2025-03-0{day}T12:00:00Z"}
        for event, day in (("look", 1), ("task", 3), ("ship", 5))
    ]
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    found = workspace.metric("journey", **ASKED)
    assert by(found, "step", of="median_days") == {"test": 2, "adoption": None}


def test_the_sql_shown_gives_the_numbers(told: uptake.Workspace) -> None:
    for given in ({}, {"period": "month"}, {"by": "account.owner"}, {"output": "stuck"}):
        found = told.metric("journey", **given, **ASKED)
        assert found.rows
        assert differences(found, told.rows_of(found.sql)) == []
