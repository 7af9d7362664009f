"""Onboarding by role: steps meant for some, accounts where every stakeholder has to be there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError

FIRST = datetime(2025, 3, 3)
PLAN = """
onboarding:
  within_days: 5
  steps:
    - {name: profile, event: profile}
    - {name: sso, event: sso, role: [admin, owner]}
    - {name: board, event: board, role: member}
    - {name: invite, event: invite, required: false}
"""
STEPS = {"profile": (), "sso": ("admin", "owner"), "board": ("member",)}


def at(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


@pytest.fixture
def planned(new_home: Callable[..., Path], one_thread: None) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as workspace:
        yield workspace


def load(
    workspace: uptake.Workspace, roles: list[tuple[str, str, str, float]], done: list[tuple[float, str, str, str]]
) -> None:
    """Roles: account, user, role, hour from which on. Everyone and every account is created at the start."""
    people = sorted({user for _, user, _, _ in roles})
    accounts = sorted({account for account, _, _, _ in roles})
    workspace.import_rows(pa.table({"user_id": people, "created_at": [FIRST] * len(people)}), "users")
    workspace.import_rows(pa.table({"account_id": accounts, "created_at": [FIRST] * len(accounts)}), "accounts")
    rows = [{"account_id": a, "user_id": u, "role": r, "valid_from": at(h), "valid_to": None} for a, u, r, h in roles]
    workspace.import_rows(pa.Table.from_pylist(rows), "memberships")
    events = [{"timestamp": at(h), "account_id": a, "user_id": u, "event": e} for h, a, u, e in done]
    workspace.import_rows(pa.Table.from_pylist(events), "events")


def counts(workspace: uptake.Workspace, **given: Any) -> dict[str, tuple[int, int]]:
    """Step -> those it is meant for, those who did it."""
    rows = workspace.metric("onboarding_completion", as_of="2025-03-31", **given).rows
    return {row["step"]: (row["n"], row["count"]) for row in rows}


@pytest.fixture
def told(planned: uptake.Workspace) -> uptake.Workspace:
    """Account a: Ann is admin and does all of hers, Bob is a member without a profile. Account b: Cid is a member and
    does sso, which is not his; Dan is a member until he becomes owner on the third day, and does sso on the fourth.
    """
    roles = [
        ("a", "ann", "admin", 0.0),
        ("a", "bob", "member", 0),
        ("b", "cid", "member", 0),
        ("b", "dan", "member", 0),
        ("b", "dan", "owner", 60),
    ]
    done = [
        (1.0, "a", "ann", "profile"), (2, "a", "ann", "sso"), (3, "a", "bob", "board"),
        (1, "b", "cid", "profile"), (2, "b", "cid", "sso"), (3, "b", "cid", "board"),
        (4, "b", "dan", "profile"), (80, "b", "dan", "sso"), (90, "b", "dan", "board"),
    ]  # fmt: skip
    load(planned, roles, done)
    return planned


def test_a_step_is_meant_for_its_roles(told: uptake.Workspace) -> None:
    """sso: Ann and Dan. board: Bob, Cid and Dan, who was a member. All required: Ann, Cid, Dan of four."""
    expected = {"complete": (4, 3), "profile": (4, 3), "sso": (2, 2), "board": (3, 3), "invite": (4, 0)}
    assert counts(told) == counts(told, entity="member") == expected


def test_an_account_needs_one_of_the_role_or_everyone(told: uptake.Workspace) -> None:
    """Everyone: in a Bob has no profile. In b at the end of the five days Cid alone is a member, Dan alone an owner."""
    anyone = {"complete": (2, 2), "profile": (2, 2), "sso": (2, 2), "board": (2, 2), "invite": (2, 0)}
    assert counts(told, entity="account") == anyone
    everyone = {"complete": (2, 1), "profile": (2, 1), "sso": (2, 2), "board": (2, 2), "invite": (2, 0)}
    assert counts(told, entity="account", who="every") == everyone
    short = counts(
        told, entity="account", within_days=3
    )  # three days: Dan's sso on the fourth is too late, Cid's is none
    assert (short["sso"], short["complete"]) == ((2, 1), (2, 1))
    with pytest.raises(QuestionError, match="users have no members"):
        told.metric("onboarding_completion", who="every")


def test_progress_is_each_ones_share_of_required_steps(told: uptake.Workspace) -> None:
    """Ann 2 of 2, Bob 1 of 2, Cid 2 of 2, Dan 3 of 3: mean 0.875. Accounts, everyone: a 2 of 3, b 3 of 3."""
    row = only(told.metric("onboarding_completion", output="progress", as_of="2025-03-31"))
    assert (row["n"], row["estimate"], row["median"]) == (4, 0.875, 1.0)
    asked = {"entity": "account", "output": "progress", "as_of": "2025-03-31", "by": "account.id"}
    assert by(told.metric("onboarding_completion", **asked), "account.id") == {"a": 1.0, "b": 1.0}
    shares = by(told.metric("onboarding_completion", **asked, who="every"), "account.id")
    assert shares == {"a": pytest.approx(2 / 3), "b": 1.0}
    early = only(told.metric("onboarding_completion", output="progress", as_of="2025-03-05"))
    assert (early["n"], early["estimate"], early["status"]) == (0, None, "not_eligible")  # nobody has had five days


@pytest.mark.parametrize("seed", range(3))
def test_the_naive_model_agrees(planned: uptake.Workspace, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    people = [(chance.choice("abcdef"), f"u{number}") for number in range(30)]
    roles = [
        (a, u, chance.choice(["admin", "owner", "member", "guest"]), float(h))
        for a, u in people
        for h in (0, 50, 100)[: chance.randint(1, 3)]
    ]
    done = sorted(
        (float(chance.randrange(170)), *chance.choice(people), chance.choice([*STEPS, "invite"])) for _ in range(220)
    )
    load(planned, roles, done)
    ends = 120.0

    def role(user: str, hour: float) -> str:
        return [name for _, who, name, since in roles if who == user and since <= hour][-1]

    def reached(user: str, step: str) -> bool:
        return any(hour <= ends for hour, _, who, name in done if (who, name) == (user, step))

    own: dict[str, list[bool]] = {}
    for _, user in people:
        had = {name for _, who, name, since in roles if who == user and since < ends}
        own[user] = [reached(user, step) for step, meant in STEPS.items() if not meant or had & set(meant)]
    found = only(planned.metric("onboarding_completion", output="progress", as_of="2025-03-31"))
    assert (found["n"], found["estimate"]) == (30, pytest.approx(mean(mean(steps) for steps in own.values())))
    assert counts(planned)["complete"] == (30, sum(all(steps) for steps in own.values()))
    for who in ("any", "every"):
        expected = dict.fromkeys(STEPS, 0)
        for account in {account for account, _ in people}:
            members = [user for where, user in people if where == account]
            for step, meant in STEPS.items():
                if who == "any":
                    expected[step] += any(
                        where == account and name == step and hour <= ends and (not meant or role(user, hour) in meant)
                        for hour, where, user, name in done
                    )
                else:
                    needed = [user for user in members if not meant or role(user, ends - 0.001) in meant]
                    expected[step] += bool(needed) and all(reached(user, step) for user in needed)
        rows = counts(planned, entity="account", who=who)
        assert {step: rows[step][1] for step in STEPS} == expected, who
