"""One account is read by its number, and told as the list of all tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.directory.account import account
from uptake.directory.accounts import accounts
from uptake.directory.listing import Ask
from uptake.directory.users import users

DAYS = (0, 1, 3, 20, 40, 41)
"""Days of the log: with the last as the end, the first ones lie before the last 28 and 30."""


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Three accounts; ben works in two of them, cid was there at the beginning only, dee never came."""
    came = [("ann", "a", DAYS), ("ben", "a", (40,)), ("ben", "b", (1, 20)), ("cid", "b", (0,))]
    log = [
        {
            "event": "opened",
            "user_id": user,
            "account_id": at,
            "event_at": datetime(2025, 3, 3, 9) + timedelta(days=day),
        }
        for user, at, days in came
        for day in days
    ]
    with uptake.open(new_home()) as made:
        made.import_rows(pa.table({"account_id": ["a", "b", "c"], "name": ["Ash", "Beech", None]}), "accounts")
        seats = pa.table({"account_id": ["a", "b", "c"], "user_id": ["ann", "ben", "dee"]})
        made.import_rows(seats, "memberships")
        made.import_events(log)
        yield made


@pytest.mark.parametrize("as_of", [None, "2025-03-20"])
def test_an_account_is_told_as_in_the_list_of_all(workspace: uptake.Workspace, as_of: str | None) -> None:
    asked = Ask(as_of=as_of)
    everyone = workspace.read(lambda cursor: accounts(cursor, workspace.plan, asked)).rows
    assert sorted(row["account_id"] for row in everyone) == ["a", "b", "c"]
    for row in everyone:
        id_ = row["account_id"]
        alone = workspace.read(lambda cursor: accounts(cursor, workspace.plan, asked, account_id=id_))  # noqa: B023 - now
        assert alone.rows == [row]


@pytest.mark.parametrize("as_of", [None, "2025-03-20"])
def test_the_users_of_an_account_are_told_as_in_the_list_of_all(workspace: uptake.Workspace, as_of: str | None) -> None:
    asked = Ask(as_of=as_of)
    everyone = workspace.read(lambda cursor: users(cursor, workspace.plan, asked)).rows
    told: dict[str, Any] = {row["user_id"]: row for row in everyone}
    for id_, expected in {"a": ["ann", "ben"], "b": ["ben", "cid"], "c": ["dee"]}.items():
        found = workspace.read(lambda cursor: users(cursor, workspace.plan, asked, id_)).rows  # noqa: B023 - now
        assert sorted(row["user_id"] for row in found) == expected
        assert all(row == told[row["user_id"]] for row in found)


def test_the_last_active_day_is_that_before_the_day_asked_for(workspace: uptake.Workspace) -> None:
    """On 20 March ann was there last on the 6th (day 3), twice and once more in 28 days; she came again on the 23rd."""
    asked = Ask(as_of="2025-03-20")
    found = workspace.read(lambda cursor: users(cursor, workspace.plan, asked, "a")).rows
    [ann] = [row for row in found if row["user_id"] == "ann"]
    assert (ann["last_active_on"].isoformat(), ann["active_days"]) == ("2025-03-06", 3)


def test_an_unknown_account_has_no_row_and_no_users(workspace: uptake.Workspace) -> None:
    assert workspace.read(lambda cursor: accounts(cursor, workspace.plan, Ask(), account_id="x")).rows == []
    assert workspace.read(lambda cursor: users(cursor, workspace.plan, Ask(), "x")).rows == []


def test_what_is_kept_of_all_accounts_changes_no_profile(workspace: uptake.Workspace) -> None:
    def both(id_: str) -> tuple[object, object]:
        plan, kept = workspace.plan, workspace.kept
        return workspace.read(lambda cursor: (account(cursor, plan, id_), account(cursor, plan, id_, kept=kept)))

    for id_ in ("a", "b", "c", "a"):
        alone, beside = both(id_)
        assert alone == beside
