"""Answers of very many rows stay columns until somebody looks at a row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

import uptake
from uptake.metrics.core.columnar import ROWS, Columnar, RowsOf, columnar
from uptake.metrics.core.result import Result
from uptake.web.messages import decode, encode

COLUMNS = Columnar(
    {
        "period_on": np.array(["2026-03-01", "2026-04-01"], "M8[D]"),
        "point": np.array(["k1", "k2"], object),
        "n": np.array([3, 0]),
        "estimate": np.array([0.5, np.nan]),
    }
)
ROWS_OF_THEM = [
    {"period_on": date(2026, 3, 1), "point": "k1", "n": 3, "estimate": 0.5},
    {"period_on": date(2026, 4, 1), "point": "k2", "n": 0, "estimate": None},
]


@dataclass(frozen=True)
class Answer:
    name: str
    rows: RowsOf = ROWS


def test_rows_are_made_of_columns_with_none_for_what_is_missing() -> None:
    assert COLUMNS.rows == ROWS_OF_THEM
    assert [type(cell) for cell in COLUMNS.rows[0].values()] == [date, str, int, float]
    assert (len(COLUMNS), len(Columnar({}))) == (2, 0)


def test_an_arrow_table_is_made_without_rows() -> None:
    held = replace(COLUMNS)
    schema = pa.schema([("point", pa.string()), ("estimate", pa.float64())])
    assert held.table(schema).to_pylist() == [
        {"point": "k1", "estimate": 0.5},
        {"point": "k2", "estimate": None},
    ]
    assert "rows" not in held.__dict__


def test_an_answer_has_rows_whether_it_holds_rows_or_columns() -> None:
    held = Answer("map", COLUMNS)
    assert columnar(held) is COLUMNS
    assert held.rows is held.rows == ROWS_OF_THEM
    plain = replace(held, rows=held.rows[:1])
    assert (columnar(plain), plain.rows) == (None, ROWS_OF_THEM[:1])


def test_one_column_can_be_told_anew() -> None:
    changed = COLUMNS.with_column("point", np.array(["a", "b"], object))
    assert [row["point"] for row in changed.rows] == ["a", "b"]
    assert [row["point"] for row in COLUMNS.rows] == ["k1", "k2"]


def test_an_answer_of_columns_comes_through_a_server_as_its_rows() -> None:
    """What the command line is told by a running server is what it reads without one, of a map by month too."""
    events = [
        {
            "user_id": f"u{day % 3}",
            "account_id": f"a{day % 2}",
            "event": "task",
            "time": f"2026-0{1 + day % 2}-{day:02d}",
        }
        for day in range(1, 28)
    ]
    with uptake.from_events(events) as ws:
        of_columns, of_rows = ws.metric("adoption_map", period="month"), ws.metric("active_users", period="month")
    assert (columnar(of_columns) is None, columnar(of_rows) is None) == (False, True)
    for answer in (of_columns, of_rows):
        told = decode(encode(answer), Result)
        assert told.rows == answer.rows != []
        assert told == answer
