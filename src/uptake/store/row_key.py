"""What makes a row the same row: the 128-bit key under which it counts once, for ever."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from uptake.kinds import Column, Kind
from uptake.store.sql import literal

SEPARATOR = "chr(31)"
"""Stands between values. No id holds it (the intake refuses it), nor does JSON; texts may, so their lengths go first."""


def content_key(kind: Kind, salt: str) -> str:
    """SQL for the key that tells a row from all others of its kind.

    Over `source` and `message_id` where there is one, else over everything the row says. An id is
    never empty, so an empty value is a missing one.

    Args:
        kind: What the rows are; the SQL reads its columns and `properties`.
        salt: The workspace's key for hashing.
    """
    # md5 takes 64 bytes at a time: a short prefix leaves most rows two such blocks.
    prefix = b64encode(hashlib.blake2b(kind.name.encode(), key=salt.encode(), digest_size=12).digest()).decode()
    front = f"{literal(prefix)}, source"
    said = [column for column in kind.columns if column.name not in {"message_id", "source"}]
    lengths = [f"coalesce(strlen({column.name}), -1)" for column in said if column.type == "text"]
    values = [f"coalesce({_value(column)}, '')" for column in said]
    content = ", ".join([*lengths, *values, "coalesce(properties, '')"])
    return (
        f"md5_number(CASE WHEN message_id IS NOT NULL THEN concat_ws({SEPARATOR}, {front}, 'm', message_id)"
        f" ELSE concat_ws({SEPARATOR}, {front}, 'c', {content}) END)"
    )


def row_key(key: str, occurrence: str) -> str:
    """SQL for the key of the first, second, third ... row of the same content.

    Args:
        key: SQL for the content's key.
        occurrence: SQL for the row's number among its like, from 1.
    """
    return f"xor({key}, ({occurrence} - 1)::UHUGEINT)"


def _value(column: Column) -> str:
    if column.type == "instant":
        return f"epoch_us({column.name})::VARCHAR"
    return column.name if column.type in {"id", "text", "json"} else f"{column.name}::VARCHAR"
