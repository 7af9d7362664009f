"""Golden case 17 and N7: a past day is told of what had happened by its end, and of what had been received by then."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

DAY = date(2026, 3, 16)
"""The day that is asked for again and again, a renewal."""
PLAN = """
features: {tasks: {events: [task]}, boards: {events: [board]}, reports: {events: [report], tag: advanced}}
activation: {user: {event: board, at_least: 2}, account: {members: 1}}
value_moments: {done: {event: task, at_least: 3}}
tasks: {work: {start: board, complete: task, within_minutes: 600}}
onboarding: {steps: [{name: open, event: board, role: admin}]}
benchmarks: {all: {exemplars: [a0, a1, a2], signals: {breadth: , frequency: , seat_coverage: }}}
segments: {hard: {entity: user, did: [{event: report, at_least: 2, last_days: 20}]}}
alerts:
  poor: {when: {score.health: {lt: 45}}, clears: {score.health: {gte: 50}}}
  quiet: {entity: user, when: {days_since_active: {gte: 5}}}
qualified: {ready: {when: {frequency: {gte: 0.3}}, converts: [expanded]}}
"""
Rows = list[dict[str, Any]]


def table(rows: Rows) -> pa.Table:
    columns = dict.fromkeys(key for row in rows for key in row)
    return pa.table({column: [row.get(column) for row in rows] for column in columns})


def world(first: date, days: int, seed: int) -> dict[str, Rows]:
    """Rows of every kind, of six accounts, dated within some days."""
    chance = random.Random(seed)  # noqa: S311 - no secret

    def at() -> str:
        return f"{datetime(first.year, first.month, first.day) + timedelta(days=chance.random() * days):%Y-%m-%dT%H:%M:%SZ}"

    def on() -> str:
        return f"{first + timedelta(days=chance.randrange(days))}"

    def who() -> dict[str, Any]:
        user = chance.randrange(18)
        return {"user_id": f"u{user}", "account_id": f"a{user % 6}"}

    def each(count: int, **more: Callable[[], Any]) -> Rows:
        return [who() | {name: make() for name, make in more.items()} for _ in range(count)]

    def account(row: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in row.items() if key != "user_id"}

    number = iter(range(10_000))
    return {
        "events": each(12 * days, event=lambda: chance.choice(["task", "task", "board", "report"]), timestamp=at),
        "memberships": each(6, role=lambda: chance.choice(["admin", "member", "champion"]), valid_from=on),
        "seats": each(6, valid_from=on),
        "tickets": each(8, ticket_id=lambda: f"t{seed}-{next(number)}", opened_at=at, satisfaction=lambda: chance.randint(1, 5)),
        "feedback": each(8, survey=lambda: "nps", score=lambda: chance.randint(0, 10), feedback_at=at)
        + [account(row) for row in each(5, survey=lambda: "pulse", score=lambda: chance.randint(1, 5), feedback_at=at)],
        "touches": each(5, touch=lambda: "call", touch_at=at),
        "accounts": [account(row) for row in each(5, plan=lambda: chance.choice(["Free", "Pro"]), renewal_on=on, valid_from=on)],
        "users": each(4, job=lambda: chance.choice(["x", "y"]), valid_from=on),
        "subscriptions": [
            account(row)
            for row in each(5, subscription_id=lambda: f"s{seed}-{next(number)}", mrr=lambda: 10.0 * chance.randint(1, 9),
                            seats=lambda: chance.randint(2, 6), started_on=on)
        ],
        "goals": [
            account(row)
            for row in each(5, goal_id=lambda: f"g{seed}-{next(number)}", goal=lambda: "more", due_on=on, valid_from=on)
        ],
        "outcomes": [account(row) for row in each(4, outcome=lambda: "expanded", outcome_at=at)],
        "contacts": each(3, contact_id=lambda: f"c{seed}-{next(number)}", role=lambda: "champion", valid_from=on),
    }  # fmt: skip


def take(workspace: uptake.Workspace, rows: dict[str, Rows]) -> None:
    for kind, some in rows.items():
        summary = workspace.import_rows(table(some), kind)
        assert not summary.reasons, (kind, summary.reasons)


def near(value: Any) -> Any:
    """Without the last digits, which sums owe to the order of their rows, and without until when there is data."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, dict):
        return {key: near(one) for key, one in value.items() if key not in ("as_of", "plan_version", "data_until")}
    return [near(one) for one in value] if isinstance(value, list | tuple) else value


