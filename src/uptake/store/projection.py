"""The projection: a DuckDB file that is made from the archive and answers questions.

One process owns the file. Writes happen in one thread, one transaction an import; questions run on
cursors of their own and see the last committed state. A file that cannot be opened, or that another
version of Uptake made, is set aside and made again from the archive.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from uptake.kinds import BY_NAME
from uptake.settings import Settings
from uptake.store import archive, schema
from uptake.store.intake import content_key
from uptake.store.ledger import ArchiveFile

Cursor = duckdb.DuckDBPyConnection


class Projection:
    """The DuckDB file of one workspace.

    Args:
        path: The file, or None for one in memory.
        settings: Memory and threads.
        spill: Where the engine puts what does not fit into memory.
    """

    def __init__(self, path: Path | None, settings: Settings, spill: Path | None = None) -> None:
        self._path = path
        self._config: dict[str, str | int] = {"memory_limit": settings.memory_limit, "autoinstall_known_extensions": "false"}
        if settings.threads:
            self._config["threads"] = settings.threads
        if spill is not None:
            self._config["temp_directory"] = str(spill)
        self._write = threading.RLock()
        self.was_set_aside = False
        self._connection = self._open()

    def _open(self) -> Cursor:
        if self._path is None or not self._path.exists():
            return self._create()
        try:
            connection = self._connect()
            if _meta(connection, "schema") == schema.VERSION:
                return connection
            connection.close()
        except duckdb.Error:
            # Unreadable file or write-ahead log: keep both for a look, start anew from the archive.
            pass
        self._set_aside()
        return self._create()

    def _connect(self) -> Cursor:
        connection = duckdb.connect(str(self._path or ":memory:"), config=self._config)
        connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        return connection

    def _create(self) -> Cursor:
        connection = self._connect()
        connection.execute(schema.ddl())
        connection.execute("INSERT INTO meta VALUES ('schema', ?)", [schema.VERSION])
        connection.execute("CHECKPOINT")
        return connection

    def _set_aside(self) -> None:
        assert self._path is not None  # a projection in memory is always made anew
        self.was_set_aside = True
        for path in (self._path, Path(f"{self._path}.wal")):
            if path.exists():
                path.replace(f"{path}.unreadable")

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def cursor(self) -> Cursor:
        """A cursor for one question or one thread."""
        cursor = self._connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'")
        return cursor

    @contextmanager
    def exclusively(self) -> Iterator[Cursor]:
        """Holds the right to write, one holder at a time, and gives a cursor for it; see `transaction`."""
        with self._write:
            cursor = self.cursor()
            try:
                yield cursor
            finally:
                cursor.close()

    def clear(self) -> None:
        """Empties the projection, so that the archive can be applied to it again."""
        with self._write:
            self._connection.close()
            if self._path is not None:
                for path in (self._path, Path(f"{self._path}.wal")):
                    path.unlink(missing_ok=True)
            self._connection = self._create()

    def checkpoint(self) -> None:
        """Moves the write-ahead log into the file, if no question is running."""
        with self._write:
            try:
                self._connection.execute("CHECKPOINT")
            except duckdb.TransactionException:
                pass  # a question holds an older state; the log is moved at the next import


@contextmanager
def transaction(cursor: Cursor) -> Iterator[None]:
    """All or nothing: what the block does on that cursor is rolled back if it raises."""
    cursor.execute("BEGIN")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")


def meta(cursor: Cursor, key: str) -> str:
    """A value that belongs to the projection as a whole; empty if it was never set."""
    return _meta(cursor, key)


def set_meta(cursor: Cursor, key: str, value: str) -> None:
    """Sets such a value; belongs into the transaction that makes it true."""
    cursor.execute("DELETE FROM meta WHERE name = ?", [key])
    cursor.execute("INSERT INTO meta VALUES (?, ?)", [key, value])


def _meta(cursor: Cursor, key: str) -> str:
    row = cursor.execute("SELECT value FROM meta WHERE name = ?", [key]).fetchone()
    return str(row[0]) if row else ""


def from_archive(cursor: Cursor, folder: Path, files: list[ArchiveFile], salt: str, kind: str) -> str:
    """Makes the table of fresh rows that `apply` takes, from archive files of one import.

    Returns:
        The table's name.
    """
    row_key = f"xor({content_key(BY_NAME[kind], salt)}, (occurrence - 1)::UHUGEINT)"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh_{kind} AS SELECT *, {row_key} AS row_key"  # noqa: S608 - our own names
        f" FROM {archive.read(folder, files)}"
    )
    return f"fresh_{kind}"


def apply(cursor: Cursor, kind: str, fresh: str, import_id: int, timezone: str) -> None:
    """Adds the rows of one import to the projection; runs inside a `transaction`.

    Args:
        cursor: The transaction's cursor.
        kind: The kind of rows.
        fresh: The table that holds them.
        import_id: The import.
        timezone: The product's time zone; cuts the day of an event.
    """
    cursor.execute(f"INSERT INTO seen SELECT row_key FROM {fresh}")  # noqa: S608 - our own name
    if kind == "events":
        _apply_events(cursor, fresh, import_id, timezone)
    else:
        columns = ", ".join(column.name for column in BY_NAME[kind].columns)
        cursor.execute(
            f"INSERT INTO raw.{kind} SELECT {columns}, properties, received_at, {import_id}, ordinal FROM {fresh}"  # noqa: S608
        )
        _know_entities(cursor, kind, fresh)
    set_meta(cursor, "applied", str(import_id))


def _know_entities(cursor: Cursor, kind: str, fresh: str) -> None:
    """Gives keys to users and accounts that rows of any kind name for the first time."""
    columns = {column.name for column in BY_NAME[kind].columns}
    people = [("user_id", "false")] if "user_id" in columns else []
    if kind == "events":
        people.append(("anonymous_id", "true"))
    if kind == "aliases":
        people.append(("previous_id", "coalesce(is_anonymous, false)"))
    for column, is_anonymous in people:
        only = " AND user_id IS NULL" if column == "anonymous_id" else ""
        cursor.execute(
            f"""INSERT INTO users
            SELECT (SELECT coalesce(max(user_key), 0) FROM users) + row_number() OVER (ORDER BY user_id, is_anonymous),
                user_id, is_anonymous
            FROM (SELECT DISTINCT {column} AS user_id, {is_anonymous} AS is_anonymous FROM {fresh}
                  WHERE {column} IS NOT NULL{only})
            ANTI JOIN users USING (user_id, is_anonymous)"""  # noqa: S608 - our own names
        )
    if "account_id" in columns:
        cursor.execute(
            f"""INSERT INTO accounts
            SELECT (SELECT coalesce(max(account_key), 0) FROM accounts) + row_number() OVER (ORDER BY account_id), account_id
            FROM (SELECT DISTINCT account_id FROM {fresh} WHERE account_id IS NOT NULL)
            ANTI JOIN accounts USING (account_id)"""  # noqa: S608 - our own names
        )


def _apply_events(cursor: Cursor, fresh: str, import_id: int, timezone: str) -> None:
    _know_entities(cursor, "events", fresh)
    cursor.execute(
        f"""INSERT INTO event_names
        SELECT (SELECT coalesce(max(name_key), 0) FROM event_names) + row_number() OVER (ORDER BY event_name), event_name
        FROM (SELECT DISTINCT event_name FROM {fresh}) ANTI JOIN event_names USING (event_name)"""  # noqa: S608
    )
    day = "f.event_at::DATE" if timezone == "UTC" else "timezone($zone, timezone('UTC', f.event_at))::DATE"
    cursor.execute(
        f"""INSERT INTO event
        SELECT n.name_key, u.user_key, a.account_key, f.event_at, {day},
            {import_id}, f.ordinal, f.properties, NULL, false
        FROM {fresh} f
        JOIN event_names n USING (event_name)
        LEFT JOIN users u ON u.user_id = coalesce(f.user_id, f.anonymous_id) AND u.is_anonymous = (f.user_id IS NULL)
        LEFT JOIN accounts a USING (account_id)
        ORDER BY n.name_key, u.user_key, f.event_at, f.ordinal""",  # noqa: S608 - our own names
        {"zone": timezone} if timezone != "UTC" else {},
    )



def cut_days(cursor: Cursor, timezone: str) -> None:
    """Cuts the days of all events again, if the product moved to another time zone."""
    if _meta(cursor, "timezone") not in ("", timezone):
        cursor.execute("UPDATE event SET day = timezone($zone, timezone('UTC', event_at))::DATE", {"zone": timezone})
    set_meta(cursor, "timezone", timezone)
