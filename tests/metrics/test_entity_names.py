"""Everybody is called alike everywhere: by name, else by full name, else by e-mail, else by id.

| user | name | full_name | email          | called         |
|------|------|-----------|----------------|----------------|
| ada  | Ada  | Ada Byron | ada@acme.test  | Ada            |
| bob  |      | Bob Stone | bob@acme.test  | Bob Stone      |
| cleo |      |           | cleo@acme.test | cleo@acme.test |
| dan  |      |           |                | dan            |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import uptake
from uptake.directory.listing import Ask
from uptake.directory.search import search
from uptake.directory.users import users
from uptake.metrics.core.names import called, names_of

EXPECTED = {"ada": "Ada", "bob": "Bob Stone", "cleo": "cleo@acme.test", "dan": "dan"}
SAID: list[dict[str, str | None]] = [
    {"user_id": "ada", "name": "Ada", "full_name": "Ada Byron", "email": "ada@acme.test"},
    {"user_id": "bob", "name": "", "full_name": "Bob Stone", "email": "bob@acme.test"},
    {"user_id": "cleo", "name": None, "full_name": None, "email": "cleo@acme.test"},
]


@pytest.fixture
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    events = [
        {"event": "task", "user_id": user, "account_id": "acme", "timestamp": f"2025-03-0{day}T12:00:00Z"}
        for user in EXPECTED
        for day in (1, 2, 3)
    ]
    with uptake.open(new_home("")) as opened:
        opened.import_rows(pa.Table.from_pylist(SAID), "users")
        opened.import_rows(pa.Table.from_pylist(events), "events")
        yield opened


def test_one_rule(workspace: uptake.Workspace) -> None:
    as_of = workspace.scores("adoption", entity="user").as_of
    found = workspace.read(lambda cursor: names_of(cursor, "user", as_of))
    assert dict(found.values()) == EXPECTED
    one = workspace.read(
        lambda cursor: names_of(cursor, "user", as_of, [key for key in found if found[key][0] == "bob"])
    )
    assert list(one.values()) == [("bob", "Bob Stone")]
    said = {str(row["user_id"]): {name: text for name, text in row.items() if name != "user_id"} for row in SAID}
    assert {id_: called("user", id_, said.get(id_, {})) for id_ in EXPECTED} == EXPECTED


def test_lists_pages_and_questions_follow_it(workspace: uptake.Workspace) -> None:
    assert {one.id: one.name for one in workspace.scores("adoption", entity="user").everyone} == EXPECTED
    assert {one.id: one.name for one in workspace.placements("segment", entity="user").everyone} == EXPECTED
    listed = workspace.read(lambda cursor: users(cursor, workspace.plan, Ask())).rows
    assert {row["user_id"]: row["name"] for row in listed} == EXPECTED
    behind = workspace.people("active_users", date_from="2025-03-01", date_to="2025-03-03")
    assert {row["user_id"]: row["user_name"] for row in behind.rows} == EXPECTED
    hits = workspace.read(lambda cursor: search(cursor, workspace.plan, "stone"))
    assert [(hit.id, hit.title) for hit in hits if hit.kind == "user"] == [("bob", "Bob Stone")]
