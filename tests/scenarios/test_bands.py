"""Bands of a number: what accounts pay, and what was said of them, as it was then; by hand and counted one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from money_world import ZONE, Filled, Row, drawn, filled, paid, subscription

import uptake
from uptake.errors import PlanError, QuestionError
from uptake.metrics.asking.recheck import differences

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")

EURO = "product: {timezone: UTC, currency: EUR}\n"
ARR = "bands: {account.arr: [0, 1200, 6000]}\n"
YEAR: Row = {"date_from": "2025-03-01", "date_to": "2025-03-31", "as_of": "2025-04-30", "over": "period"}
PAYING = [
    subscription("at the edge", 100, "2025-01-01", "2025-03-10", subscription_id="e"),  # 12 x 100 is 1,200: the second
    subscription("at the edge", 600, "2025-03-10", subscription_id="e"),  # grows within March
    subscription("below it", 99.99, "2025-01-01"),  # 1,199.88
    subscription("two of them", 300, "2025-01-01"),  # together 6,000: the last
    subscription("two of them", 200, "2025-02-01", "2025-03-20"),
    subscription("abroad", 900, "2025-01-01", currency="USD"),
    subscription("for free", 0, "2025-01-01"),
    subscription("later", 50, "2025-03-15"),
]
SMALL, MIDDLE, LARGE = "0 to under 1.2k", "1.2k to under 6k", "6k or more"


def read(result: Any, column: str = "estimate", by: str = "account.arr") -> dict[str, Any]:
    return {row[by]: row[column] for row in result.rows}


def test_accounts_are_in_the_band_of_what_they_paid_when_it_counts(filled: Filled) -> None:
    """Retention is by what was paid at the beginning of March; what is paid now is by the end of it."""
    workspace = filled(PAYING, EURO + ARR)
    kept = workspace.metric("net_revenue_retention", by="account.arr", **YEAR)
    assert read(kept) == {SMALL: 1.0, MIDDLE: pytest.approx(600 / 100), LARGE: pytest.approx(300 / 500)}
    assert list(read(kept)) == [SMALL, MIDDLE, LARGE]  # in the order of their edges
    assert differences(kept, workspace.rows_of(kept.sql)) == []
    later = workspace.metric(
        "net_revenue_retention",
        by="account.arr",
        **YEAR | {"date_from": "2025-04-01", "date_to": "2025-04-30", "as_of": "2025-05-31"},
    )
    assert read(later, "n") == {SMALL: 2, MIDDLE: 1, LARGE: 1}


def test_what_is_no_amount_in_the_products_currency_is_a_group_of_its_own(filled: Filled) -> None:
    result = filled(PAYING, EURO + ARR).metric("net_revenue_retention", by="account.arr", currency="USD", **YEAR)
    assert read(result, "n") == {"(none)": 1}
    assert any("12 times the MRR in force, in EUR" in note for note in result.notes)
    assert any("1 account has paid in other currencies" in note for note in result.notes)
    assert any("hold their lower end and not their upper end" in note for note in result.notes)


def test_bands_have_names_and_their_edges_beside_them(filled: Filled) -> None:
    plan = EURO + "bands: {account.mrr: {Small: 0, Large: 500}}\n"
    result = filled(PAYING, plan).metric(
        "account_churn", by="account.mrr", **{k: v for k, v in YEAR.items() if k != "over"}
    )
    assert read(result, "n", "account.mrr") == {
        "Small (0 to under 500)": 2,
        "Large (500 or more)": 1,
        "(none)": 1,
    }  # abroad


def test_conditions_ask_for_a_band_or_for_the_number(filled: Filled) -> None:
    workspace = filled(PAYING, EURO + ARR + "segments: {big: {entity: account, where: {arr: {gte: 1200}}}}\n")
    for where in ({"account.arr": [MIDDLE, LARGE]}, {"account.arr": {"gte": 1200}}, {"segment.big": True}):
        (row,) = workspace.metric("net_revenue_retention", where=where, **YEAR).rows
        assert (row["n"], row["estimate"]) == (2, pytest.approx(900 / 600)), where
    people = workspace.people(
        "account_churn",
        {"period_on": "2025-03-01", "account.arr": MIDDLE},
        by="account.arr",
        **{k: v for k, v in YEAR.items() if k != "over"},
        side="did_not",
    )
    assert [row["account_id"] for row in people.rows] == ["at the edge"]


def test_without_bands_amounts_are_no_attribute(filled: Filled) -> None:
    with pytest.raises(QuestionError, match=r"no attribute 'account\.arr'"):
        filled(PAYING, EURO).metric("account_churn", by="account.arr")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bands_hold_who_paid_so_much_counted_one_by_one(filled: Filled, seed: int) -> None:
    rows, edges = drawn(seed), (0, 100, 130)
    plan = f"product: {{timezone: {ZONE}, currency: EUR}}\nbands: {{account.arr: {list(edges)}}}\n"
    workspace = filled(rows, plan)
    result = workspace.metric("net_revenue_retention", by="account.arr", over="period", period="month",
                              date_from="2024-01-01", date_to="2024-12-31", as_of="2025-01-31")  # fmt: skip
    labels = ("under 0", "0 to under 100", "100 to under 130", "130 or more")
    expected: dict[tuple[date, str], tuple[int, float]] = {}
    for month in range(1, 13):
        first, after = date(2024, month, 1), date(2024 + month // 12, month % 12 + 1, 1)
        before, now = paid(rows, first), paid(rows, after)
        found = defaultdict(list)
        for account, amount in before.items():
            found[labels[sum(12 * amount >= edge for edge in edges)]].append((amount, now.get(account, 0)))
        for label, pairs in found.items():
            expected[first, label] = len(pairs), sum(end for _, end in pairs) / sum(start for start, _ in pairs)
    read_ = {(row["period_on"], row["account.arr"]): (row["n"], row["estimate"]) for row in result.rows}
    assert read_.keys() == expected.keys()
    for key, (n, estimate) in expected.items():
        assert read_[key] == (n, pytest.approx(estimate)), key
    assert list(read_) == sorted(read_, key=lambda key: (key[0], labels.index(key[1])))


PEOPLE = [
    {"account_id": account, "at": at, "employees": said}
    for account, at, said in (
        ("ten", "2025-01-01", "10"), ("ten", "2025-03-05", "50"), ("forty-nine", "2025-01-01", "49.9"),
        ("fifty", "2025-01-01", "50"), ("many", "2025-01-01", "1e9"), ("vague", "2025-01-01", "a few"), ("odd", "2025-01-01", "nan"),
    )
]  # fmt: skip
STAFF = "product: {timezone: UTC}\nbands: {account.employees: [1, 50, 1000]}\n"


@pytest.fixture
def staff(new_home: Any) -> Any:
    workspace = uptake.open(new_home(STAFF))
    events = [
        {"user_id": f"u {account}", "account_id": account, "event": "worked", "at": f"2025-0{month}-20"}
        for account in ("ten", "forty-nine", "fifty", "many", "vague", "odd", "silent") for month in (2, 3)
    ]  # fmt: skip
    assert not workspace.import_rows(pa.Table.from_pylist(events), "events").reasons
    table = pa.Table.from_pylist(
        [{"account_id": one["account_id"], "valid_from": one["at"], "employees": one["employees"]} for one in PEOPLE]
    )
    assert not workspace.import_rows(table, "accounts").reasons
    yield workspace
    workspace.close()


@pytest.mark.parametrize("entity", ["account", "user"])
def test_numbers_that_were_said_are_told_apart_as_they_were_then(staff: uptake.Workspace, entity: str) -> None:
    """`ten` has fifty from 5 March. What is no number stands as it was said; of whom nothing was said is (none)."""
    asked = {"entity": entity, "by": "account.employees", "window": "calendar", "period": "month"}
    result = staff.metric("active_users", date_from="2025-02-01", as_of="2025-03-31", **asked)
    read_ = {(row["period_on"].month, row["account.employees"]): row["estimate"] for row in result.rows}
    common = {"1k or more": 1, "a few": 1, "nan": 1, "(none)": 1}
    assert read_ == {
        **{(2, key): value for key, value in ({"1 to under 50": 2, "50 to under 1k": 1} | common).items()},
        **{(3, key): value for key, value in ({"1 to under 50": 1, "50 to under 1k": 2} | common).items()},
    }
    assert list(read_)[:3] == [(2, "1 to under 50"), (2, "50 to under 1k"), (2, "1k or more")]
    assert list(read_)[6] == (3, "1 to under 50")
    assert differences(result, staff.rows_of(result.sql)) == []


def test_who_was_in_two_values_of_one_band_counts_once_in_it(staff: uptake.Workspace) -> None:
    asked = {"entity": "account", "by": "account.employees@any_time", "window": "28"}
    result = staff.metric("active_users", as_of="2025-03-31", **asked)
    assert read(result, by="account.employees@any_time")["50 to under 1k"] == 2
    assert read(result, by="account.employees@any_time")["1 to under 50"] == 2


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("bands: {account.arr: [0, 10]}", r"plan.yml:1: bands.account.arr has edges in no currency. Say which"),
        ("bands: {account.size: []}", r"plan.yml:1: bands.account.size has 0 edges. Allowed: 1 to 20"),
        ("bands: {account.size: [1, 1]}", r"edges that rise, each once"),
        ("bands:\n  account.size: [1, two]", r"plan.yml:2: bands.account.size\[2\] is 'two', text. Allowed: a number"),
        ("bands: {size: [1, 2]}", r"bands.size is not an attribute. Allowed: user.NAME, account.NAME"),
        ("bands: {account.size: 7}", r"is 7, a number. Allowed: edges that rise"),
        ("bands: {account.size: {'a, b': 1}}", r"is not the name of a band"),
        ("bands: [1]", r"a mapping of attributes to edges"),
    ],
)
def test_mistakes_are_told_with_file_and_line(written: str, said: str) -> None:
    from uptake.plan import parse

    with pytest.raises(PlanError, match=said):
        parse({"plan.yml": written})
