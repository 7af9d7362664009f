"""Broken files: the projection heals itself, the archive and the ledger say clearly what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from snapshot import answers, assert_same_answers

import uptake
from uptake.errors import StorageDamaged, WorkspaceBusy
from uptake.importing import Importing, Options
from uptake.sources.files import open_table

pytestmark = pytest.mark.usefixtures("one_thread")

EVENTS = pa.table(
    {
        "event": ["task", "report", "task", "task"] * 50,
        "user_id": [f"u{number % 17}" for number in range(200)],
        "account_id": [f"a{number % 5}" for number in range(200)],
        "timestamp": [f"2025-03-{number % 28 + 1:02}T{number % 24:02}:00:00Z" for number in range(200)],
    }
)
Answers = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def filled(new_home: Callable[..., Path]) -> tuple[Path, Answers]:
    """A closed workspace with a few rows, and its answers."""
    home = new_home("product: {timezone: Europe/Berlin}")
    with uptake.open(home) as workspace:
        workspace.import_rows(EVENTS, "events")
        workspace.import_rows(pa.table({"user_id": ["u1", "u2"], "plan": ["Free", "Pro"]}), "users")
        return home, answers(workspace)


@pytest.fixture
def home(filled: tuple[Path, Answers], tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled[0], tmp_path / "home"))


def flip(path: Path, position: int) -> None:
    """Changes one bit of a file."""
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 0x10]))


def check(home: Path, expected: Answers) -> uptake.Workspace:
    workspace = uptake.open(home)
    try:
        assert_same_answers(answers(workspace), expected)
    finally:
        workspace.close()
    return workspace


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_projection_with_a_flipped_bit_is_made_again_when_that_is_noticed(
    home: Path, filled: tuple[Path, Answers], share: float
) -> None:
    """Where the bit lies decides whether opening fails, a question fails, or nobody ever reads it."""
    path = home / "projection.duckdb"
    for offset in (0, 4096, 70_000):
        flip(path, min(int(path.stat().st_size * share) + offset, path.stat().st_size - 1))
    check(home, filled[1])


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500])
def test_a_projection_that_is_no_database_is_set_aside_and_made_again(
    home: Path, filled: tuple[Path, Answers], content: bytes
) -> None:
    (home / "projection.duckdb").write_bytes(content)
    assert check(home, filled[1]).projection.was_set_aside
    assert (home / "projection.duckdb.unreadable").read_bytes() == content


def test_a_projection_cut_in_the_middle_is_made_again(home: Path, filled: tuple[Path, Answers]) -> None:
    path = home / "projection.duckdb"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    check(home, filled[1])


def test_a_lost_projection_is_made_again(home: Path, filled: tuple[Path, Answers]) -> None:
    (home / "projection.duckdb").unlink()
    assert not check(home, filled[1]).projection.was_set_aside


@pytest.mark.parametrize("damage", ["flipped", "cut", "lost"])
def test_a_broken_write_ahead_log_loses_nothing(home: Path, tmp_path: Path, damage: str) -> None:
    """The log is there because the process died before it was moved into the file."""
    crashed = tmp_path / "crashed"
    late = pa.table({"event": ["late"], "user_id": ["u9"], "timestamp": ["2025-03-09"]})
    with uptake.open(home) as workspace:
        with workspace.projection.exclusively() as cursor:
            parts = (workspace.home, workspace.ledger, workspace.plan, cursor, open_table(late, "events"))
            Importing(*parts, Options()).run()
        shutil.copytree(home, crashed)
        expected = answers(workspace)
    log = crashed / "projection.duckdb.wal"
    size = log.stat().st_size
    assert size > 0
    if damage == "flipped":
        flip(log, size // 2)
    elif damage == "cut":
        with log.open("r+b") as file:
            file.truncate(size // 2)
    else:
        log.unlink()
    workspace = check(crashed, expected)
    # a flipped byte in the length of an entry makes the log one that was cut
    assert not workspace.projection.was_set_aside or damage == "flipped"


def parquet_files(home: Path) -> list[Path]:
    return sorted((home / "archive").rglob("*.parquet"))


@pytest.mark.parametrize("damage", ["cut", "flipped", "lost"])
def test_a_broken_archive_file_is_named_and_the_projection_stays(
    home: Path, filled: tuple[Path, Answers], damage: str
) -> None:
    broken = parquet_files(home)[7]
    if damage == "cut":
        broken.write_bytes(broken.read_bytes()[:-10])
    elif damage == "flipped":
        flip(broken, broken.stat().st_size // 3)
    else:
        broken.unlink()
    with uptake.open(home) as workspace:
        with pytest.raises(StorageDamaged, match=broken.parent.name) as raised:
            workspace.rebuild()
        assert broken.name in str(raised.value)
        assert "backup" in str(raised.value)
        assert_same_answers(answers(workspace), filled[1])
    (home / "projection.duckdb").unlink()
    with pytest.raises(StorageDamaged, match=broken.name):
        uptake.open(home)
    shutil.copytree(filled[0] / "archive", home / "archive", dirs_exist_ok=True)
    check(home, filled[1])


@pytest.mark.parametrize("content", [None, b"", b"no ledger" * 1000])
def test_an_archive_without_its_ledger_is_left_alone(home: Path, content: bytes | None) -> None:
    ledger = home / "ledger.sqlite"
    ledger.unlink()
    if content is not None:
        ledger.write_bytes(content)
    files = parquet_files(home)
    with pytest.raises(StorageDamaged, match=r"ledger\.sqlite.*backup"):
        uptake.open(home)
    assert parquet_files(home) == files


def test_a_ledger_older_than_the_projection_is_refused_and_nothing_is_swept_away(home: Path, tmp_path: Path) -> None:
    shutil.copy(home / "ledger.sqlite", tmp_path / "older")
    with uptake.open(home) as workspace:
        workspace.import_rows(pa.table({"event": ["late"], "user_id": ["u9"], "timestamp": ["2025-03-09"]}), "events")
    files = parquet_files(home)
    shutil.copy(tmp_path / "older", home / "ledger.sqlite")
    with pytest.raises(StorageDamaged, match=r"knows 2 imports.*holds 3"):
        uptake.open(home)
    assert parquet_files(home) == files


def test_a_projection_of_another_release_is_made_again(home: Path, filled: tuple[Path, Answers]) -> None:
    with uptake.open(home) as workspace, workspace.projection.exclusively() as cursor:
        cursor.execute("UPDATE meta SET value = 'older' WHERE name = 'stamp'; DROP TABLE user_start")
    assert not check(home, filled[1]).projection.was_set_aside


def test_a_workspace_that_cannot_be_opened_is_free_for_the_next_attempt(home: Path) -> None:
    kept = (home / "ledger.sqlite").read_bytes()
    (home / "ledger.sqlite").write_bytes(b"no ledger" * 1000)
    for _ in range(2):
        with pytest.raises(StorageDamaged):
            uptake.open(home)
    (home / "ledger.sqlite").write_bytes(kept)
    with uptake.open(home) as workspace, pytest.raises(WorkspaceBusy, match="is held by"):
        uptake.open(workspace.home.folder)
    uptake.open(home).close()