def answers(workspace: uptake.Workspace, day: date) -> dict[str, Any]:
    """Everything that part 3 says of a day."""
    found: dict[str, Any] = {}
    for score in workspace.plan.all_scores.values():
        for entity in score.entities:
            asked: dict[str, Any] = {"entity": entity, "as_of": day}
            rows = workspace.scores(score.name, **asked).rows
            found[f"score {score.name} {entity}"] = rows
            found[f"explain {score.name} {entity}"] = [
                workspace.explain(score.name, row[f"{entity}_id"], **asked).to_dict() for row in rows[:2]
            ]
    for placement in workspace.plan.all_placements.values():
        for entity in placement.entities:
            places = workspace.placements(placement.name, entity=entity, as_of=day).everyone
            found[f"placement {placement.name} {entity}"] = [
                (one.id, one.label, one.since, one.before) for one in places
            ]
    found["benchmark"] = workspace.benchmark(as_of=day).to_dict()
    found["alerts"] = [
        (row["alert"], row["id"], row["on"], row["cleared_on"])
        for row in workspace.alerts(as_of=day, since="2026-02-01").rows
    ]
    found["champions"] = workspace.champions(as_of=day).rows
    for name in workspace.plan.all_qualified:
        found[f"qualified {name}"] = workspace.qualified(name=name, as_of=day).rows
    found["segment"] = workspace.metric("active_users", segment="hard", as_of=day).rows
    return {what: near(answer) for what, answer in found.items()}


@pytest.fixture(scope="module")
def past(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, dict[str, Any]]]:
    """Sixty days up to the one that is asked for, what was said of it then, and then ten later days of everything."""
    with uptake.open(new_home(PLAN)) as workspace:
        take(workspace, world(DAY - timedelta(days=59), 60, 1))
        # the day has to be over before it can be told
        take(
            workspace,
            {"events": [{"event": "look", "user_id": "z", "timestamp": f"{DAY + timedelta(days=1)}T00:00:00Z"}]},
        )
        then = answers(workspace, DAY)
        take(workspace, world(DAY + timedelta(days=2), 10, 2))
        yield workspace, then


def test_17_nothing_that_came_later_moves_a_past_day(past: tuple[uptake.Workspace, dict[str, Any]]) -> None:
    """Later rows of twelve kinds: whatever was said of the day is said of it still."""
    workspace, then = past
    now = answers(workspace, DAY)
    for what, answer in then.items():
        assert now[what] == answer, what
    assert answers(workspace, DAY + timedelta(days=10)) != then


def test_17_a_ticket_entered_after_the_renewal_is_refused(past: tuple[uptake.Workspace, dict[str, Any]]) -> None:
    """Tickets and an opinion dated before the renewal and entered after it change what is known of that day today; by what
    was known then, the score is what it was, and so is why.
    """
    workspace, _ = past
    until = workspace.ledger.imports()[-1].imported_at + timedelta(microseconds=1)
    asked: dict[str, Any] = {"entity": "account", "as_of": DAY}
    told = near([workspace.scores("health", **asked).rows, workspace.explain("health", "a1", **asked).to_dict()])
    before = f"{DAY - timedelta(days=3)}T10:00:00Z"
    entered: dict[str, Rows] = {
        "tickets": [
            {"ticket_id": f"late{n}", "account_id": "a1", "user_id": "u1", "opened_at": before} for n in range(9)
        ],
        "feedback": [{"survey": "pulse", "score": 1, "account_id": "a1", "feedback_at": before}],
        "events": [{"event": "task", "user_id": "u1", "account_id": "a1", "timestamp": before}],
        "accounts": [{"account_id": "a1", "plan": "Pro", "valid_from": before[:10]}],
        "subscriptions": [{"subscription_id": "late", "account_id": "a1", "mrr": 900.0, "started_on": before[:10]}],
        "touches": [{"account_id": "a1", "touch": "call", "touch_at": before}],
    }
    take(workspace, entered)
    now = near([workspace.scores("health", **asked).rows, workspace.explain("health", "a1", **asked).to_dict()])
    assert now != told
    asked |= {"known_by": until.isoformat()}
    assert (
        near([workspace.scores("health", **asked).rows, workspace.explain("health", "a1", **asked).to_dict()]) == told
    )
