"""The invite loop, by hand: with the invited user's id, and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from scenario_answers import by

import uptake
from uptake.errors import DefinitionMissing
from uptake.metrics.asking.recheck import differences

pytestmark = pytest.mark.usefixtures("one_thread")
PLAN = """
product: {timezone: UTC}
activation: {user: {within_days: 7, event: task, at_least: 2}}
invites: {sent: sent, accepted: accepted, within_days: 10%s}
"""
MARCH = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
EVENTS = [
    ("boss", "sent", "2025-03-03", "b"), ("boss", "sent", "2025-03-03", "c"), ("boss", "sent", "2025-03-04", "d"),
    ("boss", "sent", "2025-03-28", "e"),
    ("b", "accepted", "2025-03-05", None), ("b", "task", "2025-03-06", None), ("b", "task", "2025-03-07", None),
    ("c", "accepted", "2025-03-20", None), ("c", "task", "2025-03-21", None),  # seventeen days later, and one task
    ("e", "accepted", "2025-03-30", None),
]  # fmt: skip
SEATS = [
    ("boss", "2025-01-01"),
    ("b", "2025-03-05"),
    ("c", "2025-03-20"),
    ("bought", "2025-03-10"),
    ("e", "2025-04-02"),
]


@pytest.fixture
def invited(new_home: Callable[..., Path]) -> Iterator[Callable[[str], uptake.Workspace]]:
    opened: list[uptake.Workspace] = []

    def make(more: str = "") -> uptake.Workspace:
        workspace = uptake.open(new_home(PLAN % more))
        opened.append(workspace)
        rows = [
            {"user_id": user, "event": name, "timestamp": f"{day}T12:00:00Z", "account_id": "acme", "to": to}
            for user, name, day, to in EVENTS
        ]
        seats = [{"account_id": "acme", "user_id": user, "valid_from": day} for user, day in SEATS]
        workspace.import_rows(pa.Table.from_pylist(seats), "seats")
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        return workspace

    yield make
    for workspace in opened:
        workspace.close()


def test_invites_are_followed_to_their_acceptance(invited: Callable[[str], uptake.Workspace]) -> None:
    """Of b, c, d and e only b accepted within ten days and c too late; as of 31 March e still has time, by 15 April not.

    Accepted in March: b (activated within a week), c (not), e (had no week yet on 31 March). New seats: b, c, bought.
    """
    workspace = invited(", invitee: to")
    early = workspace.metric("invite_loop", as_of="2025-03-31", **MARCH)
    assert by(early, "part", of="of") == {"accepted": 3, "activated": 2, "seats": 3}
    assert by(early, "part", of="came") == {"accepted": 1, "activated": 1, "seats": 2}
    late = workspace.metric("invite_loop", as_of="2025-04-15", **MARCH)
    assert by(late, "part") == {"accepted": 2 / 4, "activated": 1 / 3, "seats": 2 / 3}
    assert late.notes == ()


def test_without_ids_what_was_accepted_is_held_against_what_was_sent(
    invited: Callable[[str], uptake.Workspace],
) -> None:
    found = invited("").metric("invite_loop", as_of="2025-04-15", **MARCH)
    assert by(found, "part") == {"accepted": 3 / 4, "activated": 1 / 3, "seats": 2 / 3}
    assert "no property with the invited user's id" in found.notes[0]


def test_who_was_invited_under_an_id_that_became_another_is_followed_too(
    invited: Callable[[str], uptake.Workspace],
) -> None:
    """d never came, but signed up as e, who accepted on 30 March, 26 days after d was invited: too late, unlike e."""
    workspace = invited(", invitee: to")
    workspace.import_rows(pa.table({"previous_id": ["d"], "user_id": ["e"], "alias_at": ["2025-04-01"]}), "aliases")
    assert by(workspace.metric("invite_loop", as_of="2025-04-15", **MARCH), "part", of="came")["accepted"] == 2
    workspace.import_rows(pa.table({"previous_id": ["e"], "user_id": ["f"], "alias_at": ["2025-04-02"]}), "aliases")
    assert by(workspace.metric("invite_loop", as_of="2025-04-15", **MARCH), "part", of="came")["accepted"] == 2


def test_the_sql_shown_gives_the_numbers(invited: Callable[[str], uptake.Workspace]) -> None:
    for more in ("", ", invitee: to"):
        workspace = invited(more)
        for given in ({}, {"by": "account.id"}, {"period": "week"}):
            found = workspace.metric("invite_loop", date_from="2025-03-01", as_of="2025-04-15", **given)
            assert found.rows
            assert differences(found, workspace.rows_of(found.sql)) == []


def test_a_plan_without_invites_says_what_to_add(workspace: uptake.Workspace) -> None:
    with pytest.raises(DefinitionMissing, match="does not say which events are invites"):
        workspace.metric("invite_loop")
