"""As of an instant: the answer is the one that a workspace gives that never heard of anything later."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from alike import assert_alike

import uptake
from uptake.metrics.catalogue import catalogue

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: Europe/Berlin}
features: {tasks: {events: [task]}, reports: {events: [report]}, boards: {events: [board]}}
launches: {first: {feature: tasks, launched_on: 2025-03-03, target: 0.5, within_days: 20}}
onboarding: {steps: [{name: first, event: task}, {name: second, event: report}]}
activation: {user: {all: [{event: task, at_least: 2}, report]}}
tasks: {work: {start: task, complete: report, error: board}}
value_moments: {shipped: {event: report, at_least: 2}}
journey: {}
invites: {sent: task, accepted: report}
"""
UNTIL = ["2025-03-16T23:00:00Z", "2025-03-20T12:00:00Z"]
"""The end of a Sunday in Berlin, and some noon."""
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"period": "week"},
    {"entity": "account", "period": "month"},
    {"by": "account.id", "period": "week"},
    {"date_from": "2025-03-05", "date_to": "2025-03-12"},
    {"entity": "member"},
    {"entity": "account", "by": "account.plan"},
    {"by": "user.role", "where": "account.plan=Pro"},
]
OWN: dict[str, list[dict[str, Any]]] = {
    "churn_kind": [{"output": "list"}, {"churned": "inactivity", "window_days": 9}],
    "journey": [{"output": "stuck"}],
    "time_to_first_value": [{"entity": "member", "start": "account.signed_on", "until": "paid"}],
    "time_to_value": [{"entity": "member", "until": "goal_met"}, {"start": "won", "until": "outcome"}],
    "retention": [{"entity": "member", "start": {"event": "task"}, "entry": "recurring"}],
    "funnel": [{"steps": ["task", "report"], "entity": "account", "order": "unordered"}],
    "adoption_rate": [{"interval_days": "usage_interval"}],
    "churn_signals": [{"entity": "account"}],
    "cohort_comparison": [{"cohort": "2025-02-20/2025-03-04", "against": "2025-02-01/2025-02-19"}],
}


def events() -> list[dict[str, str | None]]:
    """Eight weeks of a dozen users in three accounts, who come and go."""
    chance = random.Random(7)  # noqa: S311 - no secret
    rows: list[dict[str, str | None]] = []
    for number in range(12):
        # every third comes late, and is nobody yet at the earlier instants
        first, last = sorted(chance.sample(range(56), 2)) if number % 3 else sorted(chance.sample(range(46, 56), 2))
        for _ in range(chance.randint(3, 30)):
            day = chance.randint(first, last)
            at = f"2025-{2 + day // 28:02}-{day % 28 + 1:02}T{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00Z"
            account = chance.choice([None, "abc"[number % 3], "abc"[number % 3]])
            name = chance.choice(["task", "report", "board", "login"])
            rows.append({"event": name, "user_id": f"u{number}", "account_id": account, "timestamp": at})
    return rows


