"""One question, both engines: first whether they say the same, then how long each takes, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import isclose
from statistics import median
from typing import Any

from bench.events import FIRST_DAY
from bench.questions import Question
from bench.tables import LAYOUTS, Tables
from uptake.workspace import Workspace

ROUNDS = 5
PRECISION = 1e-9
FOLLOWED = ("passes", "paths followed")
"""What of an answer is kept for other questions: each time it is worked out again here."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Took:
    """Medians over the rounds.

    Args:
        wall_ms: Milliseconds on the clock.
        cpu_ms: Milliseconds of processor time, all threads together; other people's work does not count.
    """

    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Outcome:
    """What came of a question.

    Args:
        question: The question.
        rows: Rows compared.
        difference: The first thing the engines disagree on; empty where they say the same.
        layout: The table on which ClickHouse was quickest.
        uptake: Times of Uptake; None where the answers differ.
        clickhouse: Times of ClickHouse.
    """

    question: Question
    rows: int
    difference: str
    layout: str = ""
    uptake: Took | None = None
    clickhouse: Took | None = None


def compare(workspace: Workspace, tables: Tables, question: Question) -> Outcome:
    """Asks both and holds the answers against each other; ClickHouse in every layout."""
    answer = workspace.metric(question.metric, **question.params)
    asked_for = [row for row in answer.rows if row["n"] and question.only.items() <= row.items()]
    ours = in_order(question, asked_for)
    for layout in LAYOUTS:
        theirs = in_order(question, tables.ask(question.sql, table=layout, **moments(answer.as_of)))
        difference = first_difference(question.columns, ours, theirs)
        if difference:
            return Outcome(question, len(ours), f"{layout}: {difference}")
    return Outcome(question, len(ours), "")


def race(workspace: Workspace, tables: Tables, question: Question, rounds: int = ROUNDS) -> Outcome:
    """Compares, then times both in turns; ClickHouse on the table on which it was quickest in a warm-up."""
    compared = compare(workspace, tables, question)
    if compared.difference:
        return compared
    sql, values = question.sql, moments(workspace.metric(question.metric, **question.params).as_of)

    def uptake() -> Took:
        workspace.kept.forget(*FOLLOWED)
        return timed(partial(workspace.metric, question.metric, **question.params))

    def clickhouse(layout: str) -> None:
        tables.ask(sql, table=layout, **values)

    warm = {layout: min(timed(partial(clickhouse, layout)).wall_ms for _ in range(2)) for layout in LAYOUTS}
    layout = min(warm, key=lambda name: warm[name])
    times = [(uptake(), timed(partial(clickhouse, layout))) for _ in range(rounds)]
    ours, theirs = ([pair[side] for pair in times] for side in (0, 1))
    return Outcome(question, compared.rows, "", layout, median_of(ours), median_of(theirs))


def moments(as_of: datetime) -> dict[str, str]:
    """What raw events do not say: the day they may begin on, the last day that is over, the instant after it."""
    return {
        "first_day": FIRST_DAY.isoformat(),
        "last_day": (as_of - timedelta(days=1)).date().isoformat(),
        "as_of": as_of.isoformat(" ", "milliseconds"),
    }


def in_order(question: Question, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The columns compared, in an order that both engines' rows get."""
    return sorted((tuple(row[name] for name in question.columns) for row in rows), key=str)


def first_difference(columns: Sequence[str], ours: Sequence[Row], theirs: Sequence[Row]) -> str:
    """The first thing two answers differ in, in words; empty if they are equal to `PRECISION`."""
    for our, their in zip(ours, theirs, strict=False):
        for column, one, other in zip(columns, our, their, strict=True):
            if not _is_same(one, other):
                return f"{column} is {one} in Uptake and {other} in ClickHouse, in the row {our}"
    return "" if len(ours) == len(theirs) else f"{len(ours)} rows in Uptake and {len(theirs)} in ClickHouse"


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - cells are of any type
    if None not in (one, other) and (isinstance(one, float) or isinstance(other, float)):
        return isclose(one, other, rel_tol=PRECISION, abs_tol=PRECISION)
    return bool(one == other)


def timed(ask: Callable[[], object]) -> Took:
    """How long one asking takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask()
    return Took((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


def median_of(times: Sequence[Took]) -> Took:
    """The middle of several, clock and processor each for itself."""
    return Took(median(took.wall_ms for took in times), median(took.cpu_ms for took in times))
