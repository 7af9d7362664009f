"""Activation of accounts by quorum: who did what in which role, and when that role held."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError
from uptake.metrics.core.result import Result

PLAN = """
activation:
  user: {event: task, at_least: 2}
  account:
    within_days: 10
    all:
      - {role: [admin, owner], event: sso}
      - {members: 2, any: [{event: task, at_least: 2}, share]}
"""
NAMES = ("task", "share", "sso")
ROLES = ("admin", "member", None)
FIRST = datetime(2025, 3, 3)
Event = tuple[int, str, str, str]
"""Hours since the start, account, user, name."""


def at(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


def load(
    workspace: uptake.Workspace, events: list[Event], roles: list[dict[str, Any]], kind: str = "memberships"
) -> None:
    """Imports accounts that were all created at the start, roles, events."""
    accounts = sorted({account for _, account, _, _ in events})
    workspace.import_rows(pa.table({"account_id": accounts, "created_at": [FIRST] * len(accounts)}), "accounts")
    if roles:
        workspace.import_rows(pa.Table.from_pylist(roles), kind)
    rows = [{"timestamp": at(h), "account_id": a, "user_id": u, "event": e} for h, a, u, e in events]
    workspace.import_rows(pa.Table.from_pylist(rows), "events")


@pytest.fixture
def planned(new_home: Callable[..., Path], one_thread: None) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as workspace:
        yield workspace


def activated(workspace: uptake.Workspace, **given_: Any) -> dict[str, int]:
    """Account -> whether it was activated in time."""
    result: Result = workspace.metric(
        "activation_rate", entity="account", by="account.id", as_of="2025-04-30", **given_
    )
    return {str(account): count for account, count in by(result, "account.id", of="count").items()}


def test_an_admin_and_two_members(planned: uptake.Workspace) -> None:
    """`yes`: the admin sets up sso, two members share or do two tasks. `one`: only one member does. `late`: after ten
    days. `member`: sso by somebody who is no admin. `same`: the admin is one of the two who work, which is allowed.
    """
    events: list[Event] = [
        (1, "yes", "ann", "sso"), (2, "yes", "bob", "share"), (3, "yes", "cid", "task"), (4, "yes", "cid", "task"),
        (1, "one", "dan", "sso"), (2, "one", "eva", "share"), (3, "one", "eva", "share"),
        (1, "late", "fay", "sso"), (2, "late", "gus", "share"), (241, "late", "hal", "share"),
        (1, "member", "ida", "sso"), (2, "member", "jon", "share"), (3, "member", "kim", "share"),
        (1, "same", "lou", "sso"), (2, "same", "lou", "share"), (3, "same", "mia", "share"),
    ]  # fmt: skip
    admins = {"ann": "yes", "dan": "one", "fay": "late", "lou": "same"}
    roles = [{"user_id": user, "account_id": account, "role": "admin"} for user, account in admins.items()]
    load(planned, events, [*roles, {"user_id": "ida", "account_id": "member", "role": "member"}])
    assert activated(planned) == {"yes": 1, "one": 0, "late": 0, "member": 0, "same": 1}
    assert activated(planned, within_days=11) == {"yes": 1, "one": 0, "late": 1, "member": 0, "same": 1}
    lax = {"any": [{"event": "sso"}, {"members": 3, "event": "share"}]}
    assert activated(planned, quorum=lax)["member"] == 1
    assert activated(planned, quorum=json.dumps({"role": "member", "event": "sso"})) == activated(
        planned, quorum={"role": "member", "event": "sso"}
    )
    assert activated(planned, quorum={"members": 2}) == dict.fromkeys(("yes", "one", "late", "member", "same"), 0)


def test_a_role_counts_when_something_is_done(planned: uptake.Workspace) -> None:
    """Ann sets up sso as a member and becomes admin after; Bob does while admin for a day; Cid's seat says admin, Dan's
    user row does, and Eva's membership says member, which counts for more than her seat.
    """
    users = {"ann": "a", "bob": "b", "cid": "c", "dan": "d", "eva": "e"}
    done: list[Event] = [(5, account, user, "sso") for user, account in users.items()]
    roles: list[dict[str, Any]] = [
        {"user_id": "ann", "account_id": "a", "role": "member", "valid_from": at(0), "valid_to": None},
        {"user_id": "ann", "account_id": "a", "role": "admin", "valid_from": at(6), "valid_to": None},
        {"user_id": "bob", "account_id": "b", "role": "member", "valid_from": at(0), "valid_to": None},
        {"user_id": "bob", "account_id": "b", "role": "admin", "valid_from": at(4), "valid_to": at(6)},
        {"user_id": "eva", "account_id": "e", "role": "member", "valid_from": None, "valid_to": None},
    ]
    load(planned, done, roles)
    seats = {"user_id": ["cid", "eva"], "account_id": ["c", "e"], "role": ["admin", "admin"]}
    planned.import_rows(pa.table(seats), "seats")
    planned.import_rows(pa.table({"user_id": ["dan"], "role": ["admin"]}), "users")
    admin = {"role": "admin", "event": "sso"}
    assert activated(planned, quorum=admin) == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 0}
    planned.import_rows(
        pa.Table.from_pylist([{"timestamp": at(8), "account_id": "b", "user_id": "bob", "event": "share"}]), "events"
    )
    assert activated(planned, quorum={"role": "member", "event": "share"})["b"] == 1  # the older row holds again
    assert activated(planned, quorum={"role": "admin", "event": "share"})["b"] == 0


def test_contacts_of_the_crm_have_roles_too(planned: uptake.Workspace) -> None:
    """A champion beside the product's own role, until another person is told."""
    load(
        planned,
        [(5, "a", "ann", "sso"), (9, "a", "ann", "share")],
        [{"user_id": "ann", "account_id": "a", "role": "member"}],
    )
    assert activated(planned, quorum={"role": "champion", "event": "sso"}) == {"a": 0}
    contact = {"contact_id": "1", "account_id": "a", "user_id": "ann"}
    rows = [contact | {"role": "champion", "valid_from": at(1)}, contact | {"role": "left", "valid_from": at(7)}]
    planned.import_rows(pa.Table.from_pylist(rows), "contacts")
    assert activated(planned, quorum={"role": "champion", "event": "sso"}) == {"a": 1}
    assert activated(planned, quorum={"role": "champion", "event": "share"}) == {"a": 0}
    assert activated(planned, quorum={"role": "member", "event": "share"}) == {"a": 1}


