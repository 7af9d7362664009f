"""Champions and the roles an account needs, by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {usage_interval_days: 7}
onboarding:
  steps:
    - {name: sso, event: sso, role: [admin]}
    - {name: board, event: board, role: [member, champion]}
"""


def did(user: str, account: str, day: str, times: int = 1) -> list[dict[str, Any]]:
    return [
        {"event": "task", "user_id": user, "account_id": account, "timestamp": f"2025-{day}T12:00:{number:02}Z"}
        for number in range(times)
    ]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Until 31 March; two intervals without a sign end on the 17th.

    a: champion c1 with 4 of 10 events, on the 30th; a2 (admin) has 5, a3 has 1. Half of 10 is 5: a2 alone makes it.
    b: champion c2, last on the 17th: silent. b2 has the rest: 3 of 4.
    c: champion c3 left on 20 March with 2 of 3 events; owner o3 left too, on the 25th, and never did anything.
    d: nobody is called so; d1 has 2, d2 has 2: who came first as a row, by key, is proposed; two make more than half,
       and one makes just half.
    e: there, but nobody ever came.
    """
    events = [
        *did("c1", "a", "03-30", 4), *did("a2", "a", "03-29", 5), *did("a3", "a", "03-28"),
        *did("c2", "b", "03-17"), *did("b2", "b", "03-30", 3),
        *did("c3", "c", "03-10", 2), *did("x3", "c", "03-30"),
        *did("d1", "d", "03-30", 2), *did("d2", "d", "03-30", 2), *did("z", "z", "03-31"),
    ]  # fmt: skip
    begins = {"valid_from": "2025-01-01"}
    memberships = [
        {"user_id": "a2", "account_id": "a", "role": "admin", **begins, "valid_to": None},
        {"user_id": "c1", "account_id": "a", "role": "member", **begins},
        {"user_id": "a3", "account_id": "a", "role": "member", **begins},
        {"user_id": "c2", "account_id": "b", "role": "admin", **begins, "valid_to": None},
        {"user_id": "b2", "account_id": "b", "role": "member", **begins},
        {"user_id": "c3", "account_id": "c", "role": "member", **begins, "valid_to": "2025-03-20"},
        {"user_id": "o3", "account_id": "c", "role": "owner", **begins, "valid_to": "2025-03-25"},
        {"user_id": "x3", "account_id": "c", "role": "member", **begins},
    ]
    contacts = [
        {"contact_id": f"k{user}", "user_id": user, "account_id": account, "role": "Champion", **begins}
        for user, account in (("c1", "a"), ("c2", "b"), ("c3", "c"))
    ]
    accounts = [{"account_id": "e", "name": "Empty", "created_at": "2025-01-01"}]
    with uptake.open(new_home(PLAN)) as made:
        for kind, rows in (
            ("events", events),
            ("memberships", memberships),
            ("contacts", contacts),
            ("accounts", accounts),
        ):
            made.import_rows(pa.Table.from_pylist(rows), kind)
        yield made


def of(workspace: uptake.Workspace, account: str, **given: Any) -> dict[str, Any]:
    (row,) = workspace.champions(account=account, **given).rows
    return row


def told(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_who_carries_an_account(workspace: uptake.Workspace) -> None:
    a = of(workspace, "a")
    assert told(a, "champion_id", "state", "source", "last_active_on", "share") == (
        "c1", "active", "named", date(2025, 3, 30), 0.4,
    )  # fmt: skip
    assert told(a, "active_users", "bus_factor", "proposed_id", "proposed_share") == (3, 1, "a2", 0.5)
    b = of(workspace, "b")
    assert told(b, "champion_id", "state", "share", "bus_factor") == ("c2", "silent", 0.25, 1)
    assert of(workspace, "b", as_of="2025-03-30")["state"] == "active"  # on the 18th two intervals begin


def test_who_has_gone(workspace: uptake.Workspace) -> None:
    c = of(workspace, "c")
    assert told(c, "champion_id", "state", "removed_on", "proposed_id") == ("c3", "removed", date(2025, 3, 20), "x3")
    assert c["share"] == pytest.approx(2 / 3)
    assert told(c, "owner_id", "owner_state", "owner_removed_on") == ("o3", "removed", date(2025, 3, 25))
    before = of(workspace, "c", as_of="2025-03-15")
    assert told(before, "state", "removed_on", "owner_state") == ("active", None, "never came")


def test_who_is_proposed_and_who_is_not(workspace: uptake.Workspace) -> None:
    d = of(workspace, "d")
    assert told(d, "champion_id", "source", "state", "share", "bus_factor") == ("d1", "proposed", "active", 0.5, 1)
    assert told(of(workspace, "e"), "champion_id", "account_name", "state", "source", "bus_factor", "active_users") == (
        None, "Empty", "nobody", None, None, 0,
    )  # fmt: skip


def test_roles_are_covered_as_the_signal_says(workspace: uptake.Workspace) -> None:
    """admin, member and champion are asked for; "Champion" of the CRM is not "champion": roles are read as written."""
    a = of(workspace, "a")
    assert told(a, "roles_missing", "roles_covered") == ("champion", pytest.approx(2 / 3))
    assert told(of(workspace, "d"), "roles_missing", "roles_covered") == ("admin, member, champion", 0.0)
    assert of(workspace, "a", roles=["admin", "Champion"])["roles_covered"] == 1.0


def test_the_order_and_refusals(workspace: uptake.Workspace) -> None:
    found = workspace.champions()
    assert [row["state"] for row in found.rows] == ["removed", "silent", "nobody", "active", "active", "active"]
    assert found.title == "6 accounts, 2 of them with a champion who is silent or gone"
    for given, message in (({"colour": 1}, "colour"), ({"window_days": "x"}, "window_days is x")):
        with pytest.raises(QuestionError, match=message):
            workspace.champions(**given)


def test_lists_of_a_day_after_the_last_import_say_so(workspace: uptake.Workspace) -> None:
    """Of the years until 2099 nothing is known, which is not that nobody came."""
    for listed in (workspace.champions, workspace.qualified, workspace.alerts):
        said, late = listed().notes, listed(as_of="2099-01-01").notes
        assert not [note for note in said if "after the last import" in note]
        assert "what happened since is not known" in late[-1]
    assert workspace.benchmark(as_of="2099-01-01").data_until == date(2025, 3, 31)
