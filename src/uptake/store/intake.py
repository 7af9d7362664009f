"""Rows as a file has them become rows as a kind has them: mapped, typed, validated, told apart from known ones.

Everything happens in temporary tables of one cursor. Nothing is stored until `archive.seal` and
`Ledger.commit` have run, so an import that ends early leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from uptake.kinds import LONGEST_ID, Column, Kind
from uptake.store.detect import LINE, OBJECT, looking_at
from uptake.store.ledger import Rejected
from uptake.store.reads import TYPES, Reads, cell, text
from uptake.store.row_key import SEPARATOR, content_key, row_key
from uptake.store.sql import literal, name, no_such_day

EARLIEST = datetime(1971, 1, 1)
LATEST = datetime(2200, 1, 1)
"""Bounds of any instant. What has happened (a kind's `at` that ends in `_at`) also lies before tomorrow (`AHEAD`)."""
NO_END = "BETWEEN TIMESTAMP '9999-12-30 10:00:00' AND TIMESTAMP '10000-01-01 12:00:00'"
"""Where 31 December 9999 is, in whichever time zone: an end there is none."""
AHEAD = timedelta(days=1)
EXPECTED = {"number": "a number", "integer": "an integer", "boolean": "true or false", "json": "JSON"}
"""What a cell that cannot be read should have held, by the type of its column."""
SOURCE = "files"
"""Where a row comes from that does not say it."""
BATCH = 10_000


@dataclass(frozen=True)
class Counts:
    """How many rows an intake holds.

    Args:
        fresh: Rows that were never stored.
        known: Rows that had been stored before, or repeat a message id.
        rejected: Rows for the quarantine.
    """

    fresh: int
    known: int
    rejected: int


class Intake:
    """One import of one kind, while it is under way.

    Args:
        cursor: A cursor of the projection; holds the temporary tables.
        kind: What the rows are.
        salt: The workspace's key for hashing.
        received_at: When the import began, UTC; events later than a day after it are refused.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, kind: Kind, salt: str, received_at: datetime) -> None:
        self.kind = kind
        self.fresh = f"fresh_{kind.name}"
        self.keys = f"keys_{kind.name}"
        self._staged = f"staged_{kind.name}"
        self._refused = f"refused_{kind.name}"
        self._cursor = cursor
        self._key = content_key(kind, salt)
        self._received_at = received_at
        self._files: dict[str, int] = {}
        self._filled: set[str] = set()
        self.close()
        cursor.execute(
            f"""CREATE TEMP TABLE {self._staged} (
                _file INTEGER, _line BIGINT, properties VARCHAR, row_key UHUGEINT, is_refused BOOLEAN,
                occurrence UINTEGER DEFAULT 1
            );
            CREATE TEMP TABLE {self._refused} (file VARCHAR, line BIGINT, reason VARCHAR, raw VARCHAR)"""
        )

    def add(self, rows: pa.Table, file: str, reads: Sequence[Reads]) -> None:
        """Takes in some rows of one file; those that cannot be read are put aside with the reason."""
        number = self._files.setdefault(file, len(self._files))
        filled = self._fill(reads)
        with looking_at(self._cursor, rows, "found") as types:
            # The reason is not what rows are filtered by: the engine would then work everything out twice.
            self._cursor.execute(
                f"""INSERT INTO {self._staged} BY NAME
                SELECT {number} AS _file, _line, {filled}properties, {self._key} AS row_key, _reason IS NOT NULL AS is_refused
                FROM ({self._parsed("found", reads, types)})"""
            )
            if _count(self._cursor, f"{self._staged} WHERE is_refused"):
                self._set_aside(rows, file, reads, types)

    def _set_aside(self, rows: pa.Table, file: str, reads: Sequence[Reads], types: Mapping[str, str]) -> None:
        refused = f"(FROM found SEMI JOIN (SELECT _line FROM {self._staged} WHERE is_refused) USING (_line))"
        raw = "".join(f", {literal(c)}, {cell(c)}::VARCHAR" for c in rows.column_names if c != LINE)
        self._cursor.execute(
            f"""INSERT INTO {self._refused}
            SELECT {literal(file)}, _line, _reason, json_object('{LINE}', _line{raw})::VARCHAR
            FROM ({self._parsed(refused, reads, types)}) JOIN found USING (_line) ORDER BY _line"""
        )
        self._cursor.execute(f"DELETE FROM {self._staged} WHERE is_refused")

    def _fill(self, reads: Sequence[Reads]) -> str:
        """SQL for the columns of the kind that are read. Most files have few: a column comes with the first that has it."""
        present = {read.name for read in reads if not read.is_property}
        columns = [column for column in self.kind.columns if column.name in present]
        for column in columns:
            if column.name not in self._filled:
                self._cursor.execute(f"ALTER TABLE {self._staged} ADD COLUMN {column.name} {TYPES[column.type]}")
                self._filled.add(column.name)
        return "".join(f"{column.name}, " for column in columns)

    def _changed(self, sql: str) -> int:
        return int(self._cursor.execute(sql).fetchall()[0][0])

    def refuse(self, rejects: Iterable[Rejected]) -> None:
        """Puts aside rows that could not even be read as rows."""
        rows = [{"file": r.file, "line": r.line, "reason": r.reason, "raw": r.raw} for r in rejects]
        if rows:
            self._cursor.register("rejects", pa.Table.from_pylist(rows))
            self._cursor.execute(f"INSERT INTO {self._refused} FROM rejects")
            self._cursor.unregister("rejects")

    def rejected(self) -> Iterator[Rejected]:
        """The rows put aside, for the quarantine, in the order they were found."""
        self._cursor.execute(f"SELECT file, line, reason, raw FROM {self._refused} ORDER BY rowid")
        while batch := self._cursor.fetchmany(BATCH):
            for file, line, reason, raw in batch:
                yield Rejected(file, line, reason, raw, self.kind.name)

    def reasons(self) -> dict[str, int]:
        """Reason -> rows put aside because of it."""
        return dict(self._cursor.execute(f"SELECT reason, count(*) FROM {self._refused} GROUP BY reason").fetchall())

    def finish(self) -> Counts:
        """Leaves in the view `fresh` what was never stored, each row with its `occurrence`, `ordinal` and `day`.

        A row with a message id counts once. A row without one is told by its content, and its
        first, second ... occurrence in a file are different rows: true repeats stay, a second
        import of the same file adds nothing.
        """
        cursor, staged = self._cursor, self._staged
        staged_rows = _count(cursor, staged)
        message = "message_id" if "message_id" in self._filled else "NULL"
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE repeated AS
            WITH shared AS (
                SELECT row_key FROM {staged} GROUP BY row_key HAVING count(*) > 1
            ), counted AS (
                SELECT {staged}.rowid AS place, _file, row_key, {message} IS NOT NULL AS has_id, row_number() OVER (
                    PARTITION BY row_key, CASE WHEN {message} IS NULL THEN _file END ORDER BY _file, _line
                ) AS occurrence
                FROM {staged} SEMI JOIN shared USING (row_key)
            )
            SELECT place, occurrence,
                has_id AND occurrence > 1
                OR row_number() OVER (PARTITION BY row_key, occurrence ORDER BY _file) > 1 AS is_copy
            FROM counted"""
        )
        # Changed in place, because a second table of all rows would not fit beside the first.
        cursor.execute(
            f"""UPDATE {staged} SET occurrence = r.occurrence, row_key = {row_key("row_key", "r.occurrence")}
            FROM repeated r WHERE r.place = {staged}.rowid AND r.occurrence > 1 AND NOT r.is_copy"""
        )
        fresh = staged_rows - self._changed(
            f"DELETE FROM {staged} WHERE rowid IN (SELECT place FROM repeated WHERE is_copy)"
        )
        fresh -= self._changed(f"DELETE FROM {staged} WHERE row_key IN (SELECT row_key FROM seen)")
        cursor.execute(f"DROP TABLE repeated; CREATE TEMP VIEW {self.fresh} AS {self._fresh()}")
        return Counts(fresh, staged_rows - fresh, _count(cursor, self._refused))

    def _fresh(self) -> str:
        columns = {column.name: f"NULL::{TYPES[column.type]}" for column in self.kind.columns}
        columns |= {filled: filled for filled in self._filled}
        columns["source"] = f"coalesce({columns['source']}, {literal(SOURCE)})"
        listed = ", ".join(f"{value} AS {column}" for column, value in columns.items())
        return f"""SELECT {listed}, {literal(self._received_at)} AS received_at, properties, occurrence,
                (_file::UBIGINT << 40) | _line::UBIGINT AS ordinal, {columns[self.kind.at]}::DATE AS day, row_key
            FROM {self._staged}"""

    def release(self) -> None:
        """Leaves of the fresh rows their keys only, in the table `keys`: the archive has the rest."""
        self._cursor.execute(f"CREATE TEMP TABLE {self.keys} AS SELECT row_key FROM {self._staged}")
        self._cursor.execute(f"DROP VIEW {self.fresh}; DROP TABLE {self._staged}")

    def close(self) -> None:
        """Drops the temporary tables."""
        self._cursor.execute(f"DROP VIEW IF EXISTS temp.{self.fresh}")
        for table in (self._staged, self._refused, self.keys, "repeated"):
            self._cursor.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def _parsed(self, rows: str, reads: Sequence[Reads], types: Mapping[str, str]) -> str:
        """SQL for the rows of a file in the kind's columns, with `_reason` where something is wrong with one."""
        by_name = {read.name: read for read in reads if not read.is_property}
        columns = []
        for column in self.kind.columns:
            read = by_name.get(column.name)
            expression = read.expression if read else f"NULL::{TYPES[column.type]}"
            if column.name == "source":
                expression = f"coalesce({expression}, {literal(SOURCE)})"
            columns.append(f"{expression} AS {column.name}")
        raw = [cell(read.found) for read in reads if read.found and (read.type == OBJECT or not read.is_property)]
        packed = [f"{read.expression} AS {name('_object_' + read.name)}" for read in reads if read.type == OBJECT]
        names = ", ".join(map(_said, self.kind.columns))
        return f"""SELECT _line, {names}, {_properties(reads)} AS properties,
                {self._reason(by_name, reads, types)} AS _reason
            FROM (SELECT _line, {", ".join([*columns, f"{_loose(reads)} AS _loose", *packed, *raw])} FROM {rows})"""

    def _reason(self, by_name: Mapping[str, Reads], reads: Sequence[Reads], types: Mapping[str, str]) -> str:
        """SQL for the first thing wrong with a row, NULL for a good one."""

        def words(read: Reads) -> str:
            return text(cell(read.found), types[cell(read.found)])

        tests = []
        tomorrow = self._received_at + AHEAD
        for column in self.kind.columns:
            read = by_name.get(column.name)
            if read is not None and read.found and column.type not in {"id", "text"}:
                expected = f"a time ({read.format})" if column.type == "instant" else EXPECTED[column.type]
                is_odd_day = no_such_day(words(read)) if read.format == "ISO 8601" else ""
                tests.append(_unreadable(column.name, column.name, words(read), expected, is_odd_day))
            if column.required:
                tests.append(f"WHEN {column.name} IS NULL THEN '{column.name} is missing'")
            if column.type == "instant" and read is not None:
                has_happened = column.name == self.kind.at and column.name.endswith("_at")
                latest = tomorrow if has_happened else LATEST
                has_no_end = f" AND {column.name} NOT {NO_END}" if column.is_end else ""
                tests.append(
                    f"WHEN {column.name} < {literal(EARLIEST)} OR {column.name} >= {literal(latest)}{has_no_end}"
                    f" THEN '{column.name} is ''' || strftime({column.name}, '%Y-%m-%d %H:%M:%S') ||"
                    f" '''; allowed {EARLIEST:%Y-%m-%d} to {latest:%Y-%m-%d}'"
                )
            if column.least is not None and read is not None:
                tests.append(
                    f"WHEN {column.name} < {column.least} THEN '{column.name} is ''' || {column.name} ||"
                    f" '''; allowed {column.least} or more'"
                )
            if column.is_end and {column.name, self.kind.at} <= by_name.keys():
                tests.append(
                    f"WHEN {column.name} < {self.kind.at} THEN 'it ends before it begins: {column.name} is ''' ||"
                    f" strftime({column.name}, '%Y-%m-%d %H:%M:%S') || ''', {self.kind.at} is ''' ||"
                    f" strftime({self.kind.at}, '%Y-%m-%d %H:%M:%S') || ''''"
                )
            if column.type == "id" and read is not None:
                tests.append(
                    # counting bytes costs nothing, counting characters does
                    f"WHEN strlen({column.name}) > {LONGEST_ID} AND length({column.name}) > {LONGEST_ID}"
                    f" THEN '{column.name} has ' || length({column.name}) || ' characters; allowed {LONGEST_ID}'"
                )
                tests.append(f"WHEN contains({column.name}, chr(0)) THEN '{column.name} holds a NUL character'")
                tests.append(
                    f"WHEN contains({column.name}, {SEPARATOR}) THEN '{column.name} holds a control character'"
                )
        tests += [
            _unreadable(read.name, f"_object_{read.name}", words(read), "a JSON object")
            for read in reads
            if read.type == OBJECT
        ]
        if self.kind.one_of:
            none = " AND ".join(f"{column} IS NULL" for column in self.kind.one_of)
            tests.append(f"WHEN {none} THEN 'one of {', '.join(self.kind.one_of)} is needed'")
        return f"CASE {' '.join(tests)} END"


