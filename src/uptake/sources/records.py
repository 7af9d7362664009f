"""Rows as Python has them: a list of dicts becomes a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from uptake.errors import ImportFailed

_encode = msgspec.json.Encoder(order="deterministic", enc_hook=str).encode


def records(rows: Sequence[object]) -> pa.Table:
    """A table of dicts, one a row; what a dict leaves out is missing.

    Args:
        rows: Dicts of column -> value, not all of the same columns. Nested values become JSON text each by itself:
            as parts of one column each would get the names of all others, and null for them.

    Raises:
        ImportFailed: A row is no dict, or the values of a column are of several types or of one Arrow does not know.

    Examples:
        >>> records([{"user_id": "u1"}, {"user_id": "u2", "properties": {"plan": "Pro"}}])["properties"].to_pylist()
        [None, '{"plan":"Pro"}']
    """
    names: dict[str, None] = {}
    dicts: list[Mapping[str, Any]] = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise ImportFailed(
                f"Row {number} is a value of the type {type(row).__name__}.",
                allowed=["a list of dicts", "a path or a list of paths", "an Arrow, pandas or polars table"],
            )
        for name in row:
            if not isinstance(name, str):
                raise ImportFailed(f"Row {number} names a column {name!r}.", allowed=["names that are texts"])
        names |= dict.fromkeys(row)
        dicts.append(row)
    return pa.table({name: _column(name, [row.get(name) for row in dicts]) for name in names})


def _column(name: str, values: list[Any]) -> pa.Array:
    try:
        return pa.array([_plain(value) for value in values])
    except (pa.ArrowException, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise ImportFailed(
            f"Column '{name}' of the rows holds values of several types, or of one that is not known: {error}.",
            do="Give each column one type.",
        ) from error


def _plain(value: Any) -> Any:  # noqa: ANN401 - cells are of any type
    return _encode(value).decode() if isinstance(value, Mapping | list | tuple) else value
