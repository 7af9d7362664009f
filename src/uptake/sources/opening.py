"""From whatever holds rows, files, tables or dicts, to one way of reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from uptake.kinds import BY_NAME, Kind
from uptake.sources.files import Reading, open_files, open_table
from uptake.sources.records import records


def opened(source: object, kind: str, renames: Mapping[str, str], file_format: str | None = None) -> Reading:
    """A source of rows as it can be read.

    Raises:
        ImportFailed: It cannot be read.
    """
    columns = _known_columns(BY_NAME[kind], renames)
    if isinstance(source, Reading):
        return source
    if isinstance(source, str | Path):
        return open_files([source], kind, columns, file_format)
    if isinstance(source, Sequence) and all(isinstance(one, str | Path) for one in source):
        return open_files(list(source), kind, columns, file_format)
    if isinstance(source, Sequence):
        return open_table(records(source), kind)
    return open_table(source, kind)


def _known_columns(kind: Kind, renames: Mapping[str, str]) -> frozenset[str]:
    names = {name for column in kind.columns for name in (column.name, *column.aliases)}
    return frozenset(names | set(renames.values()))
