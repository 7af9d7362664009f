"""Churn and retention of money, by hand and by a second opinion that reads subscriptions one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from money_world import ZONE, Filled, Row, drawn, filled, paid, subscription
from scenario_answers import by_day, only

import uptake
from uptake.errors import QuestionError
from uptake.metrics.asking.recheck import differences

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")
MONEY = ("account_churn", "mrr_churn", "net_revenue_retention", "gross_revenue_retention", "lifetime_value")


CONTRACTS = [
    subscription("grows", 100, "2025-01-10", "2025-03-20", subscription_id="g1", plan="Pro"),
    subscription("grows", 150, "2025-03-20", None, subscription_id="g2", plan="Enterprise"),
    subscription("shrinks", 200, "2025-01-01", "2025-03-05"),
    subscription("shrinks", 120, "2025-03-05"),
    subscription("leaves", 100, "2025-02-01", "2025-03-31"),
    subscription("pauses", 40, "2025-01-01", "2025-03-10"),
    subscription("pauses", 40, "2025-03-12"),
    subscription("two at once", 30, "2025-01-01"),
    subscription("two at once", 20, "2025-02-15"),
    subscription("new in March", 500, "2025-03-01"),
    subscription("ends with February", 80, "2025-01-01", "2025-03-01"),
    subscription("free", 0, "2025-01-01"),
]
"""Before March: 100 + 200 + 100 + 40 + 50 + 80 = 570 of six accounts. After it, of the same: 150 + 120 + 0 + 40 + 50 + 0."""
MARCH: Row = {"date_from": "2025-03-01", "date_to": "2025-03-31", "as_of": "2025-04-30"}


@pytest.mark.parametrize(
    ("metric", "given", "expected"),
    [
        ("account_churn", {}, 2 / 6),  # leaves, ends with February
        ("mrr_churn", {}, (80 + 100 + 80) / 570),  # shrinks by 80, two ended
        ("mrr_churn", {"lost": "ended"}, 180 / 570),
        ("mrr_churn", {"lost": "reduced"}, 80 / 570),
        ("net_revenue_retention", {"over": "period"}, 360 / 570),
        ("gross_revenue_retention", {"over": "period"}, 310 / 570),  # grows counts with its 100
        ("lifetime_value", {"over": "period"}, (570 / 6) / (2 / 6)),
    ],
)
def test_a_month_by_hand(filled: Filled, metric: str, given: Row, expected: float) -> None:
    row = only(filled(CONTRACTS).metric(metric, **given, **MARCH))
    assert row["estimate"] == pytest.approx(expected, rel=1e-12)
    assert row["n"] == 6
    assert row["ci_lower"] < row["estimate"] < row["ci_upper"]


def test_a_contract_that_ends_on_the_first_is_lost_in_that_month_and_one_that_begins_then_is_new(
    filled: Filled,
) -> None:
    """At the end of February `ends with February` still paid; in April nobody left, and `new in March` is counted."""
    churn = filled(CONTRACTS).metric("account_churn", date_from="2025-02-01", date_to="2025-04-30", as_of="2025-04-30")
    assert by_day(churn, "count") == {"2025-02-01": 0, "2025-03-01": 2, "2025-04-01": 0}
    assert by_day(churn, "n") == {"2025-02-01": 5, "2025-03-01": 6, "2025-04-01": 5}


def test_days_begin_in_the_products_zone(filled: Filled) -> None:
    """A contract that ends when April begins in New York is lost in April there, at 04:00 UTC."""
    rows = [subscription("a", 10, "2025-01-01T00:00:00Z", "2025-04-01T04:00:00Z")]
    for zone, lost in (
        ("UTC", "2025-04-01"),
        ("America/New_York", "2025-04-01"),
        ("America/Los_Angeles", "2025-03-01"),
    ):
        workspace = filled(rows, f"product: {{timezone: {zone}}}")
        churn = workspace.metric("account_churn", date_from="2025-03-01", date_to="2025-04-30", as_of="2025-04-30")
        assert {day for day, count in by_day(churn, "count").items() if count} == {lost}


def test_a_month_that_runs_is_in_progress_and_a_year_looks_back_from_its_end(
    filled: Filled,
) -> None:
    workspace = filled(CONTRACTS)
    open_month = {"date_from": "2025-03-01", "date_to": "2025-03-31", "as_of": "2025-03-15"}
    for metric in MONEY:
        row = only(workspace.metric(metric, over="period", **open_month))
        assert row["status"] == "in_progress", metric
    year = workspace.metric("net_revenue_retention", date_from="2026-02-01", date_to="2026-02-28", as_of="2026-02-28")
    assert only(year)["before"] == 570  # end of February 2025
    assert only(year)["now"] == 360


@pytest.mark.parametrize("metric", ["net_revenue_retention", "gross_revenue_retention", "lifetime_value"])
def test_where_nobody_paid_yet_at_the_beginning_that_is_said(filled: Filled, metric: str) -> None:
    """The first contract is of January 2025, at the product's midnight: a year before the end of 2025 nobody had paid."""
    workspace = filled(CONTRACTS)
    asked = {"date_from": "2025-12-01", "as_of": "2026-02-15"}
    told = [
        note
        for last_day in ("2025-12-31", "2026-01-31")
        for note in workspace.metric(metric, date_to=last_day, **asked).notes
        if note.startswith("The first")
    ]
    assert told == [
        "The first contract is of 2025-01-01: nobody paid yet a year before the end of 2025-12-31. Ask with a shorter over."
    ]
    assert not workspace.metric(metric, date_to="2025-12-31", **asked).rows


