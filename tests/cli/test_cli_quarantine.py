"""`uptake quarantine`: rows that were refused are seen, taken out and taken in again."""

import csv
import io
import json
from pathlib import Path

import pytest
from cli_world import empty_workspace, run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return empty_workspace(tmp_path)


GOOD = "u1,task_created,2026-01-05T10:00:00Z,x"
NOBODY = ",task_created,2026-01-06T10:00:00Z,x"


@pytest.fixture
def refused(home: Path, tmp_path: Path) -> Path:
    """One good row; one without a user; one cut off, which no reader could take for a row."""
    file = tmp_path / "mixed.csv"
    file.write_text(f"user_id,event,time,note\n{GOOD}\n{NOBODY}\nu3,task_created\n", encoding="utf-8")
    assert run("import", file, "--kind", "events", "--home", home).code == 0
    return home


def active(home: Path) -> int:
    answer = json.loads(run("metric", "active_users", "--home", home, "--format", "json").out)
    return int(answer["rows"][0]["estimate"])


def quarantined(home: Path) -> list[int]:
    """The lines of the rows in quarantine."""
    out = run("quarantine", "export", "--home", home).out
    return sorted(int(row["line"]) for row in csv.DictReader(io.StringIO(out)))


def test_an_empty_quarantine_says_so(home: Path) -> None:
    assert run("quarantine", "list", "--home", home).out == "The quarantine is empty.\n"
    ran = run("quarantine", "retry", "--home", home)
    assert (ran.code, ran.out) == (0, "The quarantine is empty.\n")


def test_the_list_counts_reasons_and_shows_rows(refused: Path) -> None:
    ran = run("quarantine", "list", "--home", refused)
    assert "one of user_id, anonymous_id, account_id is needed" in ran.out
    assert "mixed.csv" in ran.out
    limited = run("quarantine", "list", "--limit", "1", "--home", refused)
    assert "... and 1 more" in limited.out
    assert "The quarantine is empty." in run("quarantine", "list", "--kind", "users", "--home", refused).out


def test_the_export_has_reason_file_line_and_row(refused: Path, tmp_path: Path) -> None:
    out = run("quarantine", "export", "--home", refused).out
    rows = sorted(csv.DictReader(io.StringIO(out)), key=lambda row: int(row["line"]))
    assert [row["line"] for row in rows] == ["3", "4"]
    assert rows[0]["kind"] == "events"
    assert rows[0]["file"].endswith("mixed.csv")
    assert json.loads(rows[0]["raw"])["time"] == "2026-01-06T10:00:00Z"
    assert rows[1]["raw"] == "u3,task_created"
    target = tmp_path / "bad.jsonl"
    run("quarantine", "export", "--format", "jsonl", "--out", target, "--home", refused)
    assert sorted(json.loads(line)["line"] for line in target.read_text().splitlines()) == [3, 4]


def test_a_retry_stores_what_can_be_read_now(refused: Path) -> None:
    """The row without a user belongs to u9 now: two active users instead of one. The cut row stays."""
    assert active(refused) == 1
    ran = run("quarantine", "retry", "--set", "user_id=u9", "--home", refused)
    assert ran.code == 0
    assert "1 stored, 0 known already, 0 in quarantine again, 1 cannot be retried." in ran.out
    assert "Those of line 4 are only text" in ran.out
    assert active(refused) == 2
    left = run("quarantine", "export", "--home", refused).out
    assert len(left.splitlines()) == 2


def test_a_retry_that_changes_nothing_fails_and_keeps_the_rows(refused: Path) -> None:
    ran = run("quarantine", "retry", "--home", refused)
    assert ran.code == 1
    assert "0 stored, 0 known already, 1 in quarantine again" in ran.out
    assert len(run("quarantine", "export", "--home", refused).out.splitlines()) == 3


def test_a_retry_that_cannot_read_the_rows_says_why(refused: Path) -> None:
    ran = run("quarantine", "retry", "--map", "user_id=nobody", "--home", refused)
    assert ran.code == 1
    assert "None was taken in." in ran.out
    assert "nobody" in ran.out
    assert len(run("quarantine", "export", "--home", refused).out.splitlines()) == 3


def test_equal_rows_of_one_file_stay_different_rows(home: Path, tmp_path: Path) -> None:
    """Two equal rows are two events; the same file imported twice is still two."""
    file = tmp_path / "twice.csv"
    file.write_text(f"user_id,event,time,note\n{NOBODY}\n{NOBODY}\n{GOOD}\n", encoding="utf-8")
    for _ in range(2):
        run("import", file, "--kind", "events", "--home", home)
    ran = run("quarantine", "retry", "--set", "user_id=u9", "--home", home)
    assert "2 stored, 0 known already, 0 in quarantine again, 0 cannot be retried." in ran.out
    assert run("quarantine", "list", "--home", home).out == "The quarantine is empty.\n"


def test_the_same_bad_file_again_is_counted_and_quarantined_once(refused: Path, tmp_path: Path) -> None:
    """Two rows are refused each time, under whatever name; a file with one more of the same kind adds that one."""
    file = tmp_path / "mixed.csv"
    copy = file.rename(tmp_path / "copy.csv")
    again = run("import", copy, "--kind", "events", "--home", refused)
    assert "2 in quarantine" in again.out
    assert quarantined(refused) == [3, 4]
    copy.write_text(f"{copy.read_text()}{NOBODY}\n", encoding="utf-8")
    run("import", copy, "--kind", "events", "--home", refused)
    assert quarantined(refused) == [3, 4, 5]


def test_a_row_that_was_retried_is_not_quarantined_again(refused: Path, tmp_path: Path) -> None:
    run("quarantine", "retry", "--set", "user_id=u9", "--home", refused)
    again = run("import", tmp_path / "mixed.csv", "--kind", "events", "--home", refused)
    assert "2 in quarantine" in again.out
    assert quarantined(refused) == [4]


def test_a_retry_refused_for_another_reason_keeps_the_row_with_that_reason(refused: Path) -> None:
    for _ in range(2):
        ran = run("quarantine", "retry", "--set", "user_id=u9", "--map", "event_at=note", "--home", refused)
        assert "1 in quarantine again" in ran.out or "None was taken in." in ran.out
    assert quarantined(refused) == [3, 4]


def test_a_long_row_is_retried_whole(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text(f"user_id,event,time,note\n{GOOD}\n{NOBODY}{'y' * 3000}\n", encoding="utf-8")
    run("import", file, "--kind", "events", "--home", home)
    ran = run("quarantine", "retry", "--set", "user_id=u9", "--home", home)
    assert "1 stored, 0 known already, 0 in quarantine again, 0 cannot be retried." in ran.out
    file.write_text(f"user_id,event,time,note\nu9{NOBODY}{'y' * 3000}\n", encoding="utf-8")
    assert "0 stored, 1 known already" in run("import", file, "--kind", "events", "--home", home).out


def test_formulas_in_refused_rows_are_defused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "formula.csv"
    file.write_text(f"user_id,event,time,note\n{GOOD}\n=cmd|x\n", encoding="utf-8")
    run("import", file, "--kind", "events", "--home", home)
    (row,) = csv.DictReader(io.StringIO(run("quarantine", "export", "--home", home).out))
    assert row["raw"] == "'=cmd|x"
