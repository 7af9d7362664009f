"""Rows that come late, twice, or in an unexpected shape: what counts is what happened, not how it arrived."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.importing import Summary

pytestmark = pytest.mark.usefixtures("one_thread")

Event = dict[str, Any]


def event(at: str, user_id: str = "u1", name: str = "task", **further: Any) -> Event:
    return {"event": name, "user_id": user_id, "timestamp": at, **further}


def take(workspace: uptake.Workspace, *rows: Event, kind: str = "events", **options: Any) -> Summary:
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})
    return workspace.import_rows(table, kind, **options)


def counts(summary: Summary) -> tuple[int, int, int]:
    return summary.stored, summary.known, summary.rejected


def stored(workspace: uptake.Workspace) -> int:
    return int(workspace.rows_of("SELECT count(*) AS n FROM event")[0]["n"])


def test_a_message_id_counts_once_for_ever_whatever_the_row_says(workspace: uptake.Workspace) -> None:
    """Twice in one file, and again later with a corrected time that lies on another day."""
    first = event("2025-03-03T23:59:59Z", message_id="m1")
    assert counts(take(workspace, first, first, event("2025-03-04T10:00:00Z", message_id="m2"))) == (2, 1, 0)
    assert counts(take(workspace, event("2025-03-04T00:00:05Z", message_id="m1"))) == (0, 1, 0)
    assert stored(workspace) == 2


def test_a_message_id_belongs_to_its_source(workspace: uptake.Workspace) -> None:
    row = event("2025-03-03T10:00:00Z", message_id="m1")
    assert counts(take(workspace, row | {"source": "web"}, row | {"source": "app"}, row)) == (3, 0, 0)
    assert counts(take(workspace, row, fixed={"source": "web"})) == (0, 1, 0)


def test_true_repeats_in_a_file_stay_and_importing_it_again_adds_nothing(workspace: uptake.Workspace) -> None:
    """Three clicks in one second are three clicks. A later file that has a fourth adds one."""
    click = event("2025-03-03T10:00:00Z", name="click")
    assert counts(take(workspace, click, click, click)) == (3, 0, 0)
    assert counts(take(workspace, click, click, click)) == (0, 3, 0)
    assert counts(take(workspace, click, click, click, click)) == (1, 3, 0)
    assert stored(workspace) == 4


def test_the_same_row_in_two_files_of_one_import_is_one_row(workspace: uptake.Workspace, tmp_path: Path) -> None:
    """Two of them in the first file, three in the second: three, as if the second had been alone."""
    head, row = "event,user_id,timestamp\n", "click,u1,2025-03-03T10:00:00Z\n"
    (tmp_path / "a.csv").write_text(head + row * 2)
    (tmp_path / "b.csv").write_text(head + row * 3)
    assert counts(workspace.import_rows([tmp_path / "a.csv", tmp_path / "b.csv"], "events")) == (3, 2, 0)
    assert counts(workspace.import_rows(tmp_path / "b.csv", "events")) == (0, 3, 0)


def test_columns_in_another_order_and_empty_ones_make_no_other_row(workspace: uptake.Workspace) -> None:
    take(workspace, event("2025-03-03T10:00:00Z", color="red", size="4"))
    again = {
        "size": "4",
        "note": "",
        "color": "red",
        "timestamp": "2025-03-03 10:00:00",
        "user_id": "u1",
        "event": "task",
    }
    assert counts(take(workspace, again)) == (0, 1, 0)


def test_a_row_is_the_same_row_whatever_else_its_column_holds(workspace: uptake.Workspace) -> None:
    """An export that grows: on Monday every size is a number, on Tuesday one is a word. Monday's row is known."""
    monday = event("2025-03-03T10:00:00Z", size="4")
    take(workspace, monday)
    assert counts(take(workspace, monday, event("2025-03-04T10:00:00Z", size="large"))) == (1, 1, 0)
    flag = event("2025-03-05T10:00:00Z", flag="true")
    take(workspace, flag)
    assert counts(take(workspace, flag, event("2025-03-05T11:00:00Z", flag="maybe"))) == (1, 1, 0)


def test_rows_whose_texts_only_run_together_alike_are_two(workspace: uptake.Workspace) -> None:
    for separator in ("\x1f", "\x01", " ", "1 ", "|"):
        one = event("2025-03-03T10:00:00Z", f"u{separator}x", "task")
        other = event("2025-03-03T10:00:00Z", "x", f"task{separator}u")
        third = event("2025-03-03T10:00:00Z", "u", "task", account_id=f"{separator}x")
        assert take(workspace, one, other, third).known == 0, repr(separator)


def test_a_missing_value_is_another_row_than_any_text(workspace: uptake.Workspace) -> None:
    rows = [event("2025-03-03T10:00:00Z", account_id=account) for account in (None, "\x01", "-1", "null")]
    assert counts(take(workspace, *rows)) == (4, 0, 0)


def test_late_events_move_the_start_join_sessions_and_change_the_cohort(workspace: uptake.Workspace) -> None:
    """10:00 and 10:40 are two sessions, until 10:20 arrives. An event of the week before makes another cohort."""
    take(workspace, event("2025-03-12T10:00:00Z"), event("2025-03-12T10:40:00Z"), event("2025-03-20T10:00:00Z"))
    sessions = "SELECT count(*) AS n FROM session WHERE day = '2025-03-12'"
    assert workspace.rows_of(sessions) == [{"n": 2}]
    take(workspace, event("2025-03-12T10:20:00Z"))
    assert workspace.rows_of(sessions) == [{"n": 1}]
    take(workspace, event("2025-03-03T10:00:00Z"))
    rows = workspace.metric("retention", unit="week", units=1, as_of="2025-03-23").rows
    found = [(str(row["cohort_on"]), row["unit_index"], row["returned"]) for row in rows if row["row"] == "cohort"]
    assert found == [("2025-03-03", 0, 1), ("2025-03-03", 1, 1)]