def _said(column: Column) -> str:
    """SQL for what a column says: an end that is none says nothing."""
    return (
        f"CASE WHEN {column.name} NOT {NO_END} THEN {column.name} END AS {column.name}"
        if column.is_end
        else column.name
    )


def _unreadable(label: str, column: str, words: str, expected: str, is_odd_day: str = "") -> str:
    said = literal(f"expected {expected}")
    if is_odd_day:
        # Inside, so that only rows that could not be read are looked at.
        said = f"CASE WHEN {is_odd_day} THEN 'there is no such day' ELSE {said} END"
    return (
        f"WHEN {column} IS NULL AND {words} IS NOT NULL THEN '{label} is ''' || left({words}, 80) || '''; ' || {said}"
    )


def _loose(reads: Sequence[Reads]) -> str:
    """SQL for the JSON object of all further columns; missing values are left out, NULL where none is left."""
    parts = [
        f"{literal(json.dumps(read.name, ensure_ascii=False) + ':')} || {read.expression}"
        for read in sorted(reads, key=lambda read: read.name)
        if read.is_property and read.type != OBJECT
    ]
    return f"nullif(concat('{{', concat_ws(',', {', '.join(parts)}), '}}'), '{{}}')" if parts else "NULL::VARCHAR"


def _properties(reads: Sequence[Reads]) -> str:
    """SQL for the whole JSON object of a row: the objects of its file, and its further columns, which win."""
    objects = [name(f"_object_{read.name}") for read in reads if read.type == OBJECT]
    if not objects:
        return "_loose"
    if len(objects) == 1 and not any(read.is_property and read.type != OBJECT for read in reads):
        return f"nullif({objects[0]}, '{{}}')"
    merged = ", ".join(f"coalesce({part}, '{{}}')" for part in [*objects, "_loose"])
    return f"nullif(json_merge_patch({merged})::VARCHAR, '{{}}')"


def _count(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None  # an aggregate always returns a row
    return int(row[0])
