"""Which column of a file is which, and how its text is read; decided on a sample, before a row is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from uptake.errors import ImportFailed
from uptake.kinds import Column, Kind
from uptake.store.sql import literal, name

TIME_FORMATS: dict[str, str] = {
    # A time without an offset is UTC; a bare date begins in the product's time zone.
    "ISO 8601": """CASE WHEN length({x}) <= 10 THEN timezone('UTC', timezone({zone}, try_cast({x} AS TIMESTAMP)))
        ELSE timezone('UTC', try_cast({x} AS TIMESTAMPTZ)) END""",
    "epoch seconds": "CASE WHEN try_cast({x} AS DOUBLE) BETWEEN 1e7 AND 1e11"
    " THEN make_timestamp((try_cast({x} AS DOUBLE) * 1e6)::BIGINT) END",
    "epoch milliseconds": "CASE WHEN try_cast({x} AS BIGINT) BETWEEN 100000000000 AND 99999999999999"
    " THEN make_timestamp(try_cast({x} AS BIGINT) * 1000) END",
    "epoch microseconds": "CASE WHEN try_cast({x} AS BIGINT) BETWEEN 100000000000000 AND 99999999999999999"
    " THEN make_timestamp(try_cast({x} AS BIGINT)) END",
    "day first": """timezone('UTC', timezone({zone}, try_strptime({x}, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y',
        '%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y %H:%M', '%d-%m-%Y'])))""",
    "month first": """timezone('UTC', timezone({zone}, try_strptime({x}, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p',
        '%m/%d/%Y %I:%M %p', '%m/%d/%Y %H:%M', '%m/%d/%Y', '%m-%d-%Y %H:%M:%S', '%m-%d-%Y'])))""",
}
"""Name of a time format -> the expression that reads text `{x}` as a UTC instant, NULL where it cannot."""

NATIVE_TIME = {"TIMESTAMP": "{x}", "TIMESTAMP WITH TIME ZONE": "timezone('UTC', {x})"}
TYPES = {"id": "VARCHAR", "text": "VARCHAR", "instant": "TIMESTAMP", "number": "DOUBLE", "integer": "BIGINT"}
TYPES |= {"boolean": "BOOLEAN", "json": "VARCHAR"}
"""Type of a kind's column -> type in the engine."""
PACKED = ("properties", "traits")
"""Columns that hold a JSON object of further properties."""


@dataclass(frozen=True)
class Reads:
    """How one column of a file is read.

    Args:
        found: The column's name in the file; empty if the value was fixed with `--set`.
        name: The canonical name, or the property's name.
        type: What it is read as: a kind's column type, or for properties number, boolean, text, json.
        format: The time format, if it is an instant.
        expression: SQL over the file's rows; NULL where the text cannot be read.
        is_property: The column is no column of the kind but a property (attribute).
    """

    found: str
    name: str
    type: str
    format: str
    expression: str
    is_property: bool


