"""The ledger of what accounts pay: by hand, by a second opinion, and that it adds up."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from money_world import ZONE, Filled, Row, drawn, filled, paid, subscription
from scenario_answers import by, only

from uptake.metrics.asking.recheck import differences

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")

CONTRACTS = [
    subscription("grows", 120, "2025-01-10", "2025-03-20", seats=10, plan="Pro"),
    subscription("grows", 220, "2025-03-20", None, seats=10, plan="Enterprise"),
    subscription("shrinks", 200, "2025-01-01", "2025-03-05", seats=20, plan="Pro"),
    subscription("shrinks", 100, "2025-03-05", None, seats=10, plan="Pro"),
    subscription("leaves", 100, "2025-02-01", "2025-03-31", seats=5, plan="Pro"),
    subscription("comes", 60, "2025-03-01", None, seats=5, plan="Pro"),
    subscription("comes back", 30, "2025-01-01", "2025-02-10", seats=2, plan="Pro"),
    subscription("comes back", 40, "2025-03-10", None, seats=3, plan="Pro"),
    subscription("came and went", 70, "2025-03-03", "2025-03-20", seats=3, plan="Pro"),
    subscription("stays", 10, "2025-01-01", None, seats=1, plan="Pro"),
]
MARCH: Row = {"date_from": "2025-03-01", "date_to": "2025-03-31", "as_of": "2025-04-30"}


def test_a_month_by_hand(filled: Filled) -> None:
    """430 before March: 120 + 200 + 100 + 10. After it 430: 220 + 100 + 60 + 40 + 10. The movements add up to 0."""
    workspace = filled(CONTRACTS)
    found = workspace.metric("expansion", **MARCH)
    assert by(found, "movement") == {
        "new": 60, "reactivation": 40, "expansion": 100, "contraction": -100, "churn": -100
    }  # fmt: skip
    assert sum(row["estimate"] for row in found.rows) == 0
    assert (found.unit, found.currency) == ("currency", "EUR")
    assert by(workspace.metric("expansion", measure="seats", **MARCH), "movement") == {
        "new": 5, "reactivation": 3, "contraction": -10, "churn": -5
    }  # fmt: skip
    (upgrade,) = workspace.metric("expansion", measure="plan", **MARCH).rows
    assert (upgrade["movement"], upgrade["n"]) == ("upgrade", 1)


def test_the_ledger_has_every_account_that_changed(filled: Filled) -> None:
    found = filled(CONTRACTS).metric("expansion", output="ledger", **MARCH)
    assert by(found, "account_id") == {
        "grows": 100, "leaves": -100, "shrinks": -100, "comes": 60, "comes back": 40
    }  # fmt: skip
    row = next(row for row in found.rows if row["account_id"] == "grows")
    assert (row["plan_before"], row["plan_after"], row["seats_before"], row["seats_after"]) == (
        "Pro",
        "Enterprise",
        10,
        10,
    )
    assert "came and went" not in by(found, "account_id")


def test_fewer_seats_on_a_dearer_plan_is_an_upgrade_that_contracts(filled: Filled) -> None:
    workspace = filled(
        [
            subscription("a", 120, "2025-01-01", "2025-03-10", seats=10, plan="Pro"),
            subscription("a", 110, "2025-03-10", None, seats=5, plan="Enterprise"),
            subscription("b", 120, "2025-01-01", "2025-03-10", seats=10, plan="Pro"),
            subscription("b", 120, "2025-03-10", None, seats=None, plan="Enterprise"),
        ]
    )
    assert by(workspace.metric("expansion", **MARCH), "movement") == {"contraction": -10}
    moved = workspace.metric("expansion", measure="plan", **MARCH)
    assert by(moved, "movement") == {"upgrade": 1, "other plan": 1}  # nobody said how many seats b has now
    assert by(workspace.metric("expansion", measure="seats", **MARCH), "movement") == {"contraction": -5}


def test_features_and_modules_that_an_account_adopted_first(filled: Filled) -> None:
    """Adopted is used on two days. a adopts boards in February by one user, and by another in March, which is not new.

    In March it adopts tasks, of the same module, and reports, of another. b uses reports on one day only.
    """
    workspace = filled(
        [subscription("a", 10, "2025-01-01")],
        """
product: {timezone: UTC, currency: EUR}
features:
  boards: {events: [board], module: planning}
  tasks: {events: [task], module: planning}
  reports: {events: [report], module: insight}
""",
    )
    used = [
        ("a", "u1", "board", "2025-02-10"), ("a", "u1", "board", "2025-02-11"),
        ("a", "u2", "board", "2025-03-10"), ("a", "u2", "board", "2025-03-11"),
        ("a", "u1", "task", "2025-03-02"), ("a", "u1", "task", "2025-03-03"),
        ("a", "u2", "report", "2025-03-04"), ("a", "u2", "report", "2025-03-06"),
        ("b", "u3", "report", "2025-03-04"),
    ]  # fmt: skip
    events = [
        {"account_id": account, "user_id": user, "event": event, "timestamp": f"{day}T12:00:00Z"}
        for account, user, event, day in used
    ]
    workspace.import_rows(pa.Table.from_pylist(events), "events")
    features = only(workspace.metric("expansion", measure="features", **MARCH))
    assert (features["movement"], features["n"], features["estimate"]) == ("adopted", 1, 2)
    modules = only(workspace.metric("expansion", measure="modules", **MARCH))
    assert (modules["n"], modules["estimate"]) == (1, 1)
    row = only(workspace.metric("expansion", output="ledger", **MARCH))
    assert (row["movement"], row["features"], row["modules"]) == (None, "reports, tasks", "insight")


def test_the_sql_shown_gives_the_numbers(filled: Filled) -> None:
    workspace = filled(CONTRACTS)
    for measure in ("mrr", "seats", "plan"):
        for given in ({}, {"by": "account.id"}, {"output": "ledger"}, {"output": "ledger", "by": "account.id"}):
            found = workspace.metric("expansion", measure=measure, date_from="2025-01-01", as_of="2025-06-30", **given)
            assert found.rows
            assert differences(found, workspace.rows_of(found.sql)) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_same_by_reading_subscriptions_one_by_one(filled: Filled, seed: int) -> None:
    """And the movements of every month add up to the change of all that is paid."""
    rows = drawn(seed)
    asked = {"date_from": "2023-01-01", "date_to": "2025-12-31", "as_of": "2025-12-31"}
    workspace = filled(rows, f"product: {{timezone: {ZONE}, currency: EUR}}")
    found = by(workspace.metric("expansion", **asked), "period_on", "movement")
    firsts = {
        account: min(
            date.fromisoformat(row["started_on"]) for row in rows if row["account_id"] == account and row["mrr"]
        )
        for account in {row["account_id"] for row in rows if row["mrr"]}
    }
    expected: dict[tuple[date, str], float] = {}
    for month in range(36):
        on = date(2023 + month // 12, month % 12 + 1, 1)
        end = date(2023 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        before, now = paid(rows, on), paid(rows, end)
        for account in before.keys() | now.keys():
            change = now.get(account, 0) - before.get(account, 0)
            if account not in before:
                movement = "new" if firsts[account] >= on else "reactivation"
            else:
                movement = "churn" if account not in now else "expansion" if change > 0 else "contraction"
            if abs(change) > 1e-9:
                expected[on, movement] = expected.get((on, movement), 0) + change
        whole = sum(now.values()) - sum(before.values())
        assert sum(amount for (day, _), amount in found.items() if day == on) == pytest.approx(whole, abs=1e-9)
    assert found == {key: pytest.approx(amount, abs=1e-9) for key, amount in expected.items()}
