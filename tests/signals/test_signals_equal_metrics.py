"""Signals say of each what metrics say of all: their mean on any day is the metric's number at the end of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from signal_world import panel_of, signal

import uptake
from uptake.signals.signal import catalogue, definition, find
from uptake.signals.windows import Flags
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

ZONE = "America/New_York"
FIRST, LAST = date(2025, 2, 20), date(2025, 4, 13)
"""The clocks change on 9 March."""
PLAN = f"""
product: {{timezone: {ZONE}}}
features:
  tasks: {{events: [task]}}
  boards: {{events: [board], eligible: {{account.plan: Pro}}}}
  reports: {{events: [report], eligible: {{user.role: admin}}}}
  exports: {{events: [report], tag: advanced}}
journey: {{interest: [Demo]}}
tasks: {{work: {{start: board, complete: task, within_minutes: 4320}}}}
activation: {{user: {{event: task, at_least: 2}}, account: {{members: 3}}}}
onboarding: {{steps: [{{name: first, event: board}}, {{name: second, event: report, role: admin}}]}}
value_moments:
  shipped: {{event: task, at_least: 2, eligible: {{account.plan: Pro}}}}
  both: {{all: [{{event: board}}, {{event: report}}], eligible: {{user.role: admin}}}}
"""


def _said(chance: random.Random, begin: datetime) -> dict[str, list[dict[str, Any]]]:
    """What customers said, asked for, paid for and wanted, at any time."""

    def some(**row: Any) -> list[dict[str, Any]]:
        return [
            {key: value() if callable(value) else value for key, value in row.items()}
            | {"account_id": chance.choice([*"abcd", None]), "user_id": f"u{chance.randrange(45)}"}
            for _ in range(60)
        ]

    def when() -> datetime:
        return begin + timedelta(days=chance.random() * 90)

    def of_accounts(**row: Any) -> list[dict[str, Any]]:
        return [
            {key: value() if callable(value) else value for key, value in row.items()} | {"account_id": account}
            for account in "aabbccc"
        ]

    return {
        "feedback": some(survey="nps", score=lambda: chance.randint(0, 10), feedback_at=when)
        + of_accounts(survey="pulse", score=lambda: chance.randint(1, 5), feedback_at=when),
        "tickets": some(
            ticket_id=lambda: str(chance.random()), satisfaction=lambda: chance.randint(1, 5), opened_at=when
        ),
        "touches": some(touch="call", touch_at=when),
        "subscriptions": of_accounts(
            mrr=lambda: 10.0 * chance.randint(1, 9), seats=lambda: chance.randint(1, 9), started_on=when,
            renewal_on=when, currency=lambda: chance.choice(["EUR", "EUR", "USD"]),
        ),
        "goals": of_accounts(
            goal=lambda: chance.choice("xyz"), due_on=when, met_on=lambda: chance.choice([None, when()]), valid_from=when
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    chance = random.Random(5)  # noqa: S311 - no secret
    begin = datetime(2025, 1, 20, tzinfo=UTC)
    events = [
        {
            "event": chance.choice(["task", "task", "board", "report", "login"]),
            "user_id": f"u{user}",
            "account_id": "abcd"[user % 4 if user % 7 or chance.random() < 0.5 else (user + 1) % 4],
            "timestamp": begin + timedelta(days=chance.random() * chance.choice([5, 30, 80])),
        }
        for user in range(40)
        for _ in range(chance.randint(1, 25))
    ]
    seats = [
        {"account_id": "abcd"[number % 4], "user_id": f"u{number}", "valid_from": "2025-02-01", "valid_to": end}
        for number, end in ((number, "2025-03-15" if number % 6 == 0 else None) for number in range(50))
    ]
    accounts: list[dict[str, Any]] = [
        {"account_id": "a", "plan": "Pro", "signed_on": "2025-01-22", "valid_from": "2025-01-01"},
        {"account_id": "b", "plan": "Free", "valid_from": "2025-01-01"},
        {"account_id": "b", "plan": "Pro", "valid_from": "2025-03-10T04:00:00Z"},
        {"account_id": "c", "plan": "Pro", "churned_on": "2025-04-01", "valid_from": "2025-01-01"},
    ]
    users = [{"user_id": f"u{number}", "role": "admin" if number % 3 else "member"} for number in range(30)]
    kinds: dict[str, list[dict[str, Any]]] = {
        "events": events,
        "accounts": accounts,
        "users": users,
        "seats": seats,
    } | _said(chance, begin)
    with uptake.open(new_home(PLAN)) as workspace:
        for kind, rows in kinds.items():
            columns = dict.fromkeys(key for row in rows for key in row)
            workspace.import_rows(pa.table({key: [row.get(key) for row in rows] for key in columns}), kind)
        yield workspace


PAIRS = [
    ("frequency", "frequency", {"among": "present", "window_days": 28}, {}),
    ("value_reached", "value_realisation", {"window_days": 28}, {"active": True}),
    ("breadth", "breadth", {"window_days": 28}, {"active": True}),
    ("features_used", "features_used", {"window_days": 28}, {"active": True}),
    ("consistency", "consistency", {"among": "present"}, {}),
]
LEAVERS = ("value_reached", "features_used")
"""Their metrics count who was active and left since."""


@pytest.mark.parametrize("entity", ["user", "member"])
@pytest.mark.parametrize(("name", "metric", "params", "only"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_the_mean_of_a_signal_is_the_metric(
    workspace: uptake.Workspace, entity: str, name: str, metric: str, params: dict[str, object], only: dict[str, bool]
) -> None:
    """On every day: over those who were active, where the metric counts these alone. Some leave on 15 March."""
    last = LAST if name not in LEAVERS else date(2025, 3, 14)
    values = signal(workspace, entity, name, FIRST, last)
    active = signal(workspace, entity, "active_days", FIRST, last) > 0
    answer = workspace.metric(metric, entity=entity, period="day", date_from=FIRST, date_to=last, as_of=LAST, **params)
    assert len(answer.rows) == (last - FIRST).days + 1
    for number, row in enumerate(answer.rows):
        column = values[:, number]
        if only:
            column = column[active[:, number]]
        known = column[~np.isnan(column)]
        assert len(known) == row["n"], row
        assert np.mean(known) == pytest.approx(row["estimate"], abs=1e-12), row


@pytest.mark.parametrize("entity", ["user", "member"])
def test_adopted_is_the_adoption_rate_of_those_who_can_reach_value(workspace: uptake.Workspace, entity: str) -> None:
    """Of those with a seat. Value is open to admins everywhere, and to others in two accounts, in one since March."""
    last = date(2025, 3, 31)
    values = signal(workspace, entity, "adopted", FIRST, last)

    def seats(cursor: Cursor) -> Flags:
        panel = panel_of(cursor, workspace, entity, FIRST, last)
        return panel.spans(f"SELECT entity_key, valid_from, valid_to FROM {panel.grain.of('seat')}")

    held = workspace.read(seats)
    answer = workspace.metric("adoption_rate", entity=entity, period="day", date_from=FIRST, date_to=last, as_of=LAST)
    rows = [row for row in answer.rows if row["measure"] == "adopted"]
    assert len(rows) == (last - FIRST).days + 1
    assert len({row["n"] for row in rows}) > 1
    for number, row in enumerate(rows):
        known = values[:, number][held[:, number] & ~np.isnan(values[:, number])]
        assert len(known) == row["n"], row
        assert np.mean(known) == pytest.approx(row["estimate"], abs=1e-12), row


def test_seat_coverage_is_the_adoption_rate_of_accounts(workspace: uptake.Workspace) -> None:
    """Until c leaves: seats are still held there."""
    last = date(2025, 3, 31)
    values = signal(workspace, "account", "seat_coverage", FIRST, last)
    answer = workspace.metric(
        "adoption_rate", entity="account", period="day", date_from=FIRST, date_to=last, as_of=LAST
    )
    rows = [row for row in answer.rows if row["measure"] == "adopted"]
    for number, row in enumerate(rows):
        known = values[:, number][~np.isnan(values[:, number])]
        assert np.mean(known) == pytest.approx(row["estimate"], abs=1e-12), row


@pytest.mark.parametrize("entity", ["user", "member", "account"])
@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_day_is_the_same_alone_and_among_others(workspace: uptake.Workspace, entity: str, name: str) -> None:
    """What lies after a day, or before the panel begins, has no part in it."""
    if entity != "account" and find(name).of_user is None:
        pytest.skip("said of accounts alone")
    together = signal(workspace, entity, name, FIRST, LAST)
    for number in (0, 17, 30, (LAST - FIRST).days):
        day = FIRST + timedelta(days=number)
        np.testing.assert_allclose(signal(workspace, entity, name, day, day)[:, 0], together[:, number], atol=1e-12)


def test_every_signal_says_something(workspace: uptake.Workspace) -> None:
    """So that the test above is one of each of them."""
    silent = [name for name in catalogue() if np.isnan(signal(workspace, "account", name, FIRST, LAST)).all()]
    assert not silent


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_signal_is_explained(name: str) -> None:
    assert definition(name).title
