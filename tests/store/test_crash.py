"""Killed at any moment: every import that was reported is there once, and none by half."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from snapshot import answers, assert_equal, assert_same_answers, contents

import uptake

CHILD = """
import os, signal, sys
import pyarrow as pa
import uptake
from uptake.sources.files import Chunk, Reading

def chunks(number):
    lines = pa.array(range(2, 7), pa.int64())
    said = [f"{number}-{row}" for row in range(5)]
    users = {"user_id": said, "plan": said, "_line": lines}
    events = {"event": ["task"] * 5, "user_id": said, "timestamp": ["2025-03-03T10:00:00Z"] * 5, "_line": lines}
    yield Chunk("users", "users.csv", pa.table(users), (), 0)
    yield Chunk("events", "events.csv", pa.table(events), (), 0)

def report(progress):
    if progress.stage == stage:
        os.kill(os.getpid(), signal.SIGKILL)

home, first, stage = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with uptake.open(home) as workspace:
    print("open", flush=True)
    for number in range(first, first + 1000):
        reading = Reading("events", "segment", (), 0, None, pa.table({}), lambda: chunks(number))
        workspace.import_rows(reading, "events", report=report)
        print(number, flush=True)
"""
STAGES = [
    pytest.param("writing the archive", marks=pytest.mark.slow),
    pytest.param("indexing", marks=pytest.mark.slow),
    pytest.param("who belongs where", marks=pytest.mark.slow),
    "milestones",
]


def run_and_kill(home: Path, first: int, after_s: float | None, stage: str = "") -> list[int]:
    """Imports in a child until it is killed, by us or by itself at a stage.

    Returns:
        The imports it reported as done.
    """
    command = [sys.executable, "-c", CHILD, str(home), str(first), stage]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    if after_s is not None:
        time.sleep(after_s)
        child.kill()
    reported = [int(line) for line in child.stdout.read().split()]
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    return reported


def check(home: Path, reported: list[int], begun: int) -> None:
    """Holds what is there against what was reported; imports are numbered from 0."""
    with uptake.open(home) as workspace:
        found = workspace.rows_of(
            """SELECT split_part(user_id, '-', 1)::INTEGER AS number, count(*) AS events, count(DISTINCT user_id) AS users
            FROM event JOIN users USING (user_key) GROUP BY 1 ORDER BY 1"""
        )
        there = {row["number"] for row in found}
        assert there >= set(reported)
        assert there <= set(range(begun))
        assert all((row["events"], row["users"]) == (5, 5) for row in found)
        assert workspace.rows_of("SELECT count(*) AS n FROM raw.users") == [{"n": 5 * len(there)}]
        assert workspace.ledger.last_import_id == 2 * len(there)
        files = {file.path for file in workspace.ledger.files()}
        on_disk = {path.relative_to(home / "archive").as_posix() for path in (home / "archive").rglob("*.parquet")}
        assert on_disk == files
        before, answered = contents(workspace), answers(workspace)
        workspace.rebuild()
        assert_equal(before, contents(workspace))
        assert_same_answers(answers(workspace), answered)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_a_stage_of_the_first_import_nothing_is_there(new_home: Callable[..., Path], stage: str) -> None:
    home = new_home()
    assert run_and_kill(home, 0, None, stage) == []
    check(home, [], 0)


def killed_at_random(home: Path, times: int) -> None:
    reported: list[int] = []
    begun = 0
    for _ in range(times):
        done = run_and_kill(home, begun, random.random() * 1.5)  # noqa: S311 - no secret
        reported += done
        begun = (done[-1] + 2) if done else begun + 1
    check(home, reported, begun)


def test_killed_at_random_every_reported_import_is_there_once(new_home: Callable[..., Path]) -> None:
    killed_at_random(new_home(), 2)


@pytest.mark.slow
def test_killed_at_random_often(new_home: Callable[..., Path]) -> None:
    killed_at_random(new_home(), 25)


def event(user_id: str, at: str, **further: str | None) -> dict[str, str | None]:
    return {"event": "task", "user_id": user_id, "anonymous_id": None, "account_id": None, "timestamp": at} | further


IMPORTS = [
    ("events", [event("u1", "2025-03-03T10:00:00Z", account_id="a"), event("u2", "2025-03-04T10:00:00Z")]),
    ("aliases", [{"previous_id": "u1", "user_id": "u2", "alias_at": "2025-03-04T12:00:00Z"}]),
    ("events", [event("u1", "2025-03-05T10:00:00Z"), event("u3", "2025-03-06T10:00:00Z", account_id="b")]),
    ("memberships", [{"user_id": "u3", "account_id": "b", "valid_from": "2025-03-01"}]),
    ("events", [event("u3", "2025-03-07T10:00:00Z"), event("u1", "2025-03-20T10:00:00Z", account_id="b")]),
]


@pytest.fixture(scope="module")
def history(new_home: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """A home with all imports, closed, and its projection as it was before each of them."""
    home, kept = new_home(), tmp_path_factory.mktemp("older")
    for number, (kind, rows) in enumerate(IMPORTS):
        shutil.copy(home / "projection.duckdb", kept / str(number))
        with uptake.open(home) as workspace:
            workspace.import_rows(pa.Table.from_pylist(rows), kind)
    return home, [kept / str(number) for number in range(len(IMPORTS))]


@pytest.mark.parametrize("known", range(len(IMPORTS)))
def test_killed_between_the_ledgers_commit_and_the_projections_the_projection_catches_up(
    history: tuple[Path, list[Path]], tmp_path: Path, known: int
) -> None:
    """A projection from before the last imports beside a ledger that has them is what such a kill leaves."""
    behind = Path(shutil.copytree(history[0], tmp_path / "behind"))
    shutil.copy(history[1][known], behind / "projection.duckdb")
    with uptake.open(history[0]) as whole, uptake.open(behind) as caught_up:
        assert_equal(contents(caught_up), contents(whole))
        assert_same_answers(answers(caught_up), answers(whole))


def test_files_of_an_import_that_never_was_are_swept_away_and_no_others(new_home: Callable[..., Path]) -> None:
    home = new_home()
    with uptake.open(home) as workspace:
        workspace.import_rows(pa.Table.from_pylist(IMPORTS[0][1]), "events")
    day = home / "archive" / "events" / "day=2025-03-03"
    orphan, foreign, committed = day / "000002_0.parquet", day / "notes.parquet", day / "000001_0.parquet"
    shutil.copy(committed, orphan)
    shutil.copy(committed, foreign)
    with uptake.open(home) as workspace:
        assert (orphan.exists(), foreign.exists(), committed.exists()) == (False, True, True)
        workspace.rebuild()
        assert workspace.rows_of("SELECT count(*) AS n FROM event") == [{"n": 2}]
    assert not (home / "spill").exists()
