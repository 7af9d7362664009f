"""What customers say, ask for, pay for and want, by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from signal_world import by_id

import uptake
from uptake.plan.scores import DEFAULT_SCORES

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
ACCOUNTS = ("a", "b", "c")


def back(days: int) -> str:
    """Noon, so many days before the last."""
    return f"{LAST - timedelta(days=days)}T12:00:00Z"


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows with the columns of all of them."""
    columns = dict.fromkeys(key for row in rows for key in row)
    return pa.table({column: [row.get(column) for row in rows] for column in columns})


def work(user: str, account: str, *days: int) -> list[dict[str, Any]]:
    return [{"event": "task", "user_id": user, "account_id": account, "timestamp": back(day)} for day in days]


def said(survey: str, score: float | None, days: int, user: str | None, account: str | None) -> dict[str, Any]:
    return {"survey": survey, "score": score, "feedback_at": back(days), "user_id": user, "account_id": account}


ROWS: dict[str, list[dict[str, Any]]] = {
    "events": [*work("u1", "a", 1, 400), *work("u2", "a", 27), *work("u3", "b", 28, 400), *work("both", "a", 2)]
    + work("both", "b", 3),
    "accounts": [{"account_id": account, "created_at": "2023-01-01"} for account in ACCOUNTS],
    "memberships": [{"account_id": account, "user_id": "both", "valid_from": "2023-01-01"} for account in "ab"],
    "feedback": [
        # 9 promotes until 6 detracts; 7 is neither; an answer of a year ago is gone, one of 364 days ago is not
        said("nps", 9, 10, "u1", "a"), said("NPS", 6, 5, "u1", "a"), said("nps", 7, 3, "u2", None),
        said("nps", 10, 365, "u3", "b"), said("nps", 10, 364, "both", None), said("nps", None, 1, "u1", "a"),
        said("nps", 11, 1, "u2", "a"),
        # of two of one day the later import; one of 90 days ago has expired, one of a user alone is no pulse
        said("pulse", 2, 4, None, "a"), said("pulse", 5, 4, None, "a"), said("pulse", 1, 90, None, "b"),
        said("pulse", 1, 1, "u3", None),
    ],
    "tickets": [
        {"ticket_id": "1", "account_id": "a", "user_id": None, "opened_at": back(0), "solved_at": None},
        {"ticket_id": "2", "account_id": None, "user_id": "u1", "opened_at": back(27), "solved_at": back(2)}
        | {"satisfaction": 5},
        {"ticket_id": "3", "account_id": "a", "user_id": "u1", "opened_at": back(28), "solved_at": back(1)}
        | {"satisfaction": 2},
        {"ticket_id": "4", "account_id": None, "user_id": "both", "opened_at": back(1), "solved_at": None},
    ],
    "touches": [
        {"account_id": "a", "user_id": None, "touch": "call", "touch_at": back(40)},
        {"account_id": None, "user_id": "u1", "touch": "training", "touch_at": back(7)},
        {"account_id": "b", "user_id": None, "touch": "call", "touch_at": back(-1)},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def said_so(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """`both` is in a and in b; nobody in c."""
    with uptake.open(new_home()) as workspace:
        for kind, rows in ROWS.items():
            workspace.import_rows(table(rows), kind)
        yield workspace


def test_nps_is_the_latest_answer_and_an_accounts_mean_its_nps(said_so: uptake.Workspace) -> None:
    """a: u1 detracts, u2 is passive, and of `both` nobody knows where the answer belongs: (-100 + 0) / 2."""
    assert by_id(said_so, "user", "nps", LAST) == {"u1": [-100], "u2": [0], "u3": [None], "both": [100]}
    assert by_id(said_so, "account", "nps", LAST) == {"a": [-50], "b": [None], "c": [None]}


def test_an_answer_counts_from_its_day_until_it_expires(said_so: uptake.Workspace) -> None:
    """On the four days from the fifth before the last: 9 until the 6 of that fifth day; 365 days ago is in on the first."""
    assert by_id(said_so, "user", "nps", LAST - timedelta(days=4), days=3)["u1"] == [100, -100, -100]
    assert by_id(said_so, "user", "nps", LAST, days=2)["u3"] == [100, None]
    assert by_id(said_so, "user", "nps", LAST, days=2, holds_days=364)["both"] == [100, None]


def test_a_pulse_is_the_accounts_own_and_expires(said_so: uptake.Workspace) -> None:
    assert by_id(said_so, "account", "pulse", LAST, days=2) == {"a": [5, 5], "b": [1, None], "c": [None, None]}
    assert by_id(said_so, "account", "pulse", LAST - timedelta(days=4), days=2)["a"] == [None, 5]


def test_ratings_of_tickets(said_so: uptake.Workspace) -> None:
    """u1 gave 5 two days ago and 2 a day ago."""
    assert by_id(said_so, "account", "ticket_satisfaction", LAST, days=3)["a"] == [5, 3.5, 3.5]
    assert by_id(said_so, "user", "ticket_satisfaction", LAST)["both"] == [None]


def test_support_load_is_tickets_over_active_users(said_so: uptake.Workspace) -> None:
    """a: tickets 1 and 2 of the last 28 days, three users active in them; the day before, tickets 2 and 3.

    b: one active, no ticket, as nobody knows where `both` had trouble; c: nobody to have any.
    """
    found = by_id(said_so, "account", "support_load", LAST, days=2)
    assert found == {"a": [pytest.approx(2 / 3), pytest.approx(2 / 3)], "b": [0, 0], "c": [None, None]}
    assert by_id(said_so, "account", "support_load", LAST - timedelta(days=29)) == {
        "a": [None],
        "b": [None],
        "c": [None],
    }


def test_days_since_a_touch(said_so: uptake.Workspace) -> None:
    """The training of a user is one of the account; that of tomorrow has not been."""
    assert by_id(said_so, "account", "relationship", LAST) == {"a": [7], "b": [None], "c": [None]}
    assert by_id(said_so, "account", "relationship", LAST - timedelta(days=7), days=2)["a"] == [32, 0]
    assert by_id(said_so, "user", "relationship", LAST)["u1"] == [7]


PLAN = """
product: {currency: EUR}
onboarding:
  steps: [{name: sso, event: sso, role: admin}]
activation:
  user: {event: task}
  account: {all: [{role: [admin, editor], members: 1}, {role: champion}]}
"""
PAYING: dict[str, list[dict[str, Any]]] = {
    "accounts": [
        {"account_id": "a", "created_at": "2023-01-01", "renewal_on": "2025-04-10", "valid_from": "2024-01-01"},
        {"account_id": "a", "renewal_on": "2025-06-09", "valid_from": back(0)},
        {"account_id": "b", "created_at": "2023-01-01", "renewal_on": "2025-03-29", "valid_from": "2024-01-01"},
        {"account_id": "c", "created_at": "2023-01-01", "valid_from": "2024-01-01"},
        {"account_id": "d", "created_at": "2023-01-01", "valid_from": "2024-01-01"},
    ],
    "events": [*work("u1", "a", 1), *work("u2", "a", 30), *work("u3", "b", 1), *work("u4", "b", 2)],
    "memberships": [
        {"user_id": "u1", "account_id": "a", "role": "admin", "valid_from": "2024-01-01"},
        {"user_id": "u2", "account_id": "a", "role": "champion", "valid_from": "2024-01-01"},
        {"user_id": "u3", "account_id": "b", "role": "editor", "valid_from": "2024-01-01", "valid_to": back(0)},
        {"user_id": "u3", "account_id": "b", "role": "champion", "valid_from": back(0)},
        {"user_id": "u4", "account_id": "b", "role": "editor", "valid_from": "2024-01-01"},
    ],
    "seats": [
        {"account_id": "a", "user_id": "u1", "valid_from": "2024-01-01"},
        {"account_id": "a", "user_id": "u5", "valid_from": "2024-01-01"},
        {"account_id": "c", "user_id": "u6", "valid_from": "2024-01-01"},
    ],
    "subscriptions": [
        {"subscription_id": "1", "account_id": "a", "mrr": 200.0, "seats": 8, "started_on": "2023-01-01"}
        | {"ended_on": "2024-03-31"},
        {"subscription_id": "2", "account_id": "a", "mrr": 50.0, "seats": 2, "started_on": "2024-03-31"}
        | {"renewal_on": "2025-04-01"},
        {"subscription_id": "3", "account_id": "a", "mrr": 30.0, "seats": 2, "started_on": "2024-06-01"},
        {"subscription_id": "4", "account_id": "b", "mrr": 90.0, "started_on": "2024-01-01", "ended_on": "2025-03-30"},
        {"subscription_id": "5", "account_id": "c", "mrr": 90.0, "started_on": "2024-01-01", "ended_on": "2025-01-01"},
        {"subscription_id": "6", "account_id": "c", "mrr": 90.0, "started_on": "2025-01-01", "currency": "USD"},
        {"subscription_id": "7", "account_id": "d", "mrr": 0.0, "started_on": "2024-01-01"},
    ],
    "goals": [
        {"goal_id": "1", "account_id": "a", "goal": "x", "due_on": "2025-03-01", "met_on": None, "valid_from": "2025-01-01"},
        {"goal_id": "1", "account_id": "a", "goal": "x", "due_on": "2025-03-01", "met_on": "2025-03-30"}
        | {"valid_from": "2025-03-30"},
        {"goal_id": "2", "account_id": "a", "goal": "y", "due_on": "2025-03-29", "met_on": None},
        {"goal_id": "3", "account_id": "a", "goal": "z", "due_on": "2025-12-31", "met_on": None},
        {"goal_id": "4", "account_id": "b", "goal": "x", "due_on": "2025-12-31", "met_on": None},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def paying(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as workspace:
        for kind, rows in PAYING.items():
            workspace.import_rows(table(rows), kind)
        yield workspace


def test_revenue_kept(paying: uptake.Workspace) -> None:
    """a pays 80 of at most 80 since the 31st of March 2024; the day before, the 200 of a year ago still count.

    b's contract ended today; c paid in two currencies; d pays nothing.
    """
    found = by_id(paying, "account", "revenue_kept", LAST, days=3)
    assert found["a"] == [pytest.approx(0.4), pytest.approx(0.4), 1]
    assert found["b"] == [1, 1, 0]
    assert found["c"] == [None, None, None]
    assert found["d"] == [None, None, None]
    assert by_id(paying, "account", "revenue_kept", LAST, window_days=80)["c"] == [1]


def test_the_next_renewal(paying: uptake.Workspace) -> None:
    """Of a subscription on the 1st of April; b's has passed today."""
    assert by_id(paying, "account", "renewal_in", LAST, days=2) == {
        "a": [3, 2], "b": [0, None], "c": [None, None], "d": [None, None],
    }  # fmt: skip
    assert by_id(paying, "account", "renewal_in", date(2025, 4, 2), days=2)["a"] == [0, 68]


def test_seats_and_those_used(paying: uptake.Workspace) -> None:
    """a pays for four, holds two and works in one; the active user of b has no seat; c holds one that nobody uses."""
    assert by_id(paying, "account", "seats", LAST) == {"a": [4], "b": [None], "c": [1], "d": [None]}
    assert by_id(paying, "account", "seats_used", LAST) == {"a": [0.25], "b": [None], "c": [0], "d": [None]}


def test_goals_met_of_those_whose_time_has_come(paying: uptake.Workspace) -> None:
    """a: one due since the 1st, a second on the 29th; the first was met today. b: none is due."""
    found = by_id(paying, "account", "goals_met", LAST, days=3)
    assert found == {"a": [0, 0, 0.5], "b": [None] * 3, "c": [None] * 3, "d": [None] * 3}


def test_roles_with_somebody_at_work(paying: uptake.Workspace) -> None:
    """The plan names admin, editor and champion. a's champion was away too long; b's editor became one today."""
    found = by_id(paying, "account", "roles_covered", LAST, days=2)
    third = pytest.approx(1 / 3)
    assert found == {"a": [third, third], "b": [third, pytest.approx(2 / 3)], "c": [0, 0], "d": [0, 0]}
    assert by_id(paying, "account", "roles_covered", LAST, roles="champion")["b"] == [1]


def test_health_hears_what_customers_say(said_so: uptake.Workspace) -> None:
    """a: NPS -50 is a quarter, a pulse of 5 all; of b's pulse nothing is left, and its weight goes to the others."""
    found: dict[str, dict[str, Any]] = {}
    for account in "ab":
        level = said_so.explain("health", account, as_of=LAST).level
        assert level is not None
        found[account] = {line.component: (line.raw, line.value) for line in level.lines if line.kind == "component"}
    assert found["a"]["nps"] == (-50, 0.25)
    assert found["a"]["pulse"] == (5, 1)
    assert found["a"]["relationship"] == (7, pytest.approx(1 - 7 / 90))
    assert found["b"]["pulse"] == (None, None)
    assert {*found["a"]} == {*DEFAULT_SCORES["health"].components}