@pytest.mark.parametrize("first", ["events", "aliases", "users"])
def test_it_does_not_matter_whether_events_aliases_or_users_arrive_first(
    workspace: uptake.Workspace, first: str
) -> None:
    """A visitor who is u1, a member of account a: three events, one person, one account."""
    parts: dict[str, list[Event]] = {
        "events": [
            {"event": "task", "anonymous_id": "v", "timestamp": "2025-03-03T10:00:00Z"},
            {"event": "task", "user_id": "u1", "timestamp": "2025-03-04T10:00:00Z"},
            {"event": "task", "user_id": "u2", "account_id": "b", "timestamp": "2025-03-05T10:00:00Z"},
        ],
        "aliases": [{"previous_id": "v", "is_anonymous": "true", "user_id": "u1", "alias_at": "2025-03-04T09:00:00Z"}],
        "users": [{"user_id": "u1", "account_id": "a", "valid_from": "2025-01-01"}],
    }
    for kind in sorted(parts, key=lambda kind: kind != first):
        take(workspace, *parts[kind], kind=kind)
    rows = workspace.rows_of(
        "SELECT user_id, account_id, count(*) AS n FROM event JOIN users USING (user_key) JOIN accounts USING (account_key)"
        " GROUP BY ALL ORDER BY ALL"
    )
    assert [tuple(row.values()) for row in rows] == [("u1", "a", 2), ("u2", "b", 1)]


def test_a_removed_user_leaves_the_account(workspace: uptake.Workspace) -> None:
    """Joined on 1 March (twice said), removed on the 10th without saying since when: a member for nine days."""
    joined = {"user_id": "u1", "account_id": "a", "valid_from": "2025-03-01"}
    take(workspace, joined, joined | {"valid_from": "2025-03-05"}, kind="memberships")
    take(workspace, {"user_id": "u1", "account_id": "a", "valid_to": "2025-03-10"}, kind="memberships")
    spans = workspace.rows_of("SELECT valid_from, valid_to FROM membership")
    assert [(row["valid_from"].day, row["valid_to"].day) for row in spans] == [(1, 10)]
    take(workspace, joined | {"valid_from": "2025-04-01"}, kind="memberships")
    assert len(workspace.rows_of("SELECT * FROM membership")) == 2


def test_an_open_membership_can_be_closed_by_a_later_row(workspace: uptake.Workspace) -> None:
    row = {"user_id": "u1", "account_id": "a", "role": "admin", "valid_from": "2025-03-01"}
    take(workspace, row, kind="memberships")
    take(workspace, row | {"valid_to": "2025-03-08", "role": "viewer"}, kind="memberships")
    assert [(r["role"], r["valid_to"].day) for r in workspace.rows_of("FROM membership")] == [("viewer", 8)]


def test_an_account_that_came_back_is_there_again(workspace: uptake.Workspace) -> None:
    """Churned on 1 March; a new contract signed on 1 June."""
    take(workspace, {"account_id": "a", "created_at": "2025-01-01", "churned_on": "2025-03-01"}, kind="accounts")
    spans = (
        "SELECT valid_from::DATE::VARCHAR AS since, valid_to::DATE::VARCHAR AS until FROM account_presence ORDER BY 1"
    )
    assert [tuple(row.values()) for row in workspace.rows_of(spans)] == [("2025-01-01", "2025-03-01")]
    take(workspace, {"account_id": "a", "signed_on": "2025-06-01"}, kind="accounts")
    assert [tuple(row.values()) for row in workspace.rows_of(spans)] == [
        ("2025-01-01", "2025-03-01"),
        ("2025-06-01", "9999-12-31"),
    ]


def test_a_null_says_that_an_attribute_is_gone_an_empty_cell_says_nothing(workspace: uptake.Workspace) -> None:
    row = {"user_id": "u1", "valid_from": "2025-03-01", "plan": "Pro"}
    take(workspace, row, kind="users")
    take(workspace, row | {"valid_from": "2025-04-01", "plan": "", "size": "4"}, kind="users")
    held = "SELECT valid_to::DATE::VARCHAR AS until FROM user_attribute WHERE name = 'plan'"
    assert workspace.rows_of(held) == [{"until": "9999-12-31"}]
    take(workspace, {"user_id": "u1", "valid_from": "2025-05-01", "traits": '{"plan": null}'}, kind="users")
    assert workspace.rows_of(held) == [{"until": "2025-05-01"}]


def test_an_event_called_like_a_feature_is_meant_from_then_on_everywhere(new_home: Callable[..., Path]) -> None:
    """`active: [boards]` means the feature while no event is called boards. The first one changes every day."""
    plan = "active: [boards]\nfeatures: {boards: {events: [board_opened]}}"
    with uptake.open(new_home(plan)) as workspace:
        take(workspace, *[event(f"2025-03-{day:02}T10:00:00Z", name="board_opened") for day in range(1, 9)])
        assert len(workspace.rows_of("FROM active_day")) == 8
        take(workspace, event("2025-03-08T11:00:00Z", name="boards"))
        assert [row["day"].day for row in workspace.rows_of("FROM active_day")] == [8]