def test_criteria_of_an_account_are_what_its_users_did_together(planned: uptake.Workspace) -> None:
    """Ann shares and Bob has a task: together they did both, nobody did both alone."""
    load(planned, [(1, "a", "ann", "share"), (2, "a", "bob", "task")], [])
    both = {"all": ["share", "task"]}
    assert activated(planned, criteria=both) == {"a": 1}
    assert activated(planned, quorum={"members": 1, **both}) == {"a": 0}
    assert activated(planned, quorum={"all": ["share", "task"]}) == {"a": 1}


def test_a_quorum_is_of_accounts(planned: uptake.Workspace) -> None:
    load(planned, [(1, "a", "ann", "share")], [])
    with pytest.raises(QuestionError, match="members of an account, not of users"):
        planned.metric("activation_rate", quorum={"members": 2})
    with pytest.raises(QuestionError, match="Both criteria and quorum"):
        planned.metric("activation_rate", entity="account", quorum={"members": 2}, criteria="task")
    with pytest.raises(QuestionError, match=r"all\[1\]\.members is 0"):
        planned.metric("activation_rate", entity="account", quorum={"all": [{"members": 0}]})
    with pytest.raises(QuestionError, match=r"The quorum is 3, a number"):
        planned.metric("activation_rate", entity="account", quorum=3)
    result = planned.metric("activation_rate", entity="account", quorum={"all": [{"event": "nope"}, {"members": 2}]})
    assert any("No event 'nope'" in note for note in result.notes)


