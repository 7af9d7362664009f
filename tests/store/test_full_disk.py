"""A full disk: a clear error, nothing by half, and everything works again once there is room."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from snapshot import answers, assert_equal, assert_same_answers, contents

import uptake
from uptake.errors import DiskFull

MEGABYTES, ROWS = 24, 80_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def events(number: int, rows: int) -> pa.Table:
    """Rows that do not compress."""
    words = random.Random(number)  # noqa: S311 - no secret
    return pa.table(
        {
            "event": ["task"] * rows,
            "user_id": [f"u{words.random()}" for _ in range(rows)],
            "timestamp": [f"2025-03-{row % 28 + 1:02}T10:00:00Z" for row in range(rows)],
            "noise": [words.randbytes(160).hex() for _ in range(rows)],
        }
    )


def test_a_full_disk_is_told_nothing_is_half_stored_and_it_goes_on_with_room(
    small_disk: Path, new_home: Callable[..., Path]
) -> None:
    home = new_home(folder=small_disk / "home")
    with uptake.open(home) as workspace:
        workspace.import_rows(events(0, 100), "events")
        before, answered = contents(workspace), answers(workspace)
        for _ in range(2):
            with pytest.raises(DiskFull, match=r"no room left.*Make room") as raised:
                workspace.import_rows(events(1, ROWS), "events")
            is_stored = workspace.ledger.last_import_id == 2
            assert ("The rows are stored" in str(raised.value)) == is_stored
            files = {path.relative_to(home / "archive").as_posix() for path in (home / "archive").rglob("*.parquet")}
            assert files == {file.path for file in workspace.ledger.files()}
            assert_equal(contents(workspace), before)
            assert_same_answers(answers(workspace), answered)
            if is_stored:
                break
        remount = ["mount", "-o", f"remount,size={MEGABYTES * 20}m", str(small_disk)]
        subprocess.run(remount, check=True)
        summary = workspace.import_rows(events(1, ROWS), "events")
        assert (summary.stored, summary.known) == ((0, ROWS) if is_stored else (ROWS, 0))
        assert workspace.rows_of("SELECT count(*) AS n FROM event") == [{"n": 100 + ROWS}]


@pytest.mark.parametrize("rows", [20_000, pytest.param(40_000, marks=pytest.mark.slow)])
def test_what_cannot_be_indexed_for_want_of_room_is_indexed_when_the_workspace_opens_with_room(
    small_disk: Path, new_home: Callable[..., Path], rows: int
) -> None:
    home = new_home(folder=small_disk / "home")
    with uptake.open(home) as workspace:
        with contextlib.suppress(DiskFull):
            for number in range(10):
                workspace.import_rows(events(number, rows), "events")
        stored = sum(one.rows_stored for one in workspace.ledger.imports())
    subprocess.run(["mount", "-o", f"remount,size={MEGABYTES * 20}m", str(small_disk)], check=True)
    with uptake.open(home) as workspace:
        assert workspace.rows_of("SELECT count(*) AS n FROM event") == [{"n": stored}]


@pytest.mark.parametrize(
    "left_kilobytes", [400, *(pytest.param(left, marks=pytest.mark.slow) for left in (40, 1200, 2500))]
)
def test_wherever_the_room_ends_an_import_is_there_or_not(
    small_disk: Path, new_home: Callable[..., Path], left_kilobytes: int
) -> None:
    """The disk is filled up to some kilobytes, so that the archive, the ledger or the projection is what fails."""
    home = new_home(folder=small_disk / "home")
    with uptake.open(home) as workspace:
        workspace.import_rows(events(0, 50), "events")
        free = shutil.disk_usage(small_disk).free
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * (free - left_kilobytes * 1024))
        stored = 0
        for number in range(1, 30):
            try:
                stored += workspace.import_rows(events(number, 50), "events").stored
            except DiskFull as error:
                stored += 50 if "The rows are stored" in str(error) else 0
                break
        else:
            pytest.fail("the disk never filled up")
        ballast.unlink()
        assert workspace.import_rows(events(99, 50), "events").stored == 50
        assert workspace.rows_of("SELECT count(*) AS n FROM event") == [{"n": 50 + stored + 50}]
        before = contents(workspace)
        workspace.rebuild()
        assert_equal(before, contents(workspace))
