"""`uptake people`: who is behind a number, by hand, in every format, with and without a server."""

import csv
import io
import json
from pathlib import Path

import pytest
from cli_world import cells, filled_workspace, run, served


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return filled_workspace(tmp_path)


CELL = ("people", "retention", "--cell", "cohort_on=2026-01-05", "--cell", "unit_index=1")


def test_who_came_back_and_who_did_not(filled: Path) -> None:
    """Of u1 and u2, who started in the week of 5 January, u1 came back in the week after."""
    ran = run(*CELL, "--home", filled)
    assert ran.code == 0
    assert ran.out.startswith("Retention: of the users, 1 came back")
    assert ["user_id", "user_name", "anchor_at"] in cells(ran.out)
    assert ["u1", "u1", "5 January 2026, 10:00"] in cells(ran.out)
    assert "Beside them: 1 did not come back (--side away)" in ran.out
    assert ["u2", "u2", "6 January 2026, 10:00"] in cells(run(*CELL, "--side", "away", "--home", filled).out)


def test_as_files(filled: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*CELL, "--format", "csv", "--home", filled).out)))
    assert [row["user_id"] for row in rows] == ["u1"]
    told = json.loads(run(*CELL, "--side", "away", "--format", "json", "--home", filled).out)
    assert (told["side"], told["total"], [row["user_id"] for row in told["rows"]]) == ("away", 1, ["u2"])
    assert told["cell"] == {"cohort_on": "2026-01-05", "unit_index": 1}
    assert run(*CELL, "--out", tmp_path / "who.csv", "--home", filled).code == 0
    assert "u1" in (tmp_path / "who.csv").read_text()
    assert run(*CELL, "--out", tmp_path / "who.txt", "--home", filled).code == 0
    assert (tmp_path / "who.txt").read_text().startswith("Retention: of the users, 1 came back")
    assert "ends in '.png'" in run(*CELL, "--out", tmp_path / "who.png", "--home", filled).errors


def test_a_limit_says_how_many_are_left_out(filled: Path) -> None:
    """u1, u2 and u3 were active."""
    ran = run("people", "active_users", "--limit", "1", "--home", filled)
    assert "... and 2 more: --limit 0 shows all." in ran.out
    assert len(run("people", "active_users", "--limit", "2", "--format", "csv", "--home", filled).out.splitlines()) == 3


def test_what_is_missing_is_said(filled: Path) -> None:
    ran = run("people", "retention", "--home", filled)
    assert (ran.code, ran.out) == (1, "")
    assert "'unit_index' is missing" in ran.errors
    assert "side is 'left'" in run(*CELL, "--side", "left", "--home", filled).errors


def test_a_server_gives_the_same(filled: Path) -> None:
    questions = [(*CELL, "--home", filled, *more) for more in ((), ("--format", "json"), ("--format", "csv"))]
    alone = [run(*question).out for question in questions]
    assert all(alone)
    with served(filled):
        assert [run(*question).out for question in questions] == alone
        assert "'unit_index' is missing" in run("people", "retention", "--home", filled).errors
