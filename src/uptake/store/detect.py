"""Which column of a file is which, and how it is read; decided on a sample, before a row is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from uptake.errors import ImportFailed
from uptake.kinds import Column, Kind
from uptake.store.reads import (
    TIME_FORMATS,
    Reads,
    cell,
    is_number,
    json_value,
    looks_like_number,
    native_time,
    text,
    times,
    value,
)
from uptake.store.sql import literal

LINE = "_line"
"""The column in which a source says where a row was found."""
PACKED = ("properties", "traits")
"""Columns that hold a JSON object of further properties."""
BATCH = 32_768
"""Rows the engine gives to one thread at a time."""
SAMPLED_FOR_IDS = 10_000
"""Rows that tell whether a column holds ids."""
OBJECT = "object"
"""What such a column is read as."""


def detect(
    connection: duckdb.DuckDBPyConnection,
    sample: pa.Table,
    kind: Kind,
    *,
    renames: Mapping[str, str],
    fixed: Mapping[str, str],
    timezone: str,
    time_format: str | None = None,
    file: str = "",
) -> tuple[Reads, ...]:
    """Decides how every column of a file is read.

    Args:
        connection: A cursor on any engine; nothing is stored.
        sample: The first rows of the file.
        kind: What the rows are.
        renames: Canonical name -> column of the file (`--map`).
        fixed: Canonical name -> value (`--set`).
        timezone: Where a bare date begins.
        time_format: One of `TIME_FORMATS`, instead of looking.
        file: The file, for the errors; empty if the rows are in none.

    Raises:
        ImportFailed: A required column is missing, a renamed column is not in the file, a fixed value
            cannot be read, or a column of times fits no format, or two.
    """
    if time_format is not None and time_format not in TIME_FORMATS:
        raise ImportFailed(f"The time format '{time_format}' is unknown.", allowed=TIME_FORMATS)
    file = file or "The table"
    found = [column for column in sample.column_names if column != LINE]
    for target, source in renames.items():
        if source not in found:
            raise ImportFailed(f"--map {target}={source}: {file} has no column '{source}'.", allowed=found)
    no_ids = {
        column for column in found if column not in renames.values() and _is_no_id(connection, sample, kind, column)
    }
    assigned = _assign([column for column in found if column not in no_ids], kind, renames)
    labels = {source: target for target, source in renames.items()}
    with looking_at(connection, sample) as types:
        sampled = _Sample(connection, types, timezone, time_format, file)
        taken = {assigned[column.name] for column in kind.columns if column.name in assigned}
        reads = [
            sampled.column(column, assigned[column.name])
            for column in kind.columns
            if column.name in assigned and column.name not in fixed
        ]
        loose = [c for c in found if c not in taken and labels.get(c, c) not in fixed]
        reads += [sampled.packed(c) or sampled.property(c, labels.get(c, c)) for c in loose]
        reads += [sampled.fixed(kind.column(target), target, given) for target, given in fixed.items()]
    _require(kind, reads, found, file)
    return tuple(reads)


def named(rows: pa.Table) -> pa.Table:
    """The rows with their columns under the names that expressions use, see `cell`."""
    renamed = rows.rename_columns([column if column == LINE else cell(column) for column in rows.column_names])
    return pa.Table.from_batches(renamed.to_batches(BATCH), renamed.schema)


@contextmanager
def looking_at(
    connection: duckdb.DuckDBPyConnection, rows: pa.Table, table: str = "sample"
) -> Iterator[dict[str, str]]:
    """Shows rows to the engine as a table; yields its columns (see `cell`) with their types."""
    connection.register(table, named(rows))
    try:
        described = connection.execute(f"DESCRIBE {table}").fetchall()
        yield {str(row[0]): str(row[1]) for row in described}
    finally:
        connection.unregister(table)


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9$]", "", words.lower())


def _assign(found: Sequence[str], kind: Kind, renames: Mapping[str, str]) -> dict[str, str]:
    """Canonical name -> column of the file. A name said with --map wins, then the same name, then aliases in order."""
    assigned = {column.name: renames[column.name] for column in kind.columns if column.name in renames}
    free = {_plain(column): column for column in reversed(found) if column not in renames.values()}
    for is_alias in (False, True):
        for column in kind.columns:
            if column.name in assigned:
                continue
            for word in column.aliases if is_alias else (column.name,):
                if _plain(word) in free:
                    assigned[column.name] = free.pop(_plain(word))
                    break
    return assigned


def _is_no_id(connection: duckdb.DuckDBPyConnection, sample: pa.Table, kind: Kind, found: str) -> bool:
    """Whether a column is called like the id of a message, and holds the types of events, say, or the devices.

    What was sent twice repeats its id, and may differ where it was corrected. Where rows that differ are more
    than twice as many as ids, taking them for ids would lose rows: that has to be said with --map.
    """
    message = kind.column("message_id")
    if message is None or _plain(found) == _plain(message.name) or _plain(found) not in map(_plain, message.aliases):
        return False
    with looking_at(connection, sample.slice(0, SAMPLED_FOR_IDS)) as types:
        words = text(cell(found), types[cell(found)])
        row = f"row({', '.join(column for column in types if column != LINE)})"
        ids, rows = connection.execute(
            f"SELECT count(DISTINCT {words}), count(DISTINCT {row}) FROM sample WHERE {words} IS NOT NULL"
        ).fetchall()[0]
    return bool(rows > 2 * ids)


class _Sample:
    """The first rows of a file, as the table `sample`, and how to look at a column of it."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        types: Mapping[str, str],
        timezone: str,
        time_format: str | None,
        file: str,
    ) -> None:
        self._connection = connection
        self._types = types
        self._timezone = timezone
        self._time_format = time_format
        self._file = file

    def _look(self, expressions: str) -> tuple[Any, ...]:
        row = self._connection.execute(f"SELECT {expressions} FROM sample").fetchone()
        assert row is not None  # an aggregate always returns a row
        return row

    def column(self, column: Column, found: str) -> Reads:
        """How a column of the kind is read."""
        native = self._types[cell(found)]
        words = text(cell(found), native)
        if column.type == "instant":
            expression, label = native_time(cell(found), native, self._timezone), native.lower()
            if expression is None:
                label = self._time_format or self._format_of(found, words)
                expression = times(words, self._timezone)[label]
            return Reads(found, column.name, column.type, label, expression, is_property=False)
        return Reads(found, column.name, column.type, "", value(column.type, words), is_property=False)

    def _format_of(self, found: str, words: str) -> str:
        expressions = times(words, self._timezone)
        filled, *counts = self._look(f"count({words}), " + ", ".join(f"count({e})" for e in expressions.values()))
        read = dict(zip(expressions, counts, strict=True))
        best = max(read, key=lambda label: read[label])
        if filled and not read[best]:
            example = self._look(f"any_value({words})")[0]
            raise ImportFailed(
                f"{self._file}: the times in column '{found}' are in no known format; one is '{str(example)[:80]}'.",
                allowed=TIME_FORMATS,
                do="Convert the column to ISO 8601 (2026-03-01T12:00:00Z).",
            )
        if filled and best in ("day first", "month first") and read["day first"] == read["month first"]:
            raise ImportFailed(
                f"{self._file}: the dates in column '{found}' can be read with the day or the month first.",
                do="Say which: --time-format 'day first' or --time-format 'month first'.",
            )
        return best

    def packed(self, found: str) -> Reads | None:
        """How a column of JSON objects is read, None if it is another column by that name."""
        if found not in PACKED or self._types[cell(found)] != "VARCHAR":
            return None
        words = text(cell(found), "VARCHAR")
        filled, objects = self._look(f"count({words}), count({_object(words)})")
        # a few that are broken go to quarantine
        is_packed = objects > 0 or not filled
        return Reads(found, found, OBJECT, "", _object(words), is_property=True) if is_packed else None

    def property(self, found: str, label: str) -> Reads:
        """How any other column is read."""
        native = self._types[cell(found)]
        expression = json_value(cell(found), native)
        if native != "VARCHAR":
            is_nested = native.endswith(("]", ")")) and not is_number(native)
            type_ = (
                "number" if is_number(native) else "boolean" if native == "BOOLEAN" else "json" if is_nested else "text"
            )
            return Reads(found, label, type_, "", expression, is_property=True)
        words = text(cell(found), native)
        filled, numbers, booleans = self._look(
            f"count({words}), count(*) FILTER ({looks_like_number(words)}),"
            f" count(*) FILTER (lower({words}) IN ('true', 'false'))"
        )
        type_ = "text" if not filled else "number" if numbers == filled else "boolean" if booleans == filled else "text"
        return Reads(found, label, type_, "", expression, is_property=True)

    def fixed(self, column: Column | None, target: str, given: str) -> Reads:
        """How a value given with `--set` is read."""
        words = text(literal(given), "VARCHAR")
        if column is None:
            return Reads("", target, "text", "fixed", json_value(literal(given), "VARCHAR"), is_property=True)
        forms = [value(column.type, words)] if column.type != "instant" else list(times(words, self._timezone).values())
        if column.type == "instant" and self._time_format is not None:
            forms = [times(words, self._timezone)[self._time_format]]
        for form in forms:
            if self._connection.execute(f"SELECT {form}::VARCHAR").fetchall()[0][0] is not None:
                return Reads("", target, column.type, "fixed", form, is_property=False)
        expected = (
            "a time, such as 2026-03-01T12:00:00Z" if column.type == "instant" else f"a value of type {column.type}"
        )
        raise ImportFailed(f"--set {target}={given}: the value cannot be read.", allowed=[expected])