def test_without_a_plan_the_quorum_says_what_members_do() -> None:
    rows = [
        {"at": at(h), "account_id": "a", "user_id": u, "event": "task", "role": role}
        for h, u, role in ((1, "x", "admin"), (2, "y", "user"))
    ]
    with uptake.from_events(rows) as workspace:
        asked = {"entity": "account", "as_of": "2025-03-30"}
        two = workspace.metric("activation_rate", quorum={"members": 2, "event": "task"}, **asked)
        assert only(two)["count"] == 1
        admins = {"members": 2, "event": "task", "where": {"role": "admin"}}
        assert only(workspace.metric("activation_rate", quorum=admins, **asked))["count"] == 0
        with pytest.raises(QuestionError, match="does not say when a user is activated"):
            workspace.metric("activation_rate", quorum={"members": 2}, **asked)


spans = st.lists(
    st.tuples(st.sampled_from("uvw"), st.sampled_from(ROLES), st.integers(0, 30), st.integers(1, 20)), max_size=6
)
done = st.lists(
    st.tuples(st.integers(0, 40), st.just("a"), st.sampled_from("uvw"), st.sampled_from(NAMES)), min_size=1, max_size=14
)
part = st.fixed_dictionaries(
    {"event": st.sampled_from(NAMES)},
    optional={
        "role": st.sampled_from(["admin", "member"]),
        "members": st.integers(1, 3),
        "at_least": st.integers(1, 2),
    },
)
quorums = st.one_of(
    part,
    st.fixed_dictionaries({"all": st.lists(part, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"any": st.lists(part, min_size=1, max_size=3)}),
)


def role_at(hour: int, user: str, said: list[tuple[str, str | None, int, int]]) -> str | None:
    """The role of the row that holds and began last, of two that began together the later one."""
    holding = [
        (begin, number, role)
        for number, (who, role, begin, length) in enumerate(said)
        if who == user and begin <= hour < begin + length
    ]
    starts = {begin: role for begin, _, role in sorted(holding, key=lambda one: one[:2])}
    return next((starts[begin] for begin in sorted(starts, reverse=True) if starts[begin]), None)


def first_met(quorum: dict[str, Any], events: list[Event], said: list[tuple[str, str | None, int, int]]) -> int | None:
    """The hour at which the quorum was first met, by reading events one by one."""
    for key in ("all", "any"):
        if key in quorum:
            times = [first_met(one, events, said) for one in quorum[key]]
            known = [hour for hour in times if hour is not None]
            if key == "all":
                return max(known) if len(known) == len(times) else None
            return min(known, default=None)
    times_of: dict[str, int] = defaultdict(int)
    met: set[str] = set()
    for hour, _, user, name in sorted(events, key=lambda event: event[0]):
        if name == quorum["event"] and ("role" not in quorum or role_at(hour, user, said) == quorum["role"]):
            times_of[user] += 1
            if times_of[user] >= quorum.get("at_least", 1):
                met.add(user)
        if len(met) >= quorum.get("members", 1):
            return hour
    return None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=done, said=spans, quorum=quorums)
def test_the_naive_model_agrees(
    new_home: Callable[..., Path],
    one_thread: None,
    events: list[Event],
    said: list[tuple[str, str | None, int, int]],
    quorum: dict[str, Any],
) -> None:
    # rows of one user that begin together replace each other, whatever their length: keep the last
    rows = list({(user, begin): (user, role, begin, length) for user, role, begin, length in said}.values())
    with uptake.open(new_home()) as workspace:
        told = [
            {"user_id": u, "account_id": "a", "role": r, "valid_from": at(b), "valid_to": at(b + n)}
            for u, r, b, n in rows
        ]
        load(workspace, events, told)
        hour = first_met(quorum, events, rows)
        found = workspace.metric("activation_rate", entity="account", quorum=quorum, within_days=1, as_of="2025-04-30")
        assert only(found)["count"] == int(hour is not None and hour <= 24)
        asked = {"entity": "account", "by": "account.id"}
        assert workspace.metric("activation_rate", quorum=quorum, within_days=9, as_of="2025-04-30", **asked).rows[0][
            "count"
        ] == int(hour is not None)
