"""Parquet files and folders of them."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from outcome import Write, lines, read, without_line

from uptake.errors import ImportFailed


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(columns: object, name: str = "events.parquet", **options: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path, **options)
        return path

    return write_file


def test_types_are_kept(write: Write) -> None:
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    table = pa.table(
        {
            "number": pa.array([1, None], pa.int16()),
            "price": pa.array([Decimal("1.20"), None], pa.decimal128(10, 2)),
            "long": pa.array(["a", None], pa.large_string()),
            "at": pa.array([at, None], pa.timestamp("us", "Europe/Paris")),
            "day": pa.array([date(2026, 5, 1), None]),
            "flag": pa.array([True, None]),
        }
    )
    outcome = read(write(table))
    assert outcome.reading.format == "parquet"
    assert outcome.reading.rows_total == 2
    assert outcome.chunks[0].rows.schema.names == [*table.column_names, "_line"]
    assert [field.type for field in outcome.chunks[0].rows.schema][:-1] == table.schema.types
    assert outcome.rows[0]["at"] == at
    assert lines(outcome.rows) == [1, 2]


def test_dictionaries_are_unfolded(write: Write) -> None:
    outcome = read(write({"plan": pa.array(["pro", "free", None, "pro"]).dictionary_encode()}))
    assert outcome.chunks[0].rows.schema.field("plan").type == pa.string()
    assert [row["plan"] for row in outcome.rows] == ["pro", "free", None, "pro"]


def test_nested_values_become_json_text_with_sorted_keys(write: Write) -> None:
    table = {
        "struct": pa.array([{"b": 1, "a": [Decimal("1.5"), None]}, None]),
        "list": pa.array([["x", "ü"], []]),
        "map": pa.array([[("k", datetime(2026, 5, 1))], None], pa.map_(pa.string(), pa.timestamp("us"))),
        "number": pa.array([{"nan": float("nan")}, {"nan": 0.5}]),
    }
    assert without_line(read(write(table)).rows) == [
        {
            "struct": '{"a":["1.5",null],"b":1}',
            "list": '["x","ü"]',
            "map": '{"k":"2026-05-01T00:00:00"}',
            "number": '{"nan":null}',
        },
        {"struct": None, "list": "[]", "map": None, "number": '{"nan":0.5}'},
    ]


def test_columns_of_nothing_and_types_few_engines_know_become_common_ones(write: Write) -> None:
    table = pa.table(
        {
            "nothing": pa.nulls(1),
            "wide": pa.array([Decimal("1.5")], pa.decimal256(60, 1)),
            "half": pa.array([1.5], pa.float16()),
        }
    )
    schema = read(write(table)).chunks[0].rows.schema
    assert [schema.field(name).type for name in table.column_names] == [pa.string(), pa.string(), pa.float32()]


def test_hive_partitions_become_columns(write: Write, tmp_path: Path) -> None:
    write({"user_id": ["u1"]}, "data/country=NO/day=2026-05-01/a.parquet")
    write({"user_id": ["u2"]}, "data/country=a%2Fb/day=__HIVE_DEFAULT_PARTITION__/b.parquet")
    assert read(tmp_path / "data").rows == [
        {"user_id": "u1", "country": "NO", "day": "2026-05-01", "_line": 1},
        {"user_id": "u2", "country": "a/b", "day": None, "_line": 1},
    ]


def test_a_column_of_the_file_wins_over_the_folder(write: Write, tmp_path: Path) -> None:
    write({"day": ["inside"]}, "data/day=outside/a.parquet")
    assert read(tmp_path / "data").rows == [{"day": "inside", "_line": 1}]


def test_many_rows_come_in_chunks_with_progress(write: Write) -> None:
    outcome = read(write({"n": list(range(150_000))}, row_group_size=20_000), chunk_rows=40_000)
    assert [row["n"] for row in outcome.rows] == list(range(150_000))
    assert lines(outcome.rows) == list(range(1, 150_001))
    assert max(chunk.rows.num_rows for chunk in outcome.chunks) <= 40_000
    assert outcome.chunks[-1].bytes_done == outcome.reading.bytes_total


def test_a_file_without_rows_has_columns(write: Write) -> None:
    outcome = read(write({"user_id": pa.array([], pa.string())}))
    assert (outcome.rows, outcome.reading.sample.column_names) == ([], ["user_id", "_line"])


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_file_cut_in_the_middle_is_refused(write: Write, keep: float) -> None:
    path = write({"n": list(range(10_000))})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(ImportFailed, match="not a Parquet file, or is cut off or damaged"):
        read(path)


def test_damaged_pages_are_refused(write: Write) -> None:
    path = write({"n": [f"text {n}" for n in range(10_000)]})
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(content)
    with pytest.raises(ImportFailed, match="damaged"):
        read(path)


def test_text_that_is_not_utf8_is_refused(write: Write) -> None:
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    with pytest.raises(ImportFailed, match=r"damaged: .*[Uu][Tt][Ff]-?8"):
        read(write({"name": bad}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"user_id\nu1\n", "not a Parquet file"),
        (b"PAR1", "not a Parquet file"),
        (gzip.compress(b"PAR1", mtime=0), "compressed with gzip"),
    ],
)
def test_what_only_has_the_name_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ImportFailed, match=message):
        read(tmp_path / "a.parquet")


def test_repeated_names_and_too_many_columns_are_refused(write: Write) -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(ImportFailed, match="more than one column named 'a'"):
        read(write(twice))
    with pytest.raises(ImportFailed, match="2,001 columns"):
        read(write({f"c{n}": [1] for n in range(2001)}))


def test_content_decides_where_the_name_does_not(write: Write) -> None:
    assert read(write({"n": [1]}, "events.data")).reading.format == "parquet"
