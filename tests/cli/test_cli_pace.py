"""How far work is: rows a second from the first report on, one estimate over all stages of an import."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from cli_world import empty_workspace
from rich.console import Console

import uptake
from uptake.cli.bar import Bar
from uptake.cli.pace import Pace
from uptake.importing import READING, STAGES, Progress


def test_rows_a_second_are_those_since_the_reading_began() -> None:
    pace = Pace()
    assert pace(Progress(READING, 0, 1_000, 0, 0.0), now=10).rows == ""
    assert pace(Progress(READING, 100, 1_000, 50_000, 0.017), now=10.5).rows == "50,000 rows (100,000 a second)"
    assert pace(Progress("indexing", rows=600_000, share=0.47), now=20).rows == "600,000 rows"


def test_time_left_is_told_by_the_share_that_all_stages_have_taken() -> None:
    pace = Pace()
    assert pace(Progress(READING, 0, 1_000, 0, 0.0), now=100).left_s is None
    assert pace(Progress(READING, 500, 1_000, 5, 0.1), now=101).left_s == pytest.approx(9)
    assert pace(Progress("writing the archive", rows=5, share=0.25), now=105).left_s == pytest.approx(15)
    assert pace(Progress("milestones", rows=5, share=1.0), now=120).left_s == 0


def test_the_next_import_and_other_work_begin_anew() -> None:
    pace = Pace()
    pace(Progress(READING, share=0.0), now=100)
    pace(Progress("milestones", share=0.9), now=200)
    pace(Progress(READING, share=0.0), now=200)
    assert pace(Progress(READING, share=0.5), now=201).left_s == pytest.approx(1)
    pace(Progress("applying import 1", 0, 4), now=300)
    assert pace(Progress("applying import 1", 1, 4), now=301).left_s == pytest.approx(3)
    assert pace(Progress("who belongs where"), now=302).left_s is None


def test_an_import_tells_a_share_that_only_grows_and_the_first_rows_early(tmp_path: Path) -> None:
    told: list[Progress] = []
    file = tmp_path / "events.csv"
    row = "u{},task_created,2026-01-05T10:00:00Z,{}\n"
    file.write_text(
        "user_id,event,time,filler\n" + "".join(row.format(n, "x" * 60) for n in range(100_000)), encoding="utf-8"
    )
    with uptake.open(empty_workspace(tmp_path)) as workspace:
        workspace.import_rows(file, "events", report=told.append)
    shares = [progress.share for progress in told if progress.share is not None]
    assert len(shares) == len(told)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1] > 0.9, shares[-1] <= 1) == (0, True, True)
    assert 20_000 <= next(progress.rows for progress in told if progress.rows) < 100_000
    assert told[-1].rows == 100_000


def test_stages_add_up() -> None:
    assert sum(STAGES.values()) == pytest.approx(1)


def test_a_table_of_unknown_size_gives_a_share_too(tmp_path: Path) -> None:
    told: list[Progress] = []
    rows = pa.table({"user_id": ["u1"], "event": ["x"], "time": ["2026-01-05T10:00:00Z"]})
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches())
    with uptake.open(empty_workspace(tmp_path)) as workspace:
        workspace.import_rows(reader, "events", report=told.append)
    assert [progress.share for progress in told][:2] == [0, 0]


def test_the_bar_shows_every_kind_of_report_and_acts_on_no_foreign_text(tmp_path: Path) -> None:
    with (tmp_path / "shown").open("w+", encoding="utf-8") as file:
        reports = (
            Progress(READING, 0, 100, 0, 0.0),
            Progress("indexing", rows=1_234_567, share=0.47),
            Progress("[red]odd\x1b[2J"),
        )
        for number in range(len(reports)):
            bar = Bar(Console(file=file, force_terminal=True, width=120))
            for progress in reports[: number + 1]:
                bar(progress)
            bar.close()
        file.seek(0)
        shown = file.read()
    assert "1,234,567 rows" in shown
    assert "47%" in shown
    assert "[red]odd" in shown
    assert "\x1b[2J" not in shown
