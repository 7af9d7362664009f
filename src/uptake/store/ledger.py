"""The ledger: one SQLite file with the manifest, the imports, the quarantine and the plans that were in use.

One connection owns the file. `synchronous=FULL` and the WAL make a committed import survive a crash;
an archive file counts only when its row here is committed, so half an import never exists.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from uptake.errors import StorageDamaged, UptakeError
from uptake.store.disk import is_full
from uptake.version import __version__

SCHEMA_VERSION = 1
"""Grows with every change of the tables; the file says it as `PRAGMA user_version`."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS import (
    import_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, files TEXT NOT NULL, imported_at TEXT NOT NULL,
    rows_read INTEGER NOT NULL, rows_stored INTEGER NOT NULL, rows_known INTEGER NOT NULL, rows_rejected INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS archive_file (
    path TEXT PRIMARY KEY, import_id INTEGER NOT NULL REFERENCES import, kind TEXT NOT NULL, day TEXT,
    rows INTEGER NOT NULL, bytes INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS archive_file_by_import ON archive_file (import_id);
CREATE TABLE IF NOT EXISTS quarantine (
    quarantine_id INTEGER PRIMARY KEY AUTOINCREMENT, import_id INTEGER NOT NULL REFERENCES import, kind TEXT NOT NULL,
    file TEXT NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL, retried_by INTEGER
);
CREATE INDEX IF NOT EXISTS quarantine_open ON quarantine (kind) WHERE retried_by IS NULL;
CREATE INDEX IF NOT EXISTS quarantine_line ON quarantine (kind, line);
CREATE TABLE IF NOT EXISTS plan_text (digest TEXT PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS plan_use (
    number INTEGER PRIMARY KEY AUTOINCREMENT, version TEXT NOT NULL, taken_at TEXT NOT NULL, author TEXT NOT NULL,
    files TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Import:
    """One import that was committed.

    Args:
        import_id: Its number; later imports have higher ones.
        kind: The kind of rows.
        files: The files as they were named.
        imported_at: When, UTC.
        rows_read: Rows found in the files.
        rows_stored: Rows that are new.
        rows_known: Rows that had been stored before.
        rows_rejected: Rows in quarantine.
    """

    import_id: int
    kind: str
    files: tuple[str, ...]
    imported_at: datetime
    rows_read: int
    rows_stored: int
    rows_known: int
    rows_rejected: int


@dataclass(frozen=True)
class ArchiveFile:
    """One sealed Parquet file of the manifest; `path` is relative to the archive, `digest` of its bytes."""

    path: str
    import_id: int
    kind: str
    day: str | None
    rows: int
    bytes: int
    digest: str


@dataclass(frozen=True)
class Rejected:
    """One row in quarantine: where it stood, why it was refused, and the row itself as JSON or text."""

    file: str
    line: int
    reason: str
    raw: str
    kind: str = ""
    quarantine_id: int = 0


@dataclass(frozen=True)
class PlanUse:
    """A plan that was taken into use.

    Args:
        number: Its number; later ones have higher ones.
        version: The plan's version.
        taken_at: When, UTC.
        author: Who wrote it, as far as that is known; may be empty.
        files: Name of each of its files -> digest of its text.
    """

    number: int
    version: str
    taken_at: datetime
    author: str
    files: Mapping[str, str]


Batch = tuple[Import, Iterable[ArchiveFile], Iterable[Rejected]]
"""An import, its files in the manifest, and its rows in quarantine."""


class Ledger:
    """The ledger of one workspace.

    Args:
        path: The SQLite file; made if it is absent.

    Raises:
        StorageDamaged: The file is no ledger any more.
        UptakeError: Another release made it, in a form that this one does not know.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            _require_known(self._connection, path)
            self._connection.executescript(SCHEMA)
            with self._transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO setting VALUES ('salt', ?)", (secrets.token_hex(16),))
                connection.execute("INSERT OR IGNORE INTO setting VALUES ('release', ?)", (__version__,))
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except UptakeError:
            self._connection.close()
            raise
        except sqlite3.DatabaseError as error:
            self._connection.close()
            if is_full(error):
                raise
            raise StorageDamaged(
                f"The ledger {path} cannot be read: {error}.",
                do="It says which rows are stored: put it back from a backup of the whole folder.",
            ) from error

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    @property
    def salt(self) -> str:
        """The key under which message ids are hashed: random, one per workspace, never changed."""
        return str(self._rows("SELECT value FROM setting WHERE name = 'salt'")[0][0])

    def next_import_id(self) -> int:
        """The number the next committed import will get."""
        row = self._rows("SELECT seq FROM sqlite_sequence WHERE name = 'import'")
        return int(str(row[0][0])) + 1 if row else 1

    @property
    def last_import_id(self) -> int:
        """The number of the latest import, 0 if there was none."""
        return self.next_import_id() - 1

    def commit(self, batches: Iterable[Batch]) -> None:
        """Makes imports true: their manifest rows, their quarantine and themselves, in one transaction."""
        with self._transaction() as connection:
            for done, files, rejected in batches:
                connection.execute(
                    "INSERT INTO import VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        done.import_id,
                        done.kind,
                        json.dumps(done.files),
                        done.imported_at.isoformat(),
                        done.rows_read,
                        done.rows_stored,
                        done.rows_known,
                        done.rows_rejected,
                    ),
                )
                connection.executemany(
                    "INSERT INTO archive_file VALUES (?, ?, ?, ?, ?, ?, ?)",
                    ((f.path, f.import_id, f.kind, f.day, f.rows, f.bytes, f.digest) for f in files),
                )
                for row in rejected:
                    _quarantine(connection, done, row)

    def imports(self, after: int = 0) -> list[Import]:
        """Committed imports with a number above `after`, oldest first."""
        rows = self._rows("SELECT * FROM import WHERE import_id > ? ORDER BY import_id", (after,))
        return [
            Import(
                int(str(row[0])),
                str(row[1]),
                tuple(json.loads(str(row[2]))),
                datetime.fromisoformat(str(row[3])).astimezone(UTC),
                *(int(str(value)) for value in row[4:]),
            )
            for row in rows
        ]

    def files(self, kind: str | None = None, import_id: int | None = None) -> list[ArchiveFile]:
        """The manifest: every file that counts, oldest first."""
        rows = self._rows(
            "SELECT path, import_id, kind, day, rows, bytes, digest FROM archive_file"
            " WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR import_id = ?2) ORDER BY import_id, path",
            (kind, import_id),
        )
        return [ArchiveFile(*row) for row in rows]  # type: ignore[arg-type]  # SQLite rows are untyped

    def quarantine(self, kind: str | None = None, limit: int = -1, offset: int = 0) -> list[Rejected]:
        """Rows in quarantine that no retry has stored, oldest first."""
        rows = self._rows(
            "SELECT file, line, reason, raw, kind, quarantine_id FROM quarantine"
            " WHERE retried_by IS NULL AND (?1 IS NULL OR kind = ?1) ORDER BY quarantine_id LIMIT ?2 OFFSET ?3",
            (kind, limit, offset),
        )
        return [Rejected(*row) for row in rows]  # type: ignore[arg-type]  # SQLite rows are untyped

    def quarantine_reasons(self) -> list[tuple[str, str, int]]:
        """(kind, reason, rows) of the open quarantine, most rows first; see `summed`."""
        rows = self._rows("SELECT kind, reason, count(*) FROM quarantine WHERE retried_by IS NULL GROUP BY 1, 2")
        return summed((str(kind), str(reason), int(str(count))) for kind, reason, count in rows)

    def mark_retried(self, quarantine_ids: Iterable[int], import_id: int) -> None:
        """Closes quarantined rows that a retry took over: stored, or refused for another reason. The others stay."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE quarantine SET retried_by = ?1 WHERE quarantine_id = ?2 AND import_id < ?1",
                ((import_id, quarantine_id) for quarantine_id in quarantine_ids),
            )

    def keep_plan(self, version: str, texts: Mapping[str, str], author: str) -> None:
        """Keeps a plan that is in use from now on. A file that has not changed is kept once.

        Where the plan that was kept last is of the same version, only its files are as they are now: comments are no
        new version.

        Args:
            version: The plan's version.
            texts: Name of each of its files -> its text.
            author: Who wrote it; may be empty.
        """
        contents = {name: text.encode() for name, text in texts.items()}
        files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        last = next(iter(self.plan_uses()), None)
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO plan_text VALUES (?, ?)",
                ((digest, zlib.compress(contents[name])) for name, digest in files.items()),
            )
            if last is not None and last.version == version:
                connection.execute("UPDATE plan_use SET files = ? WHERE number = ?", (json.dumps(files), last.number))
                return
            connection.execute(
                "INSERT INTO plan_use (version, taken_at, author, files) VALUES (?, ?, ?, ?)",
                (version, datetime.now(UTC).isoformat(), author, json.dumps(files)),
            )

    def plan_uses(self) -> list[PlanUse]:
        """Every plan that was in use, the latest first."""
        rows = self._rows("SELECT number, version, taken_at, author, files FROM plan_use ORDER BY number DESC")
        return [
            PlanUse(int(str(n)), str(version), datetime.fromisoformat(str(at)), str(author), json.loads(str(files)))
            for n, version, at, author, files in rows
        ]

    def plan_texts(self, use: PlanUse) -> dict[str, str]:
        """The files of a plan that was in use, by name, as they were."""
        listed = ", ".join("?" * len(set(use.files.values())))
        rows = self._rows(
            f"SELECT digest, text FROM plan_text WHERE digest IN ({listed})", tuple(set(use.files.values()))
        )
        found = {str(digest): zlib.decompress(text).decode() for digest, text in rows}  # type: ignore[arg-type]  # SQLite rows are untyped
        return {name: found[digest] for name, digest in use.files.items()}


def _require_known(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a ledger whose tables are not those of this release, before anything is written."""
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    found = _columns(connection)
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(SCHEMA)
        expected = _columns(empty)
    is_alike = all(found.get(table, columns) == columns for table, columns in expected.items())
    if (version == SCHEMA_VERSION and is_alike) or (version == 0 and is_alike and (not found or "import" in found)):
        return
    release = "a release that does not say its name"
    if "setting" in found:
        release = f"Uptake {dict(connection.execute('SELECT * FROM setting')).get('release', '')}".strip()
    raise UptakeError(
        f"The ledger {path} was made by {release} in form {version}; Uptake {__version__} reads form {SCHEMA_VERSION}.",
        do="Use the release that made it or a later one."
        if version > SCHEMA_VERSION
        else "Use the release that made it, or import the files again into a new workspace.",
    )


def _columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of every table."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY m.name, c.cid"
    ):
        columns.setdefault(table, []).append(column)
    return columns


def _quarantine(connection: sqlite3.Connection, done: Import, row: Rejected) -> None:
    """Keeps a row, unless it is there from an import before, which it then belongs to no more. Equal rows stay several."""
    there = connection.execute(
        """UPDATE quarantine SET import_id = ?1 WHERE quarantine_id = (
            SELECT min(quarantine_id) FROM quarantine
            WHERE kind = ?2 AND line = ?3 AND reason = ?4 AND raw = ?5 AND import_id < ?1)""",
        (done.import_id, done.kind, row.line, row.reason, row.raw),
    )
    if not there.rowcount:
        connection.execute(
            "INSERT INTO quarantine (import_id, kind, file, line, reason, raw) VALUES (?, ?, ?, ?, ?, ?)",
            (done.import_id, done.kind, row.file, row.line, row.reason, row.raw),
        )


def summed(reasons: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Reasons that differ only in the value that was found, as one; most rows first.

    Args:
        reasons: (kind, reason, rows).

    >>> summed([("events", "event_at is 'x'; expected a time", 1), ("events", "event_at is 'y'; expected a time", 2)])
    [('events', "event_at is '...'; expected a time", 3)]
    """
    totals: dict[tuple[str, str], int] = {}
    for kind, reason, rows in reasons:
        label = re.sub(r" has [0-9,]+", " has ...", re.sub(r"'.*'", "'...'", reason, flags=re.DOTALL))
        totals[kind, label] = totals.get((kind, label), 0) + rows
    return sorted(((*key, rows) for key, rows in totals.items()), key=lambda row: (-row[2], row))