def questions_of(name: str, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that can be asked of a metric's entities."""
    metric = catalogue()[name].metric
    fitting = []
    for question in questions:
        entity = question.get("entity", metric.default_entity)
        if entity in metric.entities and not (entity == "account" and "user.role" in question.get("by", "")):
            fitting.append(question)
    return fitting


@pytest.mark.parametrize("until", UNTIL)
def test_every_metric_as_of_an_instant_knows_nothing_of_what_came_later(
    new_home: Callable[..., Path], until: str
) -> None:
    rows = events()
    before = [row for row in rows if (row["timestamp"] or "") < until]
    assert 0 < len(before) < len(rows)
    with uptake.open(new_home(PLAN)) as whole, uptake.open(new_home(PLAN)) as cut:
        whole.import_rows(pa.Table.from_pylist(rows), "events")
        cut.import_rows(pa.Table.from_pylist(before), "events")
        for name in catalogue():
            for question in questions_of(name, QUESTIONS[:6]):
                found, expected = (one.metric(name, as_of=until, **question) for one in (whole, cut))
                assert_alike(found.rows, expected.rows, f"{name} {question}")


def all_kinds(chance: random.Random) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Kind -> the column that says when, and rows: what was known from the beginning, and what changed since."""
    begin = datetime(2025, 1, 1)

    def at() -> datetime:
        return datetime(2025, 2, 20) + timedelta(minutes=chance.randrange(55 * 1440))

    def on() -> datetime:
        return datetime(2025, 2, 20) + timedelta(days=chance.randrange(55))

    users, accounts = [f"u{number}" for number in range(14)], "abcd"
    known = [{"user_id": user, "role": "member", "created_at": begin, "valid_from": begin} for user in users]
    signed = [
        {"account_id": account, "plan": "Free", "created_at": begin, "signed_on": on(), "valid_from": begin}
        for account in accounts
    ]
    in_account = [
        {"account_id": accounts[number % 4], "user_id": user, "valid_from": begin} for number, user in enumerate(users)
    ]

    def some(count: int, **columns: Callable[[], Any]) -> list[dict[str, Any]]:
        return [{name: draw() for name, draw in columns.items()} for _ in range(count)]

    def user() -> str:
        return chance.choice(users)

    def account() -> str:
        return chance.choice(accounts)

    numbers = iter(range(10_000))
    began = some(10, account_id=account, mrr=lambda: chance.choice([0.0, 10.0, 20.0]), started_on=on)
    return {
        "users": ("valid_from", known + some(14, user_id=user, role=lambda: chance.choice(["admin", "member"]), valid_from=at)),
        "accounts": ("valid_from", signed + some(12, account_id=account, plan=lambda: chance.choice(["Free", "Pro"]), valid_from=at)),
        "memberships": ("valid_from", in_account + some(12, account_id=account, user_id=user, valid_from=at)),
        "seats": ("valid_from", some(14, account_id=account, user_id=user, valid_from=at)),
        "subscriptions": (
            "started_on", [row | {"ended_on": row["started_on"] + timedelta(days=chance.choice([5, 20, 40]))} for row in began]
        ),
        "goals": ("met_on", some(4, account_id=account, goal=lambda: "g", met_on=on)),
        "outcomes": ("outcome_at", some(6, account_id=account, user_id=user, outcome=lambda: "renewed", outcome_at=at)),
        "opportunities": ("valid_from", some(
            9, opportunity_id=lambda: f"o{next(numbers)}", account_id=account,
            stage=lambda: chance.choice(["Lead", "Demo"]), valid_from=at,
        )),
        "feedback": ("feedback_at", some(
            20, user_id=user, account_id=account, survey=lambda: chance.choice(["nps", "csat"]),
            score=lambda: chance.choice([1.0, 3.0, 5.0]), feature=lambda: chance.choice(["tasks", "boards"]), feedback_at=at,
        )),
        "tickets": ("opened_at", some(
            6, ticket_id=lambda: f"t{next(numbers)}", user_id=user, account_id=account, satisfaction=lambda: 2.0, opened_at=at
        )),
    }  # fmt: skip


def shifted(row: dict[str, str | None]) -> dict[str, Any]:
    """An event ten days later, in the account that its user is known to be in: a later row may say since when that is."""
    number = int(str(row["user_id"])[1:])
    account = row["account_id"] and "abcd"[number % 4]
    at = datetime.fromisoformat(str(row["timestamp"])[:-1]) + timedelta(days=10)
    return row | {"account_id": account, "timestamp": at}


def test_what_is_known_of_people_money_and_deals_is_that_of_then_too(new_home: Callable[..., Path]) -> None:
    """A workspace that was told everything, and one that was told what had happened or begun by the end of 29 March in
    Beirut, at whose midnight the clocks go forward.
    """
    plan = PLAN.replace("Europe/Berlin", "Asia/Beirut, currency: EUR").replace(
        "journey: {}", "journey: {awareness: [Lead], interest: [Demo]}"
    )
    until = datetime(2025, 3, 29, 22)
    kinds = all_kinds(random.Random(0))  # noqa: S311 - no secret
    kinds["events"] = ("timestamp", [shifted(row) for row in events()])
    with uptake.open(new_home(plan)) as whole, uptake.open(new_home(plan)) as cut:
        for kind, (column, rows) in kinds.items():
            before = [row for row in rows if row[column] < until]
            assert 0 < len(before) < len(rows), kind
            assert not whole.import_rows(pa.Table.from_pylist(rows), kind).reasons
            assert not cut.import_rows(pa.Table.from_pylist(before), kind).reasons
        for name in catalogue():
            for question in questions_of(name, [*QUESTIONS, *OWN.get(name, [])]):
                found, expected = (one.metric(name, as_of=until, **question) for one in (whole, cut))
                assert_alike(found.rows, expected.rows, f"{name} {question}")
