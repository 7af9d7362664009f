"""A condition on a value that nobody ever had is said beside the answer: 0 would look like a finding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def told(one_thread: None) -> Iterator[uptake.Workspace]:
    events = [
        {"user": user, "account": account, "event": "task", "at": datetime(2026, 3, 2)}
        for user, account in (("u", "a"), ("v", "b"))
    ]
    accounts = [
        {"account": "a", "plan": "Pro", "seats": 5},
        {"account": "b", "plan": "Free", "seats": 10},
        {"account": "b", "plan": "Basic", "seats": 10, "valid_from": datetime(2026, 4, 1)},
    ]
    with uptake.from_events(events, accounts=accounts) as workspace:
        yield workspace


def notes(told: uptake.Workspace, where: Any, **given: Any) -> list[str]:
    return [note for note in told.metric("active_users", where=where, **given).notes if "ever had" in note]


@pytest.mark.parametrize(
    ("where", "note"),
    [
        ("account.plan=pro", "No account ever had account.plan 'pro'. There are: Free, Pro."),
        ("plan!=Fre", "No account ever had account.plan 'Fre'. There are: Free, Pro."),
        ({"account.plan": ["Pro", "Prro"]}, "No account ever had account.plan 'Prro'. There are: Free, Pro."),
        ({"account.seats": 7}, "No account ever had account.seats '7'. There are: 5, 10."),
        ("account.plan~ee", None),
        ("account.plan~xx", "No account ever had account.plan with 'xx'. There are: Free, Pro."),
        ("account.plan=Pro", None),
        ({"account.seats": 5.0}, None),
        ({"account.seats": {"gte": 100}}, None),
        ("account.id=A", "No account ever had account.id 'A'. There are: a, b."),
        ("account.plan=Pro AND seats=5", "No account ever had account.plan 'Pro AND seats=5'. There are: Free, Pro."),
    ],
)
def test_a_value_that_nobody_ever_had_is_named_with_those_there_are(
    told: uptake.Workspace, where: object, note: str | None
) -> None:
    assert notes(told, where) == ([note] if note else [])


def test_what_came_later_than_as_of_was_not_there(told: uptake.Workspace) -> None:
    """b changed to Basic in April."""
    assert notes(told, "account.plan=Basic", as_of="2026-03-02")
    assert not notes(told, "account.plan=Basic", as_of="2026-04-30")
