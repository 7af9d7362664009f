"""Rows in quarantine, taken in again: with other columns, with a value set, or because they are no longer too early."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from uptake.errors import ImportFailed
from uptake.kinds import BY_NAME
from uptake.sources.files import Chunk, Reading
from uptake.sources.reading import LINE, LONGEST_SAMPLE
from uptake.store.ledger import Ledger, Rejected
from uptake.workspace import Summary, Workspace

Row = dict[str, str | None]


@dataclass(frozen=True)
class Retried:
    """What became of the quarantined rows of one file.

    Args:
        kind: Their kind.
        file: The file they came from.
        stored: Rows that are stored now.
        known: Rows that had been stored meanwhile.
        rejected: Rows that are in quarantine again, with their new reason.
        left: Lines of rows that cannot be retried, because no reader could make columns of them; they stay.
        failed: Why none of them could be read; empty if they could. They stay.
    """

    kind: str
    file: str
    stored: int = 0
    known: int = 0
    rejected: int = 0
    left: tuple[int, ...] = ()
    failed: str = ""


def retry(
    workspace: Workspace,
    kind: str | None = None,
    *,
    renames: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    time_format: str | None = None,
) -> tuple[Retried, ...]:
    """Takes in quarantined rows as the file had them, file by file, and closes those that were read.

    A file's rows are taken in or stay as they are together. What the import was told with `--map`
    and `--set` has to be said again: quarantine holds rows as they were found.

    Args:
        workspace: The workspace.
        kind: Only rows of this kind.
        renames: Canonical name -> column of the file.
        fixed: Canonical name -> one value for all rows.
        time_format: How times are written, if they can be read in two ways.

    Returns:
        One entry a kind and file, in the order in which they came; none if the quarantine is empty.

    Raises:
        ImportFailed: The kind is unknown.
    """
    if kind is not None and kind not in BY_NAME:
        raise ImportFailed(f"The kind '{kind}' is unknown.", allowed=BY_NAME)
    by_file: dict[tuple[str, str], list[Rejected]] = {}
    for row in workspace.ledger.quarantine(kind):
        by_file.setdefault((row.kind, row.file), []).append(row)
    take_in = partial(workspace.import_rows, renames=renames, fixed=fixed, time_format=time_format)
    return tuple(_retry(workspace.ledger, take_in, *named, rejected) for named, rejected in by_file.items())


def _retry(
    ledger: Ledger, take_in: Callable[[Reading, str], Summary], kind: str, file: str, rejected: list[Rejected]
) -> Retried:
    rows = {row.quarantine_id: found for row in rejected if (found := _as_found(row.raw)) is not None}
    left = tuple(row.line for row in rejected if row.quarantine_id not in rows)
    if not rows:
        return Retried(kind, file, left=left)
    lines = {row.quarantine_id: row.line for row in rejected}
    table = _table((lines[number], row) for number, row in rows.items())
    try:
        summary = take_in(_reading(kind, file, table), kind)
    except ImportFailed as error:
        return Retried(kind, file, left=left, failed=str(error))
    ledger.mark_retried(rows, summary.imports[-1].import_id)
    return Retried(kind, file, summary.stored, summary.known, summary.rejected, left)


def _as_found(raw: str) -> Row | None:
    """The row's columns as text, as the intake writes them; None for the text of what never had columns."""
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    row.pop(LINE, None)  # a number of ours, kept beside the row
    return row if all(cell is None or isinstance(cell, str) for cell in row.values()) else None


def _table(found: Iterable[tuple[int, Row]]) -> pa.Table:
    """Rows with their lines. A row that two imports refused is one row; two rows of one line get lines of their own."""
    rows = list({(line, tuple(row.items())): (line, row) for line, row in found}.values())
    names = dict.fromkeys(name for _, row in rows for name in row)
    columns: dict[str, pa.Array] = {name: pa.array([row.get(name) for _, row in rows], pa.string()) for name in names}
    columns[LINE] = pa.array(_apart(line for line, _ in rows), pa.int64())
    return pa.table(columns)


def _apart(lines: Iterable[int]) -> Iterator[int]:
    taken = set[int]()
    for wanted in lines:
        line = wanted if wanted not in taken else max(taken) + 1
        taken.add(line)
        yield line


def _reading(kind: str, file: str, table: pa.Table) -> Reading:
    return Reading(
        kind=kind,
        format="arrow",
        files=(Path(file),),
        bytes_total=0,
        rows_total=table.num_rows,
        sample=table.slice(0, LONGEST_SAMPLE),
        read=lambda: iter([Chunk(kind, file, table, (), 0)]),
    )
