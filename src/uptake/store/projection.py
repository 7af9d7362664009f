"""The projection: a DuckDB file that is made from the archive and answers questions.

One process owns the file. Writes happen in one thread, one transaction an import; questions run on
cursors of their own and see the last committed state. A file that cannot be opened or read is set
aside, one that another version of Uptake made is dropped, and both are made again from the archive.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from uptake.errors import WorkspaceBusy
from uptake.settings import Settings
from uptake.store.disk import is_full

Cursor = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
"""Whatever the engine raises."""
NoMemory = duckdb.OutOfMemoryException
"""What it raises where it may not use as much memory as it needs."""
DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What the engine raises when it opens a file that is not what it wrote."""


class Projection:
    """The DuckDB file of one workspace.

    Args:
        path: The file.
        tables: DDL of everything in it; a file made from another DDL is made again.
        settings: Memory and threads.
        spill: Where the engine puts what does not fit into memory.

    Raises:
        WorkspaceBusy: Another program has the file open.
    """

    def __init__(self, path: Path, tables: str, settings: Settings, spill: Path) -> None:
        self.memory_limit = settings.memory_limit
        """What the engine may use, as it was said."""
        self._path = path
        self._tables = tables
        self._stamp = hashlib.sha256(tables.encode()).hexdigest()[:16]
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": settings.memory_limit,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": "false",
            "python_enable_replacements": "false",  # a query must not read our variables as tables
            "allocator_background_threads": "true",  # what a query no longer needs goes back to the system soon after it
            # what the engine takes for a few rows may be all events, and each would be held against each
            "asof_loop_join_threshold": 0,
        }
        if settings.threads:
            self._config["threads"] = settings.threads
        self._write = threading.RLock()
        self._idle = threading.Condition()
        self._readers = 0
        self.has_stopped = False
        """Whether the engine refuses to go on, for want of room, say; the next cursor starts it anew."""
        self.was_set_aside = False
        """Whether a file that could not be read was found."""
        self.generation = 0
        """Grows when such a file is replaced."""
        self._connection = self._open()

    def _open(self) -> Cursor:
        if not self._path.exists():
            return self._create()
        try:
            connection = self._connect()
            if meta(connection, "stamp") == self._stamp:
                return connection
            connection.close()
            self._remove()
        except duckdb.CatalogException:
            # a file without our tables: the process ended while it was made
            connection.close()
            self._remove()
        except DAMAGE as error:
            if is_full(error):
                raise
            if "Could not set lock" in str(error):
                raise WorkspaceBusy(
                    f"Another program has {self._path} open.", do="Close it; the file is Uptake's alone."
                ) from error
            self._set_aside()
        return self._create()

    def _connect(self) -> Cursor:
        connection = duckdb.connect(str(self._path), config=self._config)
        connection.execute(
            "SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        return connection

    def _create(self) -> Cursor:
        connection = self._connect()
        with transaction(connection):
            create(connection, self._tables, self._stamp)
        connection.execute("CHECKPOINT")
        return connection

    def _files(self) -> list[Path]:
        return [path for path in (self._path, Path(f"{self._path}.wal")) if path.exists()]

    def _remove(self) -> None:
        for path in self._files():
            path.unlink()

    def _set_aside(self) -> None:
        """Keeps a file that cannot be read, and its write-ahead log, for a look."""
        self.was_set_aside = True
        for path in self._files():
            path.replace(f"{path}.unreadable")

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def cursor(self) -> Cursor:
        """A cursor for one thread; the caller closes it. `reading` is safer where a block will do."""
        with self._idle:
            if self.has_stopped:
                self._restart(set_aside=False)
            try:
                cursor = self._connection.cursor()
                cursor.execute("SET TimeZone = 'UTC'")
            except duckdb.FatalException:
                self.has_stopped = True
                raise
        return cursor

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor while the block lasts; the file is not replaced under it."""
        with self._idle:
            cursor = self.cursor()
            self._readers += 1
        try:
            yield cursor
        except duckdb.FatalException:
            self.has_stopped = True
            raise
        finally:
            cursor.close()
            with self._idle:
                self._readers -= 1
                self._idle.notify_all()

    @contextmanager
    def exclusively(self) -> Iterator[Cursor]:
        """Holds the right to write, one holder at a time, and gives a cursor for it; see `transaction`."""
        with self._write, self.reading() as cursor:
            yield cursor

    def empty(self, cursor: Cursor) -> None:
        """Empties everything, so that the archive can be applied again; part of the transaction that does.

        Questions see the state before until that transaction is committed.
        """
        for kind, view in (("VIEW", "duckdb_views()"), ("TABLE", "duckdb_tables()")):
            named = cursor.execute(
                f"SELECT schema_name, {kind}_name FROM {view}"
                " WHERE NOT internal AND NOT temporary AND database_name = current_database()"
            ).fetchall()
            for schema, name in named:
                cursor.execute(f'DROP {kind} "{schema}"."{name}"')
        create(cursor, self._tables, self._stamp)

    def is_damage(self, error: BaseException) -> bool:
        """Whether an error means that the file turned out to be unreadable while it was in use."""
        is_about_file = "Corrupt" in str(error) or str(self._path) in str(error)
        return isinstance(error, duckdb.IOException) and is_about_file and not is_full(error)

    def renew(self, generation: int) -> None:
        """Sets a file aside that turned out to be unreadable and makes an empty one, once no question runs.

        Args:
            generation: The `generation` in which it was unreadable; nothing is done if that one is gone.
        """
        with self._write:
            if self.generation == generation:
                self._restart(set_aside=True)
                self.generation += 1

    def _restart(self, *, set_aside: bool) -> None:
        with self._idle:
            self._idle.wait_for(lambda: self._readers == 0)
            if set_aside or self.has_stopped:
                self._connection.close()
                if set_aside:
                    self._set_aside()
                self._connection = self._open()
                self.has_stopped = False

    def checkpoint(self) -> None:
        """Moves the write-ahead log into the file, if no question is running and the disk has room."""
        with self._write:
            try:
                self._connection.execute("CHECKPOINT")
            except duckdb.TransactionException:
                pass  # a question holds an older state: the log is moved at the next import
            except duckdb.FatalException:
                # Nothing committed is lost, but the engine refuses to go on.
                self.has_stopped = True


def create(cursor: Cursor, tables: str, stamp: str) -> None:
    """Makes all tables in an empty database."""
    cursor.execute(tables)
    set_meta(cursor, "stamp", stamp)


@contextmanager
def transaction(cursor: Cursor) -> Iterator[None]:
    """All or nothing: what the block does on that cursor is rolled back if it raises."""
    cursor.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # an engine that has stopped has rolled back, and the first error tells more
            cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")


def meta(cursor: Cursor, key: str) -> str:
    """A value that belongs to the projection as a whole; empty if it was never set."""
    row = cursor.execute("SELECT value FROM meta WHERE name = ?", [key]).fetchone()
    return str(row[0]) if row else ""


def set_meta(cursor: Cursor, key: str, value: str) -> None:
    """Sets such a value; belongs into the transaction that makes it true."""
    cursor.execute("DELETE FROM meta WHERE name = ?", [key])
    cursor.execute("INSERT INTO meta VALUES (?, ?)", [key, value])
