"""A full disk: a clear error, nothing by half, and everything works again once there is room."""

from __future__ import annotations

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

MEGABYTES = 24


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
            "noise": [words.randbytes(40).hex() for _ in range(rows)],
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
            with pytest.raises(DiskFull, match=r"no room left.*Nothing was stored\. Make room"):
                workspace.import_rows(events(1, 150_000), "events")
            assert workspace.ledger.last_import_id == 1
            assert {path.stem for path in (home / "archive").rglob("*.parquet")} == {"000001"}
            assert_equal(contents(workspace), before)
            assert_same_answers(answers(workspace), answered)
        assert workspace.import_rows(events(2, 100), "events").stored == 100
    with uptake.open(home) as workspace:
        assert workspace.rows_of("SELECT count(*) AS n FROM event") == [{"n": 200}]
        remount = ["mount", "-o", f"remount,size={MEGABYTES * 20}m", str(small_disk)]
        subprocess.run(remount, check=True)
        assert workspace.import_rows(events(1, 150_000), "events").stored == 150_000
        assert workspace.import_rows(events(1, 150_000), "events").known == 150_000


@pytest.mark.parametrize("left_kilobytes", [40, 400, 1200])
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
