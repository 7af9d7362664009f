"""Rows of an import become rows of the projection: with integer keys, and events with their local day."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from uptake.errors import StorageDamaged
from uptake.kinds import BY_NAME
from uptake.store import archive
from uptake.store.ledger import ArchiveFile
from uptake.store.projection import Cursor, meta, set_meta
from uptake.store.row_key import content_key, row_key


def from_archive(cursor: Cursor, folder: Path, files: list[ArchiveFile], salt: str, kind: str) -> str:
    """Makes the table of fresh rows that `apply` takes, from the archive files of one import.

    Returns:
        The table's name.

    Raises:
        StorageDamaged: A file is missing or broken; the message names it.
    """
    archive.check(folder, files)
    key = row_key(content_key(BY_NAME[kind], salt), "occurrence")
    try:
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE fresh_{kind} AS SELECT *, {key} AS row_key FROM {archive.read(folder, files)}"
        )
    except duckdb.Error as error:
        raise _broken(cursor, folder, files) or error from error
    return f"fresh_{kind}"


def _broken(cursor: Cursor, folder: Path, files: list[ArchiveFile]) -> StorageDamaged | None:
    """The error for the first of the files that cannot be read, None if each of them can."""
    with closing(cursor.cursor()) as probe:
        for file in files:
            try:
                probe.execute(f"CREATE OR REPLACE TEMP TABLE probe AS FROM {archive.read(folder, [file])}")
            except duckdb.Error as error:
                return archive.damaged(folder / file.path, f"cannot be read: {error}")
    return None


def apply(cursor: Cursor, kind: str, fresh: str, import_id: int, timezone: str, keys: str | None = None) -> None:
    """Adds the rows of one import to the projection; runs inside a `transaction`.

    Args:
        cursor: The transaction's cursor.
        kind: The kind of rows.
        fresh: The table, or the query in brackets, that holds them.
        import_id: The import.
        timezone: The product's time zone; cuts the day of an event.
        keys: The table of their `row_key`, if that is another.
    """
    cursor.execute(f"INSERT INTO seen SELECT row_key FROM {keys or fresh}")
    _know_entities(cursor, kind, fresh)
    if kind == "events":
        _apply_events(cursor, fresh, import_id, timezone)
    else:
        columns = ", ".join(column.name for column in BY_NAME[kind].columns)
        cursor.execute(
            f"INSERT INTO raw.{kind} SELECT {columns}, properties, received_at, {import_id}, ordinal FROM {fresh}"
            " ORDER BY ordinal"
        )


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
            ANTI JOIN users USING (user_id, is_anonymous)"""
        )
    if "account_id" in columns:
        cursor.execute(
            f"""INSERT INTO accounts
            SELECT (SELECT coalesce(max(account_key), 0) FROM accounts) + row_number() OVER (ORDER BY account_id),
                account_id
            FROM (SELECT DISTINCT account_id FROM {fresh} WHERE account_id IS NOT NULL)
            ANTI JOIN accounts USING (account_id)"""
        )


def _apply_events(cursor: Cursor, fresh: str, import_id: int, timezone: str) -> None:
    cursor.execute(
        f"""INSERT INTO event_names
        SELECT (SELECT coalesce(max(name_key), 0) FROM event_names) + row_number() OVER (ORDER BY event_name), event_name
        FROM (SELECT DISTINCT event_name FROM {fresh}) ANTI JOIN event_names USING (event_name)"""
    )
    day = "f.event_at::DATE" if timezone == "UTC" else "timezone($zone, timezone('UTC', f.event_at))::DATE"
    cursor.execute(
        f"""INSERT INTO event
        SELECT n.name_key, u.user_key, a.account_key, f.event_at, {day},
            {import_id}, f.ordinal, f.properties, NULL, false
        FROM {fresh} f
        JOIN event_names n USING (event_name)
        LEFT JOIN users u ON u.user_id = coalesce(f.user_id, f.anonymous_id) AND u.is_anonymous = (f.user_id IS NULL)
        LEFT JOIN accounts a USING (account_id)""",
        {"zone": timezone} if timezone != "UTC" else {},
    )


def cut_days(cursor: Cursor, timezone: str) -> None:
    """Cuts the days of all events again, if the product moved to another time zone."""
    if meta(cursor, "timezone") not in ("", timezone):
        cursor.execute("UPDATE event SET day = timezone($zone, timezone('UTC', event_at))::DATE", {"zone": timezone})
    set_meta(cursor, "timezone", timezone)
