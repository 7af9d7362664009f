"""The order of lists: words whatever their case, equal ones by id, what is missing last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import uptake
from uptake.directory.accounts import COLUMNS, accounts
from uptake.directory.listing import Ask
from uptake.directory.users import COLUMNS as USER_COLUMNS
from uptake.directory.users import users

NAMES = {"a1": "beta", "a2": "Alpha", "a3": "alpha", "a4": "Ärger", "a5": "Zeta", "A6": "ALPHA", "a7": None, "B8": "_x"}
PLANS = {"a1": "pro", "a2": "Free", "a3": "PRO", "a4": "free", "a5": None, "A6": "Pro", "a7": None, "B8": "Free"}


@pytest.fixture(scope="module")
def named(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Accounts and users of the same ids and names; nobody was ever active."""
    with uptake.open(new_home()) as workspace:
        names, plans = list(NAMES.values()), list(PLANS.values())
        workspace.import_rows(pa.table({"account_id": list(NAMES), "name": names, "plan": plans}), "accounts")
        workspace.import_rows(pa.table({"user_id": list(NAMES), "name": names, "role": plans}), "users")
        yield workspace


def ids(workspace: uptake.Workspace, sort: str, entity: str = "account") -> list[str]:
    asked, list_ = Ask(sort=sort), accounts if entity == "account" else users
    return [row[f"{entity}_id"] for row in workspace.read(lambda cursor: list_(cursor, workspace.plan, asked)).rows]


@pytest.mark.parametrize("entity", ["account", "user"])
def test_words_are_sorted_whatever_their_case(named: uptake.Workspace, entity: str) -> None:
    """Who has no name is called by the id, so a7 stands between _x and alpha; three alphas by id."""
    assert ids(named, "name", entity) == ["B8", "a7", "a2", "a3", "A6", "a1", "a5", "a4"]
    assert ids(named, "-name", entity) == ["a4", "a5", "a1", "a2", "a3", "A6", "a7", "B8"]
    assert ids(named, f"{entity}_id", entity) == ["a1", "a2", "a3", "a4", "a5", "A6", "a7", "B8"]


@pytest.mark.parametrize(("entity", "column"), [("account", "plan"), ("user", "role")])
def test_equal_words_stay_in_the_order_of_ids_either_way_and_none_come_last(
    named: uptake.Workspace, entity: str, column: str
) -> None:
    assert ids(named, column, entity) == ["a2", "a4", "B8", "a1", "a3", "A6", "a5", "a7"]
    assert ids(named, f"-{column}", entity) == ["a1", "a3", "A6", "a2", "a4", "B8", "a5", "a7"]


@pytest.mark.parametrize(
    ("entity", "column"),
    [*(("account", column) for column in COLUMNS), *(("user", column) for column in USER_COLUMNS)],
)
def test_a_list_can_be_sorted_by_every_column(named: uptake.Workspace, entity: str, column: str) -> None:
    assert sorted(ids(named, column, entity)) == sorted(ids(named, f"-{column}", entity)) == sorted(NAMES)