def test_a_lifetime_is_not_defined_where_nobody_left(filled: Filled) -> None:
    row = only(filled([subscription("a", 10, "2025-01-01")]).metric("lifetime_value", over="period", **MARCH))
    assert (row["estimate"], row["ci_lower"], row["ci_upper"], row["status"]) == (None, None, None, "not_eligible")


def test_a_later_row_corrects_the_one_of_the_same_id_and_first_day(filled: Filled) -> None:
    """The row of `s` with an end closes the open one. A later stretch of the same id takes its place, it does not add."""
    workspace = filled(
        [
            subscription("a", 10, "2025-01-01", None, subscription_id="s"),
            subscription("b", 10, "2025-01-01", None, subscription_id="t"),
        ]
    )
    later = [
        subscription("a", 10, "2025-01-01", "2025-03-10", subscription_id="s"),
        subscription("b", 25, "2025-03-10", None, subscription_id="t"),
    ]
    workspace.import_rows(pa.Table.from_pylist(later), "subscriptions")
    row = only(workspace.metric("net_revenue_retention", over="period", **MARCH))
    assert (row["n"], row["before"], row["now"]) == (2, 20, 25)


def test_different_currencies_are_not_added(filled: Filled) -> None:
    rows = [
        subscription("a", 100, "2025-01-01", None, currency="EUR"),
        subscription("b", 700, "2025-01-01", "2025-03-03", currency="usd"),
        subscription("c", 50, "2025-01-01", None),
    ]
    asked = {"over": "period", **MARCH}
    workspace = filled(rows)
    found = workspace.metric("net_revenue_retention", **asked)
    assert (only(found)["before"], found.currency) == (150, "EUR")  # c says none, so it is in the product's
    assert found.notes == (
        "Amounts in EUR. What 1 account is paying in USD is left out: different currencies are not added.",
    )
    dollars = workspace.metric("net_revenue_retention", currency="usd", **asked)
    assert (only(dollars)["before"], only(dollars)["now"], dollars.currency) == (700, 0, "USD")
    assert only(workspace.metric("account_churn", **MARCH))["n"] == 3  # who left is no question of currency
    with pytest.raises(QuestionError, match=r"No subscription is in GBP\. Allowed: EUR, USD"):
        workspace.metric("net_revenue_retention", currency="gbp", **asked)
    with pytest.raises(QuestionError, match="an unnamed currency and EUR and USD, which are not added"):
        filled(rows, "product: {timezone: UTC}").metric("mrr_churn", **asked)


def test_amounts_carry_their_unit_and_currency(filled: Filled) -> None:
    found = filled(CONTRACTS).metric("lifetime_value", over="period", **MARCH)
    assert {column.name for column in found.columns if column.unit == "currency"} == {
        "revenue", "estimate", "ci_lower", "ci_upper"
    }  # fmt: skip
    assert found.to_arrow().schema.field("estimate").metadata == {b"unit": b"currency:EUR"}
    assert found.to_dict()["currency"] == "EUR"


