"""Rows as a file has them become rows as a kind has them: mapped, typed, validated, told apart from known ones.

Everything happens in temporary tables of one cursor. Nothing is stored until `archive.seal` and
`Ledger.commit` have run, so an import that ends early leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from uptake.kinds import Kind
from uptake.store.detect import PACKED, TYPES, Reads
from uptake.store.ledger import Rejected
from uptake.store.sql import literal, name

EARLIEST = datetime(1971, 1, 1)
LATEST = datetime(2200, 1, 1)
"""Bounds of any instant. What has happened must also lie before tomorrow (`AHEAD`)."""
AHEAD = timedelta(days=1)
LONGEST_ID = 1000
LONGEST_RAW = 2000


@dataclass(frozen=True)
class Counts:
    """How many rows an intake holds.

    Args:
        fresh: Rows that were never stored.
        known: Rows that had been stored before, or repeat a message id.
    """

    fresh: int
    known: int


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
        self.rejected: list[Rejected] = []
        self._cursor = cursor
        self._salt = salt
        self._received_at = received_at
        self._files: dict[str, int] = {}
        columns = ", ".join(f"{column.name} {TYPES[column.type]}" for column in kind.columns)
        self.staged = f"staged_{kind.name}"
        self.fresh = f"fresh_{kind.name}"
        self._drop()
        cursor.execute(
            f"CREATE TEMP TABLE {self.staged} (_file INTEGER, _line BIGINT, {columns}, properties VARCHAR,"
            " content_key UHUGEINT)"
        )

    def add(self, rows: pa.Table, file: str, reads: Sequence[Reads]) -> None:
        """Takes in some rows of one file; those that cannot be read are set aside in `rejected`."""
        number = self._files.setdefault(file, len(self._files))
        self._cursor.register("found_rows", rows)
        try:
            self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE parsed AS {self._parse(rows, number, reads)}")
            names = ", ".join(column.name for column in self.kind.columns)
            self._cursor.execute(
                f"INSERT INTO {self.staged} SELECT _file, _line, {names}, properties, {self._content_key()}"  # noqa: S608
                " FROM parsed WHERE _reason IS NULL"
            )
            self._set_aside(file)
        finally:
            self._cursor.unregister("found_rows")

    def finish(self) -> Counts:
        """Leaves in the table `fresh` what was never stored, each row with its `occurrence` and `ordinal`.

        A row with a message id counts once. A row without one is told by its content, and its
        first, second ... occurrence in a file are different rows: true repeats stay, a second
        import of the same file adds nothing.
        """
        cursor, staged = self._cursor, self.staged
        staged_rows = _count(cursor, staged)
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE repeated AS
            WITH shared AS (
                SELECT content_key FROM {staged} GROUP BY content_key HAVING count(*) > 1
            ), counted AS (
                SELECT _file, _line, content_key, row_number() OVER (
                    PARTITION BY content_key, CASE WHEN message_id IS NULL THEN _file END ORDER BY _file, _line
                ) AS occurrence, message_id IS NOT NULL AS has_id
                FROM {staged} SEMI JOIN shared USING (content_key)
            )
            SELECT _file, _line, occurrence,
                has_id AND occurrence > 1
                OR row_number() OVER (PARTITION BY content_key, occurrence ORDER BY _file) > 1 AS is_copy
            FROM counted"""  # noqa: S608 - names of our own
        )
        names = ", ".join(f"s.{column.name}" for column in self.kind.columns)
        at = f"s.{self.kind.at}"
        order = f"day, s.event_name, s.user_id, {at}, s._file, s._line" if self.kind.name == "events" else "s._file, s._line"
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE {self.fresh} AS
            SELECT {names}, {literal(self._received_at)} AS received_at, s.properties, coalesce(r.occurrence, 1)::UINTEGER AS occurrence,
                ((s._file::UBIGINT << 40) | s._line::UBIGINT) AS ordinal, {at}::DATE AS day,
                xor(s.content_key, (coalesce(r.occurrence, 1) - 1)::UHUGEINT) AS row_key
            FROM {staged} s LEFT JOIN repeated r USING (_file, _line)
            WHERE r.is_copy IS DISTINCT FROM true
              AND xor(s.content_key, (coalesce(r.occurrence, 1) - 1)::UHUGEINT) NOT IN (SELECT row_key FROM seen)
            ORDER BY {order}"""  # noqa: S608 - names of our own
        )
        fresh = _count(cursor, self.fresh)
        cursor.execute(f"DROP TABLE {staged}")
        return Counts(fresh, staged_rows - fresh)

    def close(self) -> None:
        """Drops the temporary tables."""
        self._drop()

    def _drop(self) -> None:
        for table in (self.staged, self.fresh, "parsed", "repeated"):
            self._cursor.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def _parse(self, rows: pa.Table, file: int, reads: Sequence[Reads]) -> str:
        by_name = {read.name: read for read in reads if not read.is_property}
        columns = []
        for column in self.kind.columns:
            read = by_name.get(column.name)
            columns.append(f"{read.expression if read else f'NULL::{TYPES[column.type]}'} AS {column.name}")
        texts = [
            f"{name(read.found)}::VARCHAR AS {name('_text_' + read.name)}"
            for read in by_name.values()
            if read.found and read.type not in {"id", "text"}
        ]
        source = "coalesce(source, 'files') AS source"
        return (
            f"SELECT * REPLACE ({source}), {self._reason(by_name)} AS _reason FROM (SELECT {file} AS _file, _line, "  # noqa: S608
            + ", ".join([*columns, f"{_packed(rows, reads)} AS properties", *texts])
            + " FROM found_rows)"
        )

    def _reason(self, by_name: dict[str, Reads]) -> str:
        """SQL for the first thing wrong with a row, NULL for a good one."""
        tests = []
        latest_at = self._received_at + AHEAD
        for column in self.kind.columns:
            text = name(f"_text_{column.name}")
            has_text = column.name in by_name and by_name[column.name].found and column.type not in {"id", "text"}
            if has_text:
                shown = f"left({text}, 80)"
                expected = f"a time ({by_name[column.name].format})" if column.type == "instant" else f"a {column.type}"
                tests.append(
                    f"WHEN {column.name} IS NULL AND nullif(trim({text}), '') IS NOT NULL"
                    f" THEN '{column.name} is ''' || {shown} || '''; expected {expected}'"
                )
            if column.required:
                tests.append(f"WHEN {column.name} IS NULL THEN '{column.name} is missing'")
            if column.type == "instant" and column.name in by_name:
                latest = latest_at if column.name == self.kind.at and self.kind.at != "valid_from" else LATEST
                tests.append(
                    f"WHEN {column.name} < {literal(EARLIEST)} OR {column.name} >= {literal(latest)}"
                    f" THEN '{column.name} is ''' || strftime({column.name}, '%Y-%m-%d %H:%M:%S') ||"
                    f" '''; allowed {EARLIEST:%Y-%m-%d} to {latest:%Y-%m-%d}'"
                )
            if column.type == "id" and column.name in by_name:
                tests.append(
                    f"WHEN length({column.name}) > {LONGEST_ID}"
                    f" THEN '{column.name} has ' || length({column.name}) || ' characters; allowed {LONGEST_ID}'"
                )
                tests.append(f"WHEN contains({column.name}, chr(0)) THEN '{column.name} holds a NUL character'")
        if self.kind.one_of:
            none = " AND ".join(f"{column} IS NULL" for column in self.kind.one_of)
            tests.append(f"WHEN {none} THEN 'one of {', '.join(self.kind.one_of)} is needed'")
        return f"CASE {' '.join(tests)} END"

    def _content_key(self) -> str:
        return content_key(self.kind, self._salt)

    def _set_aside(self, file: str) -> None:
        bad = self._cursor.execute(
            f"""SELECT p._line, p._reason, left(to_json(f)::VARCHAR, {LONGEST_RAW})
            FROM (SELECT _line, _reason FROM parsed WHERE _reason IS NOT NULL) p JOIN found_rows f USING (_line)
            ORDER BY p._line"""  # noqa: S608 - a number of our own
        ).fetchall()
        self.rejected += [Rejected(file, line, reason, raw, self.kind.name) for line, reason, raw in bad]


def content_key(kind: Kind, salt: str) -> str:
    """SQL for the 128-bit key that tells a row from all others of its kind.

    Over `source` and `message_id` where there is one, else over everything the row says. Missing
    values are written as a character no text holds, so that `a, missing` and `missing, a` differ.
    """
    content = ", ".join(
        f"coalesce({f'epoch_us({column.name})' if column.type == 'instant' else column.name}::VARCHAR, chr(1))"
        for column in kind.columns
        if column.name not in {"message_id", "source"}
    )
    front = f"{literal(salt + kind.name)}, source"
    return (
        f"md5_number(CASE WHEN message_id IS NOT NULL THEN concat_ws(chr(31), {front}, 'm', message_id)"
        f" ELSE concat_ws(chr(31), {front}, 'c', {content}, coalesce(properties, '')) END)"
    )


def _packed(rows: pa.Table, reads: Sequence[Reads]) -> str:
    """SQL for the JSON object of all further columns; missing values are left out, NULL where none is left."""
    properties = sorted((read for read in reads if read.is_property), key=lambda read: read.name)
    parts = [
        "coalesce(',' || "
        + literal(json.dumps(read.name, ensure_ascii=False) + ":")
        + f" || {read.expression}, '')"
        for read in properties
    ]
    loose = f"nullif('{{' || substr({' || '.join(parts)}, 2) || '}}', '{{}}')" if parts else "NULL::VARCHAR"
    nested = [column for column in PACKED if column in rows.column_names]
    if not nested:
        return loose
    objects = [f"CASE WHEN json_valid({name(c)}) AND json_type({name(c)}) = 'OBJECT' THEN {name(c)}::VARCHAR END" for c in nested]
    if not parts and len(objects) == 1:
        return f"nullif({objects[0]}, '{{}}')"
    merged = ", ".join(f"coalesce({part}, '{{}}')" for part in [*objects, loose])
    return f"nullif(json_merge_patch({merged})::VARCHAR, '{{}}')"


def _count(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of our own
    assert row is not None  # an aggregate always returns a row
    return int(row[0])
