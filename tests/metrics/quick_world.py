"""A small company whose answers are asked both ways: from entity rows, and by the quicker way that stands for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import uptake
from uptake.metrics.catalogue import catalogue

PLAN = """
product: {timezone: Europe/Berlin}
features:
  boards: {events: [a]}
  reports: {events: [b], adopted: {days: 3, within_days: 20}, launched_on: 2026-02-10}
  exports: {events: [c], eligible: {account.plan: Pro}}
  unused: {events: [nothing]}
  editing: {events: [a], tag: advanced, module: work}
  sharing: {events: [c], tag: advanced, module: work}
  looking: {events: [b], tag: advanced, module: news}
onboarding:
  within_days: 12
  steps:
    - {name: first, event: a}
    - {name: second, event: b, at_least: 2}
    - {name: third, event: c, required: false}
value_moments: {exported: {event: c, at_least: 2, eligible: {account.plan: Pro}}}
tasks: {work: {start: a, complete: b, error: c, within_minutes: 9000}}
launches:
  spring:
    feature: boards
    launched_on: 2026-02-20
    target: 0.3
    within_days: 25
    population: {account.plan: Pro}
    channels: {news: c, mail: b, talk: null}
labouring: {least_minutes: 1, least_tries: 2}
journey: {crm: account.team, awareness: [red], interest: [blue]}
"""


ENTITIES = ("user", "account", "member")


MEANS = ("active_days_per_week", "frequency", "consistency", "features_used", "breadth")


PERIODS = (None, "day", "week", "month")


A_FEW_DAYS = {"date_from": "2026-03-20", "date_to": "2026-04-08"}
"""What is counted every day is counted of these, for the tests' sake; the clock changes among them."""


def grains(name: str) -> tuple[str, ...]:
    """The grains a metric has."""
    return tuple(entity for entity in ENTITIES if entity in catalogue()[name].metric.entities)


def in_turn(cases: Iterable[Any], *choices: Sequence[Any] | Callable[[Any], Sequence[Any]]) -> list[Any]:
    """Each case with every choice at least once, and the choices of each two kinds together with one case or another.

    All choices of all kinds with each case would say little more, and take many times as long.

    Args:
        cases: What is tried; tuples are what several parameters are.
        choices: Of each kind the choices, or what they are for the first part of a case.

    >>> in_turn(["a", "b"], [1, 2], [True, False])
    [('a', 1, True), ('a', 2, False), ('b', 2, True), ('b', 1, False)]
    """
    tried = list[Any]()
    for number, case in enumerate(cases):
        parts = case if isinstance(case, tuple) else (case,)
        kinds = [kind(parts[0]) if callable(kind) else kind for kind in choices]
        for turn in range(max(map(len, kinds))):
            chosen, shift = list[Any](), number
            for kind in kinds:
                chosen.append(kind[(turn + shift) % len(kind)])
                shift //= len(kind)
            tried.append((*parts, *chosen))
    return tried


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uptake.Workspace]:
    """Eighty users in seven accounts over 150 days, one in ten events in a neighbouring account.

    Half of them, and the accounts, say when they were created, some of those after their first events; two accounts churn, some
    users say how content they are with a feature, and the clock changes on the way.
    """
    home: Path = tmp_path_factory.mktemp("quick")
    uptake.init(home, {"plan.yml": PLAN})
    random = np.random.default_rng(3)
    users = random.integers(0, 80, 4_000)
    strays = random.random(4_000) < 0.1
    seconds = random.beta(1, 2, 4_000) * 86_400 * 150
    begin = datetime(2026, 1, 1)
    events = pa.table(
        {
            "event": random.choice(["a", "b", "c"], 4_000),
            "user_id": [f"u{user}" for user in users],
            "account_id": [f"k{(user + stray) % 7}" for user, stray in zip(users, strays, strict=True)],
            "timestamp": [f"{begin + timedelta(seconds=int(second)):%Y-%m-%dT%H:%M:%SZ}" for second in seconds],
        }
    )
    created = [begin + timedelta(days=float(days)) for days in random.uniform(0, 120, 40)]
    people = pa.table({"user_id": [f"u{user}" for user in range(40)], "created_at": created})
    customers = pa.table(
        {
            "account_id": [f"k{account}" for account in range(7)],
            "created_at": created[:7],
            "plan": ["Free", "Pro"] * 3 + ["Free"],
            "name": ["Delta", None, "alpha", "Ömega", "Delta", None, "beta"],
            "churned_on": [None, None, begin + timedelta(days=90.3), None, begin + timedelta(days=120), None, None],
        }
    )
    answers = pa.table(
        {
            "user_id": [f"u{user}" for user in range(60)],
            "account_id": [f"k{user % 7}" for user in range(60)],
            "survey": ["ces", "csat", "nps"] * 20,
            "score": [1.0, 4.0, 5.0, 2.0, 4.5] * 12,
            "feature": ["boards", "reports", "boards", "exports"] * 15,
            "feedback_at": [begin + timedelta(days=float(days)) for days in random.uniform(20, 150, 60)],
        }
    )
    with uptake.open(home) as opened:
        opened.import_events(events)
        opened.import_rows(people, "users")
        opened.import_rows(customers, "accounts")
        assert opened.import_rows(answers, "feedback").rejected == 0
        yield opened


@pytest.fixture(scope="module")
def changing(workspace: uptake.Workspace) -> uptake.Workspace:
    """The same with attributes that change: teams and seats of accounts, and roles of users, some said never or late."""
    begin, random = datetime(2026, 1, 1), np.random.default_rng(8)
    days = [begin + timedelta(days=float(day)) for day in random.uniform(0, 150, 120)]
    accounts = pa.table(
        {
            "account_id": [f"k{number % 5}" for number in range(60)],
            "team": random.choice(["red", "blue", "(none)"], 60),
            "seats": random.integers(1, 9, 60),
            "valid_from": days[:60],
        }
    )
    users = pa.table(
        {
            "user_id": [f"u{number % 50}" for number in range(120)],
            "role": random.choice(["admin", "editor", "viewer"], 120),
            "valid_from": days,
        }
    )
    tickets = pa.table(
        {
            "ticket_id": [str(number) for number in range(120)],
            "user_id": [f"u{number % 50}" if number % 3 else None for number in range(120)],
            "account_id": [f"k{number % 50 % 7}" for number in range(120)],
            "feature": ["boards", "Reports", None, "exports"] * 30,
            "opened_at": days,
        }
    )
    workspace.import_rows(accounts, "accounts")
    workspace.import_rows(users, "users")
    assert workspace.import_rows(tickets, "tickets").rejected == 0
    return workspace


def ask_the_long_way(workspace: uptake.Workspace, name: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer made from the entity rows, with the quicker way taken out of the catalogue for a moment."""
    entry = catalogue()[name]
    quick = entry.metric
    object.__setattr__(entry, "metric", replace(quick, totals=None))
    try:
        return workspace.metric(name, **given).rows
    finally:
        object.__setattr__(entry, "metric", quick)


def hold_equal(workspace: uptake.Workspace, name: str, asked: dict[str, Any], least: int = 1) -> None:
    """The quick answer is the long one, row by row."""
    rows = workspace.metric(name, **asked).rows
    expected = ask_the_long_way(workspace, name, asked)
    assert len(rows) == len(expected) >= least
    for row, other in zip(rows, expected, strict=True):
        # where all values are equal the interval has the width of the root of a rounding error
        assert row == pytest.approx(other, abs=1e-7, nan_ok=True)
