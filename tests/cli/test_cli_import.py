"""`uptake import`: what it prints, what it returns, what foreign text cannot do."""

from pathlib import Path

import pytest
from cli_world import cells, empty_workspace, events_file, filled_workspace, run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return events_file(tmp_path)


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_was_detected_is_printed_and_the_rows_are_counted(home: Path, events: Path) -> None:
    ran = run("import", events, "--kind", "events", "--home", home)
    lines = cells(ran.out)
    assert ["event", "event_name", "id"] in lines
    assert ["user_id", "user_id", "id"] in lines
    assert ["time", "event_at", "instant, ISO 8601; without an offset it is UTC, a bare date begins in UTC"] in lines
    assert "5 rows read: 5 stored, 0 known already, 0 in quarantine." in ran.out
    assert ran.code == 0


def test_the_same_file_again_stores_nothing_and_is_no_failure(filled: Path, events: Path) -> None:
    ran = run("import", events, "--kind", "events", "--home", filled)
    assert "5 rows read: 0 stored, 5 known already, 0 in quarantine." in ran.out
    assert ran.code == 0


def test_columns_are_renamed_and_values_fixed(home: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "x.csv", "who,what,when,size", "u1,task_created,2026-01-05T10:00:00Z,3")
    options = ("--map", "user_id=who", "--map", "event_name=what", "--map", "event_at=when", "--set", "source=crm")
    ran = run("import", file, "--kind", "events", "--home", home, *options)
    lines = cells(ran.out)
    assert ["who", "user_id", "id"] in lines
    assert ["(--set)", "source", "always 'crm'"] in lines
    assert ["size", "property size", "number"] in lines
    assert "1 stored" in ran.out


def test_bad_rows_are_counted_with_reasons_and_the_next_step(home: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "mixed.csv",
        "user_id,event,time",
        "u1,task_created,2026-01-05T10:00:00Z",
        ",task_created,2026-01-05T10:00:00Z",
        "u1,task_created,yesterday",
    )
    ran = run("import", file, "--kind", "events", "--home", home)
    assert "3 rows read: 1 stored, 0 known already, 2 in quarantine." in ran.out
    assert "one of user_id, anonymous_id, account_id is needed" in ran.out
    assert f"uptake quarantine retry --home {home}" in ran.out
    assert ran.code == 0


def test_nothing_stored_is_a_failure(home: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "bad.csv", "user_id,event,time", ",task_created,2026-01-05T10:00:00Z")
    ran = run("import", file, "--kind", "events", "--home", home)
    assert "0 stored, 0 known already, 1 in quarantine." in ran.out
    assert ran.code == 1


def test_ambiguous_dates_are_asked_about(home: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "dates.csv", "user_id,event,time", "u1,task_created,03/04/2026 10:00")
    ran = run("import", file, "--kind", "events", "--home", home)
    assert ran.code == 1
    assert "day or the month first" in ran.errors
    assert ran.errors.startswith("Error: ")
    ran = run("import", file, "--kind", "events", "--home", home, "--time-format", "day first")
    assert ["time", "event_at", "instant, day first; in UTC"] in cells(ran.out)
    assert "1 stored" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "evnts"], "'evnts' is no kind. Did you mean 'events'? Allowed: events, users,"),
        ([], "Missing option '--kind'"),
        (["--kind", "events", "--map", "user_id"], "'user_id' is not NAME=VALUE"),
        (["--kind", "events", "--set", "a=1", "--set", "a=2"], "'a' is given twice"),
        (["--kind", "events", "--format", "xlsx"], "xlsx"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(home: Path, events: Path, arguments: list[str], said: str) -> None:
    ran = run("import", events, "--home", home, *arguments)
    assert ran.code == 2
    assert said in ran.errors


def test_a_file_that_is_not_there_is_one_sentence(home: Path) -> None:
    ran = run("import", "/nowhere/x.csv", "--kind", "events", "--home", home)
    assert ran.code == 1
    assert "/nowhere/x.csv is not there" in ran.errors


def test_without_a_workspace_it_says_how_to_make_one(tmp_path: Path, events: Path) -> None:
    ran = run("import", events, "--kind", "events", "--home", tmp_path / "none")
    assert ran.code == 1
    assert f"uptake init --home {tmp_path / 'none'}" in ran.errors


def test_segment_records_say_their_own_kind(home: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "calls.jsonl",
        '{"type":"track","event":"Task Created","userId":"u1","timestamp":"2026-01-05T10:00:00Z","messageId":"m1"}',
        '{"type":"identify","userId":"u1","traits":{"plan":"Pro"},"timestamp":"2026-01-05T10:00:00Z","messageId":"m2"}',
    )
    ran = run("import", file, "--kind", "events", "--home", home)
    assert "The records say themselves what they are" in ran.out
    assert ["users", "1", "0", "0"] in cells(ran.out)


def test_foreign_text_does_nothing_to_the_terminal(home: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "[bold]evil.csv",
        "user_id,event,time,[red]col[/red],:boom:,\x1b[31mansi",
        "u1,[red]x[/red],2026-01-05T10:00:00Z,1,2,3",
        ",\x1b]0;title\x07[link=x]y[/link],2026-01-05T10:00:00Z,1,2,3",
    )
    ran = run("import", file, "--kind", "events", "--home", home)
    assert "[bold]evil.csv" in ran.out
    assert "property [red]col[/red]" in ran.out
    assert "property :boom:" in ran.out
    assert r"property \x1b[31mansi" in ran.out
    ran = run("quarantine", "list", "--home", home)
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


def test_a_bad_file_among_several_is_named_and_nothing_is_stored(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    written(folder, "a.csv", "user_id,event,time", "u1,x,2026-01-05T10:00:00Z")
    bad = written(folder, "b.csv", "colour,event,time", "red,x,2026-01-05T10:00:00Z")
    ran = run("import", folder, "--kind", "events", "--home", home)
    assert ran.code == 1
    assert f"{bad} has none of the columns user_id, anonymous_id, account_id." in ran.errors


def test_other_files_of_a_folder_are_listed_once_as_left_aside(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    written(folder, "a.csv", "user_id,event,time", "u1,x,2026-01-05T10:00:00Z")
    aside = written(folder, "README.txt", "What this is.")
    ran = run("import", folder, "--kind", "events", "--home", home)
    assert ran.code == 0
    assert ran.out.count("README.txt") == 1
    assert f"Left aside, because the ending says no format: {aside}." in ran.out


def test_a_file_of_nothing_but_a_header_is_no_error_and_told(home: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "quiet.csv", "user_id,event,time")
    ran = run("import", file, "--kind", "events", "--home", home)
    assert (ran.code, ran.errors) == (0, "")
    assert ran.out.endswith(f"{file} holds no rows: there was nothing to store.\n")


def test_what_json_lines_pack_together_is_not_listed_as_a_column_of_the_file(home: Path, tmp_path: Path) -> None:
    row = '{"user_id": "u1", "event": "x", "time": "2026-01-05T10:00:00Z"'
    file = written(tmp_path, "events.jsonl", row + "}")
    assert "propert" not in run("import", file, "--kind", "events", "--home", home).out
    written(tmp_path, "events.jsonl", row + ', "plan": "Pro"}')
    listed = cells(run("import", file, "--kind", "events", "--home", home).out)
    assert ["(other keys)", "property of each name", "text, number or JSON"] in listed
