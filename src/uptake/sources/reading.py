"""What a source delivers: chunks of rows as found, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from uptake.errors import ImportFailed

LINE = "_line"
"""Our own column: where a row was found."""
LONGEST_RAW = 65_536
"""Characters of a row that are kept in quarantine; the reason of a longer one says that it is cut."""
CUT = f"; cut to its first {LONGEST_RAW:,} characters"
MOST_RAW_BYTES = 4 * (LONGEST_RAW + 3)
LONGEST_SAMPLE = 10_000
CHUNK_ROWS = 524_288
FIRST_REPORT_ROWS = 20_000
MOST_COLUMNS = 2_000
MOST_BYTES = 64 << 20
MOST_REJECTS = 10_000
"""A chunk ends early at this many bytes or rejects: that bounds memory whatever a file holds."""


@dataclass(frozen=True)
class Reject:
    """A row that could not be read.

    Args:
        file: The file, as it was named by the caller.
        line: The physical line it begins on, from 1; for Parquet the row.
        reason: What is wrong with it, for people.
        raw: The row as found, at most 65,536 characters, control characters escaped.
    """

    file: str
    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of one kind from one file.

    Args:
        kind: The kind asked for, or the one the records themselves say (Segment).
        file: The file, as it was named by the caller.
        rows: The columns under their names in the file, and `_line`: int64, the physical line a row
            begins on. It never repeats within a file and kind: records that share a line (a batch,
            an array) are numbered on from it. CSV and JSON give text, Parquet and Arrow their types.
        rejects: Rows that could not be read, each in exactly one chunk.
        bytes_done: Bytes read so far over all files, of `Reading.bytes_total`.
        held: Rows read that a later chunk brings: before the first full chunk, chunks without rows say how far it is.
    """

    kind: str
    file: str
    rows: pa.Table
    rejects: tuple[Reject, ...]
    bytes_done: int
    held: int = 0


@dataclass(frozen=True)
class Reading:
    """Files or a table, opened and looked at, ready to be read.

    Args:
        kind: The kind asked for.
        format: csv, json, segment, parquet or arrow.
        files: The files in the order they are read.
        bytes_total: Their size on disk, bytes; 0 where unknown (a stream).
        rows_total: How many rows there are, if the format knows.
        sample: The first rows of the first file, at most 10,000, shaped like the chunks.
        read: Begins the reading; called by `chunks`.
        left_aside: Files of a folder that are not read, because their names say no format.
    """

    kind: str
    format: str
    files: tuple[Path, ...]
    bytes_total: int
    rows_total: int | None
    sample: pa.Table
    read: Callable[[], Iterator[Chunk]] = field(repr=False)
    left_aside: tuple[str, ...] = ()

    @property
    def segment(self) -> bool:
        """Whether the records name their own kinds (Segment specification)."""
        return self.format == "segment"

    def chunks(self) -> Iterator[Chunk]:
        """Reads everything from the beginning; a stream can be read once.

        Raises:
            ImportFailed: A file cannot be read to its end. Chunks delivered before must not be kept.
        """
        return self.read()


@dataclass(frozen=True)
class Source:
    """One file to read.

    Args:
        path: Where it is.
        name: How the caller named it.
        size: Bytes on disk.
        partition: Columns that its folders say, `day=2026-05-01/part.parquet`; None for hive's null.
    """

    path: Path
    name: str
    size: int
    partition: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """What a format reads at a time; `gather` makes chunks of pieces.

    Args:
        kind: The kind of the rows.
        rows: As in `Chunk`.
        rejects: As in `Chunk`.
        position: Bytes of this file read so far.
    """

    kind: str
    rows: pa.Table
    rejects: tuple[Reject, ...]
    position: int


def ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks; while one is worked on, a thread reads the next."""
    with ThreadPoolExecutor(1, "reading") as reader:
        following = reader.submit(next, chunks, None)
        while (chunk := following.result()) is not None:
            following = reader.submit(next, chunks, None)
            yield chunk


def gather(pieces: Iterable[Piece], source: Source, offset: int, chunk_rows: int) -> Iterator[Chunk]:
    """Makes chunks of at most `chunk_rows` rows of the pieces of one file.

    Args:
        pieces: What the format read.
        source: The file.
        offset: Bytes of the files before it.
        chunk_rows: Most rows of a chunk.

    Yields:
        The chunks. While the first is being gathered, chunks without rows tell how far it is.
    """
    held: dict[str, list[pa.Table]] = {}
    rejects: list[Reject] = []
    rows = size = 0
    is_first = offset == 0
    for piece in pieces:
        held.setdefault(piece.kind, []).append(piece.rows)
        rejects += piece.rejects
        rows += piece.rows.num_rows
        size += piece.rows.nbytes + sum(len(reject.raw) for reject in piece.rejects)
        if rows >= chunk_rows or size >= MOST_BYTES or len(rejects) >= MOST_REJECTS:
            yield from _chunks(held, source, tuple(rejects), offset + piece.position, chunk_rows)
            held, rejects, rows, size, is_first = {}, [], 0, 0, False
        elif is_first and rows >= FIRST_REPORT_ROWS:
            yield Chunk(piece.kind, source.name, piece.rows.slice(0, 0), (), offset + piece.position, held=rows)
    yield from _chunks(held, source, tuple(rejects), offset + source.size, chunk_rows)


def _chunks(
    held: Mapping[str, list[pa.Table]], source: Source, rejects: tuple[Reject, ...], bytes_done: int, chunk_rows: int
) -> Iterator[Chunk]:
    for kind, tables in held.items():
        table = _with_partition(pa.concat_tables(tables, promote_options="default"), source.partition)
        for start in range(0, max(table.num_rows, 1), chunk_rows):
            yield Chunk(kind, source.name, table.slice(start, chunk_rows), rejects, bytes_done)
            rejects = ()


def _with_partition(table: pa.Table, partition: Mapping[str, str | None]) -> pa.Table:
    for name, value in partition.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.repeat(pa.scalar(value, pa.string()), table.num_rows))
    return table


def check_width(columns: int, file: str) -> None:
    """Refuses files too wide to mean anything.

    Raises:
        ImportFailed: There are more than 2,000 columns.
    """
    if columns > MOST_COLUMNS:
        what = f"{file} has {columns:,} columns, allowed are {MOST_COLUMNS:,}."
        raise ImportFailed(what, do="Leave out those nobody asks about.")


def check_columns(names: list[str], file: str) -> None:
    """Refuses columns that could not be told apart.

    Raises:
        ImportFailed: A name repeats, is our own, or there are more than 2,000.
    """
    check_width(len(names), file)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        listed = ", ".join(repr(name) for name in repeated[:10])
        raise ImportFailed(f"{file} has more than one column named {listed}.", do="Rename or leave out one of them.")
    if LINE in names:
        raise ImportFailed(f"{file} has a column named '{LINE}', which is Uptake's own name.", do="Rename it.")


def rejected(file: str, line: int, reason: str, raw: bytes | str) -> Reject:
    """A row that could not be read, as it goes to quarantine; the reason says so if the row is cut.

    Args:
        file: The file, as it was named by the caller.
        line: The physical line it begins on, from 1.
        reason: What is wrong with it.
        raw: The row; of one that is far too long the first `MOST_RAW_BYTES` are enough.
    """
    text = _safe(raw)
    return Reject(file, line, reason + (CUT if len(text) > LONGEST_RAW else ""), text[:LONGEST_RAW])


def printable(raw: bytes | str) -> str:
    """Foreign text as people may see it: at most 65,536 characters, nothing that a terminal would act on."""
    return _safe(raw)[:LONGEST_RAW]


def _safe(raw: bytes | str) -> str:
    # No character takes more than four bytes, so this is enough of them to tell that there are more.
    text = raw[:MOST_RAW_BYTES].decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    text = text.removesuffix("\n").removesuffix("\r")[: LONGEST_RAW + 1]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
