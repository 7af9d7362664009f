"""What a company knows of its customers beside their events is made the same each time, and every question has an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import uptake
from bench import alone, customers, events, questions

COUNT = 20_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return events.written(COUNT, folder=tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def tables(log: Path) -> dict[str, pa.Table]:
    return customers.tables(log)


@pytest.fixture(scope="module")
def workspace(
    log: Path, tables: dict[str, pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[uptake.Workspace]:
    plans = {plan.name: plan.read_text("utf-8") for plan in (questions.PLAN, customers.PLAN)}
    home = uptake.init(tmp_path_factory.mktemp("customers"), plans)
    with uptake.open(home.folder) as workspace:
        for kind, rows in [*tables.items(), ("events", log)]:
            assert workspace.import_rows(rows, kind).rejected == 0
        yield workspace


def test_the_same_events_give_the_same_tables(log: Path, tables: dict[str, pa.Table]) -> None:
    assert customers.tables(log) == tables


def test_nothing_happens_to_anybody_before_they_come_or_after_the_year(tables: dict[str, pa.Table]) -> None:
    at = tables["events"]["event_at"]

    assert pc.min(at).as_py().date() >= events.FIRST_DAY
    assert (pc.max(at).as_py().date() - events.FIRST_DAY).days < events.DAYS


@pytest.mark.parametrize("question", alone.QUESTIONS, ids=lambda question: question.title)
@pytest.mark.parametrize("way", alone.WAYS)
def test_every_question_counts_somebody(workspace: uptake.Workspace, question: alone.Question, way: str) -> None:
    rows = workspace.metric(question.metric, **question.params, **alone.WAYS[way]).rows

    assert any(row["n"] for row in rows)


def test_a_question_is_a_row_with_its_clock_and_its_processor_time(workspace: uptake.Workspace) -> None:
    table = alone.numbers(workspace, alone.QUESTIONS[:1], rounds=1)

    assert [len(row) for row in table.rows] == [1 + 2 * len(alone.WAYS)]
