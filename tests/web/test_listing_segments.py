"""Lists of accounts and of users narrowed to segments: by rules as they hold then, and by ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from web_client import serving
from web_html import require_inert

import uptake
from uptake.directory.accounts import accounts
from uptake.directory.listing import Ask
from uptake.directory.users import users
from uptake.errors import QuestionError
from uptake.web.app import create_app

PLAN = """
product: {timezone: UTC}
segments:
  paying: {entity: account, where: {plan: Pro}}
  pilot: {entity: account, ids: [b, c]}
  leads: {entity: user, where: {title: Lead}}
"""


@pytest.fixture(scope="module")
def lists(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Accounts a, b, c on Pro, Pro, Free; a becomes Free on 5 March. ann is in a and c, bob in b; ann leads."""
    with uptake.open(new_home(PLAN)) as workspace:
        events = [("ann", "a", 1), ("bob", "b", 2), ("ann", "c", 3)]
        workspace.import_rows(pa.Table.from_pylist([
            {"user_id": user, "account_id": account, "event": "task", "timestamp": f"2025-03-0{day}T10:00:00Z"}
            for user, account, day in events
        ]), "events")  # fmt: skip
        said = [("a", "Pro", 1), ("b", "Pro", 1), ("c", "Free", 1), ("a", "Free", 5)]
        workspace.import_rows(pa.Table.from_pylist([
            {"account_id": account, "plan": plan, "valid_from": f"2025-03-0{day}T00:00:00Z"} for account, plan, day in said
        ]), "accounts")  # fmt: skip
        workspace.import_rows(pa.table({"user_id": ["ann", "bob"], "title": ["Lead", "Maker"]}), "users")
        yield workspace


def ids(workspace: uptake.Workspace, entity: str, *segments: str, as_of: str = "2025-03-04", **given: Any) -> set[str]:
    asked, list_ = Ask(segments=segments, as_of=as_of, **given), accounts if entity == "account" else users
    page = workspace.read(lambda cursor: list_(cursor, workspace.plan, asked))
    assert page.total == len(page.rows)
    return {row[f"{entity}_id"] for row in page.rows}


def test_accounts_as_they_were(lists: uptake.Workspace) -> None:
    assert ids(lists, "account", "paying") == {"a", "b"}
    assert ids(lists, "account", "paying", as_of="2025-03-06") == {"b"}
    assert ids(lists, "account", "pilot") == {"b", "c"}
    assert ids(lists, "account", "paying", "pilot") == {"b"}
    assert ids(lists, "account", "pilot", search="C") == {"c"}


def test_users_of_segments_and_of_accounts_in_them(lists: uptake.Workspace) -> None:
    """ann is in c, a pilot, and bob in b. After the 5th only b pays. In both of two segments of accounts need not be by one."""
    assert ids(lists, "user", "pilot") == {"ann", "bob"}
    assert ids(lists, "user", "paying", as_of="2025-03-06") == {"bob"}
    assert ids(lists, "user", "leads", as_of="2026-01-01") == {"ann"}


def test_segments_that_cannot_be_asked_for(lists: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="no segment 'x'"):
        ids(lists, "account", "x")
    with pytest.raises(QuestionError, match="a segment of users"):
        ids(lists, "account", "leads")


def test_the_page_and_its_file(lists: uptake.Workspace) -> None:
    with serving(create_app(lists)) as client:
        shown = require_inert(client.get("/accounts?segment=pilot&segment=").text)
        assert "pilot" in [one["value"] for one in shown.of("option") if "selected" in one]
        rows = csv.DictReader(io.StringIO(client.get("/accounts.csv?segment=pilot").text))
        assert {row["account_id"] for row in rows} == {"b", "c"}
        assert client.get("/accounts?segment=leads").status_code == 400
        offered = {one["value"] for one in require_inert(client.get("/users?segment=paying").text).of("option")}
        assert {"leads", "paying", "pilot"} <= offered
