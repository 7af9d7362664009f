"""The archive's files: every row of an import in the folder of its day, however many are written at a time."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from snapshot import assert_equal, contents

import uptake
from uptake.store import archive


def events(days: int, a_day: int) -> pa.Table:
    at = [f"2025-03-{day + 1:02}T{hour:02}:00:00Z" for hour in range(a_day) for day in range(days)]
    return pa.table({"event": ["task"] * len(at), "user_id": [f"u{n % 3}" for n in range(len(at))], "timestamp": at})


@pytest.mark.parametrize("at_a_time", [1, 4, 7, 1_000])
def test_every_row_is_in_the_folder_of_its_day(
    workspace: uptake.Workspace, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    """Nine days of three events: whole days are written together, up to so many rows."""
    monkeypatch.setattr(archive, "ROWS_AT_A_TIME", at_a_time)
    assert workspace.import_rows(events(9, 3), "events").stored == 27
    files = workspace.ledger.files()
    assert [(file.day, file.rows) for file in files] == [(f"2025-03-{day:02}", 3) for day in range(1, 10)]
    for file in files:
        assert Path(file.path).parent.name == f"day={file.day}"
        path = workspace.home.archive / file.path
        days = duckdb.execute("SELECT DISTINCT event_at::DATE::VARCHAR FROM read_parquet(?)", [str(path)]).fetchall()
        assert days == [(file.day,)]
    before = contents(workspace)
    workspace.rebuild()
    assert_equal(contents(workspace), before)


def test_files_of_one_import_may_have_different_columns(workspace: uptake.Workspace, tmp_path: Path) -> None:
    """The second file says the account and its own ids, the first the source; a row has what its file has."""
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text("event,user_id,timestamp,source\na,u1,2025-03-03T10:00:00Z,web\na,u1,2025-03-03T11:00:00Z,\n")
    two.write_text("event,user_id,timestamp,account_id,message_id\na,u1,2025-03-03T12:00:00Z,k,m1\n")
    assert workspace.import_rows([one, two], "events").stored == 3
    assert workspace.import_rows([two, one], "events").known == 3
    (file,) = workspace.ledger.files()
    columns = "source, account_id, message_id"
    rows = duckdb.execute(
        f"SELECT {columns} FROM read_parquet(?) ORDER BY event_at", [str(workspace.home.archive / file.path)]
    ).fetchall()
    assert rows == [("web", None, None), ("files", None, None), ("files", "k", "m1")]
