"""Tables in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from outcome import drain, without_line

from uptake.errors import ImportFailed
from uptake.sources.files import open_table

ROWS = [{"event_name": "a", "n": 1}, {"event_name": "b", "n": 2}, {"event_name": None, "n": 3}]
COLUMNS = {"event_name": ["a", "b", None], "n": [1, 2, 3]}


@pytest.mark.parametrize(
    "frame",
    [
        pa.table(COLUMNS),
        pa.RecordBatch.from_pydict(COLUMNS),
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS, index=[7, 8, 9]),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).with_columns(pl.col("event_name").cast(pl.Categorical)),
    ],
)
def test_every_table_gives_the_same_rows_every_time(frame: object) -> None:
    reading = open_table(frame, "events")
    assert (reading.format, reading.files, reading.rows_total, reading.segment) == ("arrow", (), 3, False)
    for _ in range(2):
        outcome = drain(reading)
        assert without_line(outcome.rows) == ROWS
        assert [row["_line"] for row in outcome.rows] == [1, 2, 3]
        assert outcome.chunks[0].rows.schema.field("event_name").type in (pa.string(), pa.large_string())
    assert reading.sample.num_rows == 3


def test_a_named_index_is_a_column() -> None:
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["u1"], name="user_id"))
    assert without_line(drain(open_table(frame, "events")).rows) == [{"n": 1, "user_id": "u1"}]


def test_a_stream_is_read_lazily_and_once() -> None:
    taken = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(10):
            taken.append(number)
            yield pa.RecordBatch.from_pydict({"n": list(range(5000))})

    reader = pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), batches())
    reading = open_table(reader, "events", chunk_rows=6000)
    assert len(taken) == 2
    assert (reading.rows_total, reading.bytes_total, reading.sample.num_rows) == (None, 0, 10_000)
    outcome = drain(reading)
    assert [row["_line"] for row in outcome.rows] == list(range(1, 50_001))
    assert max(chunk.rows.num_rows for chunk in outcome.chunks) <= 6000
    with pytest.raises(ImportFailed, match="has been read already"):
        reading.chunks()


def test_nested_and_dictionary_columns_are_made_plain() -> None:
    nested = pl.DataFrame({"a": [{"y": 1, "x": [1]}], "c": ["p"]}).with_columns(pl.col("c").cast(pl.Categorical))
    assert without_line(drain(open_table(nested, "events")).rows) == [{"a": '{"x":[1],"y":1}', "c": "p"}]
    encoded = pa.table({"r": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3]), pa.array(["a", "b"]))})
    assert [row["r"] for row in drain(open_table(encoded, "events")).rows] == ["a", "a", "b"]


def test_nanoseconds_inside_nested_values_are_text() -> None:
    frame = pa.table({"a": pa.array([{"at": 1_777_600_000_000_000_001}], pa.struct([("at", pa.timestamp("ns"))]))})
    assert drain(open_table(frame, "events")).rows[0]["a"] == '{"at":"2026-05-01 01:46:40.000000001"}'


def test_an_empty_table_keeps_its_columns() -> None:
    outcome = drain(open_table(pa.table({"user_id": pa.array([], pa.string())}), "users"))
    assert (outcome.rows, outcome.reading.sample.column_names) == ([], ["user_id", "_line"])


@pytest.mark.parametrize("frame", [None, 5, "events.csv", [{"a": 1}], {"a": [1]}, object()])
def test_what_is_no_table_is_refused(frame: object) -> None:
    with pytest.raises(ImportFailed, match=r"is not a table. Allowed: pyarrow Table"):
        open_table(frame, "events")


def test_a_column_of_mixed_values_is_refused_and_named() -> None:
    with pytest.raises(ImportFailed, match=r"column of mixed values.*column user_id"):
        open_table(pd.DataFrame({"user_id": ["u1", 5]}), "events")


def test_repeated_and_reserved_names_are_refused() -> None:
    with pytest.raises(ImportFailed, match="more than one column named 'a'"):
        open_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), "events")
    with pytest.raises(ImportFailed, match="'_line'"):
        open_table(pa.table({"_line": [1]}), "events")
