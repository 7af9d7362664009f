"""Uptake and ClickHouse say the same: only then is it worth knowing how long they take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

import uptake
from bench import contest, events
from bench.questions import PLAN, QUESTIONS, SQL, Question
from uptake.workspace import Workspace

pytest.importorskip("chdb", reason="ClickHouse is installed by `make bench` only")

from bench.tables import LAYOUTS, Tables

Engines = tuple[Workspace, Tables]


@pytest.fixture(scope="module", params=[(20_000, 20), (3_000, 7)], ids=lambda param: f"{param[0]}_events")
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder, (count, seed) = tmp_path_factory.mktemp("bench"), request.param
    log = events.written(count, seed, folder)
    uptake.init(folder / "workspace", {PLAN.name: PLAN.read_text("utf-8")})
    with Workspace(folder / "workspace") as workspace, closing(Tables(folder / "clickhouse", threads=2)) as tables:
        assert workspace.import_rows(log, "events").stored == count
        for layout in LAYOUTS:
            tables.make(layout, log)
        yield workspace, tables


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_both_engines_give_the_same_answer(engines: Engines, question: Question) -> None:
    outcome = contest.compare(*engines, question)

    assert outcome.difference == ""
    assert outcome.rows > 0


def test_a_race_times_both_only_where_they_agree(engines: Engines) -> None:
    agreed = contest.race(*engines, QUESTIONS[0], rounds=1)
    other = Question("active_users_daily", "Weekly", "active_users", ("period_on", "estimate"), {"period": "week"})
    disagreed = contest.race(*engines, other, rounds=1)

    assert agreed.uptake is not None
    assert agreed.clickhouse is not None
    assert agreed.layout in LAYOUTS
    assert disagreed.difference
    assert disagreed.uptake is None


def test_every_query_belongs_to_a_question() -> None:
    assert sorted(path.stem for path in SQL.glob("*.sql")) == sorted(question.name for question in QUESTIONS)
