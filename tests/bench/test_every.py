"""What a company knows of its customers beside their events is made the same each time, and every question has an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import uptake
from bench import customers, events, every, questions
from uptake.metrics.catalogue import catalogue

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


@pytest.mark.parametrize("metric", catalogue())
def test_every_metric_can_be_asked_as_it_is_timed(workspace: uptake.Workspace, metric: str) -> None:
    asked = [question for question in every.questions() if question.metric == metric]

    table = every.numbers(workspace, asked, {"by plan": every.WAYS["by plan"]}, rounds=1)

    assert {row[0] for row in table.rows} == {question.title for question in asked}


def test_what_cannot_be_asked_so_is_left_empty(workspace: uptake.Workspace) -> None:
    cohorts = every.Question("cohort_comparison", "user", {"cohort": "Pro", "against": "Free"})

    (row,) = every.numbers(workspace, [cohorts], rounds=1).rows

    assert row[:4] == ("cohort_comparison cohort=Pro against=Free", "user", "", "")
    assert row[4]
