"""What users and accounts are called: by name, else by full name, else by e-mail, else by id; everywhere alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from uptake.store.projection import Cursor
from uptake.store.sql import literal

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {"user": ("name", "full_name", "email"), "account": ("name",)}
"""Attributes that say it, in their order."""


def names_of(
    cursor: Cursor, entity: str, as_of: datetime, keys: Sequence[int] | None = None
) -> dict[int, tuple[str, str]]:
    """Key -> id and name of users or accounts; who has no name goes by the id.

    Args:
        cursor: A cursor of the projection.
        entity: user or account.
        as_of: The instant names are told for, UTC.
        keys: Whose; None: everyone's.
    """
    rows = cursor.execute(
        f"""SELECT e.{entity}_key, e.{entity}_id, coalesce(said.called, e.{entity}_id)
        FROM {entity}s e LEFT JOIN ({said_sql(entity)}) said USING ({entity}_key)
        {f"WHERE e.{entity}_key IN (SELECT unnest($keys::INTEGER[]))" if keys is not None else ""}""",
        {"as_of": as_of} | ({} if keys is None else {"keys": [int(key) for key in keys]}),
    ).fetchall()
    return {int(key): (str(id_), str(name)) for key, id_, name in rows}


def said_sql(entity: str) -> str:
    """SQL for ({entity}_key, called) of everyone who has a name at `$as_of`."""
    return f"""SELECT {entity}_key, {called_sql(entity)} AS called FROM {entity}_attribute
        WHERE name IN ({", ".join(map(literal, ATTRIBUTES[entity]))}) AND valid_from < $as_of AND valid_to >= $as_of
        GROUP BY {entity}_key"""


def called_sql(entity: str) -> str:
    """SQL that says from all attributes (name, text) of somebody what they are called; NULL where none of them does."""
    said = (f"max(text) FILTER (name = {literal(name)} AND text <> '')" for name in ATTRIBUTES[entity])
    return f"coalesce({', '.join(said)})"


def called(entity: str, id_: str, said: Mapping[str, str | None]) -> str:
    """What somebody is called.

    Args:
        entity: user or account.
        id_: Their id.
        said: Their attributes.

    >>> called("user", "u7", {"email": "ada@acme.test", "role": "admin"})
    'ada@acme.test'
    """
    return next((text for name in ATTRIBUTES[entity] if (text := said.get(name))), id_)