def test_without_subscriptions_the_date_of_leaving_counts_and_amounts_are_missing(
    workspace: uptake.Workspace,
) -> None:
    accounts = [
        {"account_id": name, "created_at": "2025-01-01", "churned_on": left, "valid_from": "2025-01-01"}
        for name, left in (("a", None), ("b", "2025-03-15"), ("c", "2025-02-15"))
    ]
    workspace.import_rows(pa.Table.from_pylist(accounts), "accounts")
    found = workspace.metric("account_churn", **MARCH)
    assert (only(found)["count"], only(found)["n"]) == (1, 2)
    assert found.notes == ("No subscriptions have been imported: who has left is told by churned_on of accounts.",)
    nothing = workspace.metric("mrr_churn", **MARCH)
    assert (nothing.rows, nothing.notes[0][:38]) == ([], "No subscriptions have been imported: u")


def test_churn_by_inactivity(workspace: uptake.Workspace) -> None:
    """Active in the 10 days before March: a, b. In the 10 days to its end: b, c. So one of two went."""
    days = {"a": ["2025-02-20", "2025-03-20"], "b": ["2025-02-28", "2025-03-22"], "c": ["2025-02-18", "2025-03-31"]}
    events = [
        {"event": "task", "user_id": f"user of {name}", "account_id": name, "timestamp": f"{day}T12:00:00Z"}
        for name, active in days.items()
        for day in active
    ]
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    row = only(workspace.metric("account_churn", churned="inactivity", window_days=10, **MARCH))
    assert (row["count"], row["n"], row["estimate"]) == (1, 2, 0.5)


def test_the_sql_shown_gives_the_numbers(filled: Filled) -> None:
    workspace = filled(CONTRACTS)
    for metric in MONEY:
        for given in ({}, {"by": "account.id"}, {"period": "quarter", "over": "quarter"}):
            found = workspace.metric(metric, date_from="2025-01-01", as_of="2026-06-30", **given)
            assert found.rows
            assert differences(found, workspace.rows_of(found.sql)) == []


def test_breakdowns_are_as_of_the_beginning(filled: Filled) -> None:
    workspace = filled([subscription("a", 10, "2025-01-01", "2025-03-20"), subscription("b", 20, "2025-01-01")])
    known = [
        {"account_id": "a", "tier": "gold", "valid_from": "2025-01-01"},
        {"account_id": "a", "tier": "none", "valid_from": "2025-03-10"},
        {"account_id": "b", "tier": "gold", "valid_from": "2025-03-01"},
    ]
    workspace.import_rows(pa.Table.from_pylist(known), "accounts")
    found = workspace.metric("mrr_churn", by="tier", **MARCH)
    assert {row["account.tier"]: (row["before"], row["lost"]) for row in found.rows} == {
        "gold": (10, 10),
        "(none)": (20, 0),
    }


def close(answer: float | None) -> Any:
    return None if answer is None else pytest.approx(answer, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("period", "over", "months"), [("month", "period", 1), ("quarter", "period", 3), ("month", "year", 12)]
)
def test_the_same_by_reading_subscriptions_one_by_one(
    filled: Filled, seed: int, period: str, over: str, months: int
) -> None:
    rows = drawn(seed)
    workspace = filled(rows, f"product: {{timezone: {ZONE}, currency: EUR}}")
    asked = {"date_from": "2023-01-01", "date_to": "2025-12-31", "as_of": "2025-12-31", "period": period, "over": over}
    found = {metric: {row["period_on"]: row for row in workspace.metric(metric, **asked).rows} for metric in MONEY}
    step = 3 if period == "quarter" else 1
    for month in range(0, 36, step):
        on = date(2023 + month // 12, month % 12 + 1, 1)
        end = date(2023 + (month + step) // 12, (month + step) % 12 + 1, 1)
        begin = date(end.year + (end.month - 1 - months) // 12, (end.month - 1 - months) % 12 + 1, 1)
        before, now = paid(rows, begin), paid(rows, end)
        if not before:
            assert all(on not in answers for answers in found.values())
            continue
        base, left = sum(before.values()), len(before.keys() - now.keys())
        net = sum(now.get(account, 0) for account in before) / base
        gross = sum(min(now.get(account, 0), mrr) for account, mrr in before.items()) / base
        value = base / len(before) * months / (left / len(before)) if left else None
        expected = dict(zip(MONEY, (left / len(before), 1 - gross, net, gross, value), strict=True))
        for metric, answer in expected.items():
            assert found[metric][on]["n"] == len(before), (metric, on)
            assert found[metric][on]["estimate"] == close(answer), (metric, on)
