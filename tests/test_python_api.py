"""The Python API where it meets people: notebooks, rows as dicts, a workspace that is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import uptake
from uptake.errors import ImportFailed, WorkspaceClosed

AT = datetime(2026, 3, 2, 10)
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "ask",
    [
        lambda workspace: workspace.metric("active_users"),
        lambda workspace: workspace.rows_of("SELECT 1"),
        lambda workspace: workspace.import_events([{"event": "a", "user_id": "u", "timestamp": AT}]),
        lambda workspace: workspace.rebuild(),
        lambda workspace: workspace.reload_plan(),
    ],
    ids=["metric", "rows_of", "import", "rebuild", "reload_plan"],
)
def test_a_closed_workspace_says_so(new_home: Callable[..., Path], ask: Callable[[uptake.Workspace], object]) -> None:
    workspace = uptake.open(new_home())
    workspace.close()
    workspace.close()
    with pytest.raises(WorkspaceClosed, match=r"The workspace .* is closed. Open it again"):
        ask(workspace)


def test_rows_may_be_dicts_that_have_not_all_the_same_names(workspace: uptake.Workspace) -> None:
    rows: list[dict[str, Any]] = [
        {"event": "a", "user_id": "u1", "timestamp": AT},
        {"event": "a", "user_id": "u2", "timestamp": AT, "properties": {"n": 1}},
        {"event": "a", "user_id": "u3", "timestamp": AT, "properties": {"m": [1, {"x": None}]}, "seats": None},
    ]
    assert workspace.import_events(rows).stored == 3
    stored = workspace.rows_of("SELECT u.user_id, e.properties FROM event e JOIN users u USING (user_key) ORDER BY 1")
    assert [(row["user_id"], row["properties"]) for row in stored] == [
        ("u1", None),
        ("u2", '{"n":1}'),
        ("u3", '{"m":[1,{"x":null}]}'),
    ]


def test_what_a_dict_leaves_out_is_not_known_rather_than_gone(workspace: uptake.Workspace) -> None:
    """As nested columns of one table both users would have both properties, one of them null: taken away."""
    rows = [{"user_id": "u1", "properties": {"plan": "Pro"}}, {"user_id": "u2", "properties": {"role": "admin"}}]
    workspace.import_rows(rows, "users")
    found = workspace.rows_of("SELECT name, text FROM user_attribute ORDER BY name")
    assert [(row["name"], row["text"]) for row in found] == [("plan", "Pro"), ("role", "admin")]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"user_id": "u"}, "events.csv"], "Row 2 is a value of the type str"),
        ([{"user_id": "u"}, 7], "Row 2 is a value of the type int"),
        ([7], "Row 1 is a value of the type int"),
        ([{"user_id": "u", 7: "x"}], "Row 1 names a column 7"),
        ([{"user_id": "u"}, {"user_id": 7}], "Column 'user_id' of the rows holds values of several types"),
        ([{"user_id": "u", "n": 1 << 70}], "Column 'n' of the rows"),
        ([{"user_id": "u", "n": object()}], "Column 'n' of the rows"),
    ],
)
def test_rows_that_are_no_table_are_refused_with_a_reason(
    workspace: uptake.Workspace, rows: list[Any], said: str
) -> None:
    with pytest.raises(ImportFailed, match=said):
        workspace.import_rows(rows, "users")


def test_a_notebook_shows_the_first_rows_and_whom_they_count(workspace: uptake.Workspace) -> None:
    users = [{"user_id": f"u{number}", "plan": f"{HOSTILE} {number:02}", "valid_from": AT} for number in range(30)]
    workspace.import_rows(users, "users")
    workspace.import_events([{"event": "a", "user_id": f"u{number}", "timestamp": AT} for number in range(30)])
    shown = workspace.metric("active_users", by="user.plan")._repr_html_()
    assert shown.count("<tr>") == 21
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 19" in shown
    assert HOSTILE not in shown
    assert "alert(1)&lt;/script&gt; 20" not in shown
    assert "<th>user.plan</th>" in shown
    assert "Active users. Counted: users. As of 3 March 2026, 00:00 UTC." in shown
    assert "The first 20 of 30 rows." in shown


def test_an_answer_is_short_text_where_one_types(workspace: uptake.Workspace) -> None:
    workspace.import_events([{"event": name, "user_id": "u", "timestamp": AT} for name in ("a", "b")])
    asked: dict[str, Any] = {"steps": ["a", "b", "c"], "open": "count"}
    lines = repr(workspace.metric("funnel", **asked)).replace("\u202f", " ").splitlines()
    assert lines[0] == "Funnel. Counted: users. As of 3 March 2026, 00:00 UTC."
    assert lines[1] == "No event 'c' has been imported: nothing matches it."
    assert lines[-4].split()[:6] == ["step", "name", "n", "open", "count", "estimate"]
    assert lines[-2].split()[:6] == ["2", "b", "1", "0", "1", "100"]
    assert repr(workspace.people("funnel", {"step": 2}, **asked)).startswith(
        "Funnel: did this step, 1. Counted: users.\n"
    )
    many = workspace.metric("retention", unit="day", units=30)
    assert len(repr(many).splitlines()) == 22
    assert f"The first 20 of {len(many.rows):,} rows." in repr(many)


def test_an_answer_says_that_nobodys_time_is_over(workspace: uptake.Workspace) -> None:
    workspace.import_events([{"event": name, "user_id": "u", "timestamp": AT} for name in ("a", "b")])
    found = workspace.metric("funnel", steps=["a", "b"])
    assert [(row["n"], row["open"]) for row in found.rows] == [(0, 1), (0, 1)]
    (note,) = {*found.notes} - {*workspace.metric("funnel", steps=["a", "b"], open="count").notes}
    assert note.startswith("Everybody's window is still open at as_of")
    assert "open=count" in note


def test_a_notebook_shows_a_result_without_rows(workspace: uptake.Workspace) -> None:
    shown = workspace.metric("active_users")._repr_html_()
    assert "There is nothing to count." in shown
    assert "<table>" not in shown


def test_a_notebook_shows_missing_values_in_words_and_shares_as_percent(workspace: uptake.Workspace) -> None:
    workspace.import_events([{"event": "a", "user_id": "u", "timestamp": AT}])
    shown = workspace.metric("retention", unit="day", units=1)._repr_html_().replace("\u202f", " ")
    assert "<td>100 %</td>" in shown
    assert "<td>no value</td>" in shown