def detect(
    connection: duckdb.DuckDBPyConnection,
    sample: pa.Table,
    kind: Kind,
    *,
    renames: Mapping[str, str],
    fixed: Mapping[str, str],
    timezone: str,
    time_format: str | None = None,
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

    Raises:
        ImportFailed: A required column is missing, a renamed column is not in the file, or a column
            of times fits no format, or two.
    """
    if time_format is not None and time_format not in TIME_FORMATS:
        raise ImportFailed(f"The time format '{time_format}' is unknown.", allowed=TIME_FORMATS)
    found = [column for column in sample.column_names if not column.startswith("_")]
    for target, source in renames.items():
        if source not in found:
            raise ImportFailed(f"--map {target}={source}: the file has no column '{source}'.", allowed=found)
    assigned = _assign(found, kind, renames)
    connection.register("sample", sample)
    try:
        reads = [
            _column_reads(connection, sample, column, assigned[column.name], timezone, time_format)
            for column in kind.columns
            if column.name in assigned and column.name not in fixed
        ]
        taken = set(assigned.values())
        labels = {source: target for target, source in renames.items()}
        reads += [
            _property_reads(connection, column, labels.get(column, column), sample)
            for column in found
            if column not in taken and column not in PACKED and labels.get(column, column) not in fixed
        ]
    finally:
        connection.unregister("sample")
    for target, value in fixed.items():
        column = kind.column(target)
        type_ = TYPES[column.type] if column else "VARCHAR"
        expression = f"CAST({literal(value)} AS {type_})"
        reads.append(Reads("", target, column.type if column else "text", "fixed", expression, column is None))
    _require(kind, {read.name for read in reads}, found)
    return tuple(reads)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9$]", "", text.lower())


def _assign(found: list[str], kind: Kind, renames: Mapping[str, str]) -> dict[str, str]:
    """Canonical name -> column of the file. A name said with --map wins, then the same name, then aliases in order."""
    assigned = {column.name: renames[column.name] for column in kind.columns if column.name in renames}
    free = {_plain(column): column for column in reversed(found) if column not in renames.values()}
    for aliases in (lambda column: (column.name,), lambda column: column.aliases):
        for column in kind.columns:
            if column.name in assigned:
                continue
            for alias in aliases(column):
                if _plain(alias) in free:
                    assigned[column.name] = free.pop(_plain(alias))
                    break
    return assigned


def _column_reads(
    connection: duckdb.DuckDBPyConnection,
    sample: pa.Table,
    column: Column,
    found: str,
    zone: str,
    time_format: str | None,
) -> Reads:
    native = _native_type(connection, found)
    text = f"nullif(trim({name(found)}::VARCHAR), '')"
    match column.type:
        case "instant":
            format_, expression = _instant(connection, sample, found, native, zone, time_format)
        case "number" | "integer" | "boolean":
            format_, expression = "", f"try_cast({text} AS {TYPES[column.type]})"
        case _:
            format_, expression = "", text
    return Reads(found, column.name, column.type, format_, expression, is_property=False)


def _native_type(connection: duckdb.DuckDBPyConnection, found: str) -> str:
    row = connection.execute(f"SELECT typeof({name(found)}) FROM sample LIMIT 1").fetchone()  # noqa: S608 - quoted
    return str(row[0]) if row else "VARCHAR"


def _instant(
    connection: duckdb.DuckDBPyConnection,
    sample: pa.Table,
    found: str,
    native: str,
    zone: str,
    time_format: str | None,
) -> tuple[str, str]:
    quoted = name(found)
    if native == "DATE":
        return "date", f"timezone('UTC', timezone({literal(zone)}, {quoted}::TIMESTAMP))"
    if native.startswith("TIMESTAMP"):
        return native.lower(), NATIVE_TIME.get(native, "{x}::TIMESTAMP").format(x=quoted)
    text = f"nullif(trim({quoted}::VARCHAR), '')"
    expressions = {label: form.format(x=text, zone=literal(zone)) for label, form in TIME_FORMATS.items()}
    if time_format is not None:
        return time_format, expressions[time_format]
    counts = ", ".join(f"count({expression})" for expression in expressions.values())
    row = connection.execute(f"SELECT count({text}), {counts} FROM sample").fetchone()  # noqa: S608 - quoted
    assert row is not None  # an aggregate always returns a row
    filled, read = row[0], dict(zip(expressions, row[1:], strict=True))
    best = max(read, key=lambda label: read[label])
    if filled and not read[best]:
        example = next(str(value) for value in sample.column(found).to_pylist() if value not in (None, ""))
        raise ImportFailed(
            f"The times in column '{found}' are in no known format; the first is '{example[:80]}'.",
            allowed=TIME_FORMATS,
            do="Convert the column to ISO 8601 (2026-03-01T12:00:00Z).",
        )
    if filled and read["day first"] == read["month first"] == read[best]:
        raise ImportFailed(
            f"The dates in column '{found}' can be read with the day or the month first.",
            do="Say which: --time-format 'day first' or --time-format 'month first'.",
        )
    return best, expressions[best]


def _property_reads(connection: duckdb.DuckDBPyConnection, found: str, label: str, sample: pa.Table) -> Reads:
    native = _native_type(connection, found)
    quoted = name(found)
    if native == "VARCHAR":
        text = f"nullif(trim({quoted}), '')"
        # A code such as 00123 is text: reading it as a number would lose its zeros.
        number = f"regexp_full_match({text}, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?')"
        row = connection.execute(
            f"""SELECT count({text}), count(CASE WHEN {number} THEN 1 END),
                count(CASE WHEN lower({text}) IN ('true', 'false') THEN 1 END)
                FROM sample"""  # noqa: S608 - quoted
        ).fetchone()
        assert row is not None  # an aggregate always returns a row
        filled, numbers, booleans = row
        if filled and numbers == filled:
            json = f"CASE WHEN {number} THEN {text} ELSE to_json({text})::VARCHAR END"
            return Reads(found, label, "number", "", json, is_property=True)
        if filled and booleans == filled:
            json = f"CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text}) ELSE to_json({text})::VARCHAR END"
            return Reads(found, label, "boolean", "", json, is_property=True)
        return Reads(found, label, "text", "", f"to_json({text})::VARCHAR", is_property=True)
    if re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", native):
        return Reads(found, label, "number", "", f"{quoted}::VARCHAR", is_property=True)
    if native == "BOOLEAN":
        return Reads(found, label, "boolean", "", f"{quoted}::VARCHAR", is_property=True)
    if native in {"DOUBLE", "FLOAT"} or native.startswith("DECIMAL"):
        json = f"CASE WHEN isfinite({quoted}::DOUBLE) THEN to_json({quoted}::DOUBLE)::VARCHAR END"
        return Reads(found, label, "number", "", json, is_property=True)
    kind = "json" if native.endswith(("]", ")")) else "text"
    json = f"to_json({quoted})::VARCHAR" if kind == "json" else f"to_json({quoted}::VARCHAR)::VARCHAR"
    return Reads(found, label, kind, "", json, is_property=True)


def _require(kind: Kind, present: set[str], found: list[str]) -> None:
    for column in kind.columns:
        if column.required and column.name not in present:
            raise ImportFailed(
                f"The {kind.name} file has no column for {column.name} ({column.about.rstrip('.').lower() or 'required'})."
                f" Its columns: {', '.join(found)}.",
                do=f"Name the column: --map {column.name}=COLUMN, or give one value: --set {column.name}=VALUE.",
            )
    if kind.one_of and not present.intersection(kind.one_of):
        raise ImportFailed(
            f"The {kind.name} file has none of the columns {', '.join(kind.one_of)}. Its columns: {', '.join(found)}.",
            do=f"Name one: --map {kind.one_of[0]}=COLUMN.",
        )