def _object(words: str) -> str:
    """SQL for a text that is a JSON object, without blanks between its parts; NULL if it is none."""
    return (
        f"CASE WHEN json_valid({words}) THEN CASE json_type({words}) WHEN 'OBJECT' THEN json({words})::VARCHAR END END"
    )


def _require(kind: Kind, reads: Sequence[Reads], found: Sequence[str], file: str) -> None:
    names = [read.name for read in reads if read.is_property and read.type != OBJECT]
    for repeated in sorted({label for label in names if names.count(label) > 1}):
        sources = ", ".join(f"'{read.found}'" for read in reads if read.name == repeated)
        raise ImportFailed(f"{file}: the columns {sources} would both be '{repeated}'.", do="Leave out one of them.")
    present = {read.name for read in reads if not read.is_property}
    listed = f"Its columns: {', '.join(found)}."
    for column in kind.columns:
        if column.required and column.name not in present:
            about = column.about.rstrip(".").lower() or "required"
            raise ImportFailed(
                f"{file} has no column for {column.name} ({about}). {listed}",
                do=f"Name the column: --map {column.name}=COLUMN, or give one value: --set {column.name}=VALUE.",
            )
    if kind.one_of and not present.intersection(kind.one_of):
        raise ImportFailed(
            f"{file} has none of the columns {', '.join(kind.one_of)}. {listed}",
            do=f"Name one: --map {kind.one_of[0]}=COLUMN.",
        )
