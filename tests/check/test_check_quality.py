"""The data themselves: quarantine, repeats, senders, seats, extent, and the order of all findings."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from check_world import check, event, of

from uptake.check import Finding
from uptake.check.finding import LEVELS, percent, sort


def test_quarantine_is_a_warning_by_kind_and_reason(tmp_path: Path) -> None:
    rows = [event("a"), event("b", at="yesterday"), event("c", at="tomorrow"), event("d", at="1000000-01-01")]
    found = of(check(tmp_path, "", events=rows), "quarantine")
    assert sum(int(what.split()[0]) for _, _, what, _ in found) == 3
    assert {level for level, *_ in found} == {"warning"}
    assert all("of events in quarantine: " in what for _, _, what, _ in found)


def test_rows_that_came_again_are_a_note(tmp_path: Path) -> None:
    rows = [event("a", message_id="1"), event("a", message_id="1"), event("a", message_id="2")]
    assert of(check(tmp_path, "", events=rows), "stored before") == [
        ("note", "", "1 of 3 rows read had been stored before and count once.", "")
    ]


@pytest.mark.parametrize(("without", "level"), [(1, "warning"), (0, None)])
def test_many_events_without_a_user_are_a_warning(tmp_path: Path, without: int, level: str | None) -> None:
    rows = [*[event("invoice_paid", None)] * without, event("task"), event("task")]
    found = of(check(tmp_path, "", events=rows), "belong to no user")
    assert [row[:3] for row in found] == (
        [(level, "", "1 of 3 events (33 %) belong to no user: none is counted for one.")] if level else []
    )


def test_few_events_without_an_account_are_a_note(tmp_path: Path) -> None:
    rows = [event("task", "u1", f"2026-03-02T10:00:{second:02}Z") for second in range(30)]
    found = check(tmp_path, "", events=[*rows, event("task", "stranger", account_id=None)])
    assert of(found, "belong to no account")[0][:3] == (
        "note",
        "",
        "1 of 31 events (3 %) belong to no account: none is counted for one.",
    )


def test_data_without_any_account_are_told_once(tmp_path: Path) -> None:
    found = check(tmp_path, "", events=[event("task", account_id=None)])
    assert [level for level, _, what, _ in of(found, "account") if "No event belongs" in what] == ["note"]
    assert of(found, "belong to no account") == []


def test_seats_whose_user_never_came_are_noted_and_ended_ones_are_not(tmp_path: Path) -> None:
    seat = {"account_id": "a1", "valid_from": "2026-01-01"}
    seats = [
        seat | {"user_id": "u1"},
        seat | {"user_id": "never"},
        seat | {"user_id": "gone", "valid_to": "2026-02-01"},
    ]
    assert of(check(tmp_path, "", seats=seats, events=[event("task")]), "with a seat")[0][2] == (
        "1 of 2 users with a seat (50 %) never came."
    )


def test_the_days_of_the_data_are_noted_in_the_zone_of_the_product(tmp_path: Path) -> None:
    rows = [event("a", at="2025-06-30T23:30:00Z"), event("b", at="2026-03-01T23:30:00Z")]
    found = check(tmp_path, "product: {timezone: Europe/Berlin}", events=rows)
    ((level, _, what, _),) = of(found, "Data end on")
    assert level == "note"
    assert what.startswith("Data end on 2026-03-02: 2 events since 2025-07-01, 2 different ones. The last import was")


def test_a_version_of_sqlite_that_needs_one_owner_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    assert len(of(check(tmp_path / "old", ""), "SQLite")) == 1
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert of(check(tmp_path / "new", ""), "SQLite") == []


def test_errors_come_first_and_notes_last_otherwise_in_the_order_of_the_plan(tmp_path: Path) -> None:
    plan = "active: [unknown_1, signed_in]\nmilestones: {m: unknown_2}\n"
    found = check(tmp_path, plan.replace("unknown_2", "{event: unknown_2}"), events=[event("signed_in")])
    levels = [LEVELS.index(finding.level) for finding in found]
    assert levels == sorted(levels)
    assert ["unknown_1" in found[0].what, "unknown_2" in found[1].what] == [True, True]


def test_sorting_keeps_the_order_within_a_level() -> None:
    found = [Finding("note", "", "1"), Finding("error", "", "2"), Finding("note", "", "3"), Finding("warning", "", "4")]
    assert [finding.what for finding in sort(found)] == ["2", "4", "1", "3"]


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 7, "0 %"), (7, 7, "100 %"), (1, 10**6, "under 1 %"), (999_999, 10**6, "over 99 %")]
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, words: str) -> None:
    assert percent(part, whole) == words
