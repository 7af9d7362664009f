"""Early and slow churn, by hand; and that it is those who left, once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from money_world import Filled, Row, filled, subscription
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError
from uptake.metrics.asking.recheck import differences

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC, currency: EUR, usage_interval_days: 7}
value_moments: {shipped: {event: ship}}
"""
JULY: Row = {"date_from": "2025-07-01", "date_to": "2025-07-31", "as_of": "2025-08-15"}


def days(account: str, user: str, first: str, count: int, every: int = 7, event: str = "task") -> list[Row]:
    begin = date.fromisoformat(first)
    return [
        {
            "account_id": account,
            "user_id": user,
            "event": event,
            "timestamp": f"{begin + timedelta(days=every * n)}T12:00:00Z",
        }
        for n in range(count)
    ]


EVENTS = [
    # falls: four users a week until 28 April, then one until it leaves on 15 July
    *(row for user in "abcd" for row in days("falls", user, "2025-02-04", 12 if user != "a" else 23)),
    *days("falls", "a", "2025-02-11", 1, event="ship"),
    # tried: value on the first day, but never a second interval within four
    *days("tried", "e", "2025-05-01", 1, event="ship"),
    *days("tried", "e", "2025-06-20", 1),
    # no value: came for months and never shipped
    *days("no value", "f", "2025-05-01", 9),
    # never came at all
    *days("stays", "g", "2025-05-01", 12),
    *days("stays", "g", "2025-05-01", 1, event="ship"),
]
CONTRACTS = [
    subscription("falls", 100, "2025-01-01", "2025-07-15"),
    subscription("tried", 10, "2025-01-01", "2025-07-10"),
    subscription("no value", 20, "2025-01-01", "2025-07-31"),
    subscription("never came", 40, "2025-01-01", "2025-07-01"),
    subscription("stays", 80, "2025-01-01"),
]


@pytest.fixture
def left(filled: Filled) -> uptake.Workspace:
    workspace = filled(CONTRACTS, PLAN)
    workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
    return workspace


def test_who_never_adopted_left_early_and_who_had_left_slowly(left: uptake.Workspace) -> None:
    found = left.metric("churn_kind", **JULY)
    assert by(found, "kind") == {"early": 3, "slow": 1}
    assert by(found, "kind", of="mrr") == {"early": 70, "slow": 100}
    assert by(found, "kind", of="n") == {"early": 4, "slow": 4}
    assert only(left.metric("account_churn", **JULY))["count"] == 4


def test_the_decay_began_after_the_last_week_of_usual_use(left: uptake.Workspace) -> None:
    """Weeks count back from 15 July: [8, 15) is 0. Tuesdays lie in them; the last with four users is 22 April.

    22 April is 84 days before 15 July, in [22, 29 April), number 11 of 23 weeks; usual are four users, as 12 of 23
    weeks have four. So it began on 15 July - 77 days = 29 April. Adopted: value on 11 February, in its second week.
    """
    rows = by(left.metric("churn_kind", output="list", **JULY), "account_id", of="decay_on")
    assert rows == {"falls": date(2025, 4, 29), "tried": None, "no value": None, "never came": None}
    listed = left.metric("churn_kind", output="list", **JULY)
    (falls,) = [row for row in listed.rows if row["account_id"] == "falls"]
    assert (falls["kind"], falls["churned_on"], falls["adopted_on"], falls["mrr"]) == (
        "slow", date(2025, 7, 15), date(2025, 2, 11), 100
    )  # fmt: skip
    (slow,) = [row for row in left.metric("churn_kind", **JULY).rows if row["kind"] == "slow"]
    assert slow["decay_days"] == 77


def test_users_leave_by_silence(left: uptake.Workspace) -> None:
    """a to d fell silent 30 days: b, c, d on 22 April (gone 22 May), a on 8 July (7 August), f on 26 June (26 July).

    e was silent after 1 May (gone 31 May), and again after 20 June (20 July).
    """
    found = left.metric("churn_kind", entity="user", output="list", date_from="2025-05-01", as_of="2025-08-31")
    gone = sorted((row["user_id"], row["churned_on"].isoformat(), row["kind"]) for row in found.rows)
    assert gone == [
        ("a", "2025-08-07", "slow"), ("b", "2025-05-22", "early"), ("c", "2025-05-22", "early"),
        ("d", "2025-05-22", "early"), ("e", "2025-05-31", "early"), ("e", "2025-07-20", "early"),
        ("f", "2025-07-26", "early"), ("g", "2025-08-16", "slow"),
    ]  # fmt: skip
    assert all("mrr" not in row for row in found.rows)
    with pytest.raises(QuestionError, match="Users have no contract"):
        left.metric("churn_kind", entity="user", churned="contract")


def test_without_value_moments_a_habit_is_adoption(filled: Filled) -> None:
    workspace = filled(CONTRACTS)
    workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
    found = workspace.metric("churn_kind", **JULY)
    assert by(found, "kind") == {"early": 2, "slow": 2}  # no value came for weeks, too
    assert "The plan has no value moments" in found.notes[-1]


def test_the_sql_shown_gives_the_numbers(left: uptake.Workspace) -> None:
    for given in ({}, {"by": "account.id"}, {"output": "list"}, {"churned": "inactivity", "window_days": 20}):
        found = left.metric("churn_kind", date_from="2025-05-01", as_of="2025-08-31", **given)
        assert found.rows
        assert differences(found, left.rows_of(found.sql)) == []


def test_nobody_left(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
        found = workspace.metric("churn_kind", **JULY)
        assert (found.rows, found.notes[-1][:16]) == ([], "No subscriptions")
