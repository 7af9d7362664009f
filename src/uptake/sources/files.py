"""Files and folders of files: found, recognised, opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from uptake.errors import ImportFailed
from uptake.kinds import BY_NAME
from uptake.sources import json_lines, parquet, segment, separated
from uptake.sources.reading import (
    CHUNK_ROWS,
    LONGEST_SAMPLE,
    Chunk,
    Piece,
    Reading,
    Reject,
    Source,
    ahead,
    gather,
    printable,
)
from uptake.sources.tables import open_table
from uptake.sources.text import head, opened, unreadable

__all__ = ["FORMATS", "Chunk", "Reading", "Reject", "open_files", "open_table"]

FORMATS = ("csv", "json", "segment", "parquet")
ENDINGS = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".psv"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "json"),
    **dict.fromkeys((".parquet", ".parq", ".pq"), "parquet"),
}
PACKED_ENDINGS = (".gz", ".zst", ".zstd")
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"SQLite format 3": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"%PDF": "a PDF document",
}
"""First bytes of files that people try."""
FOREIGN_BYTES = max(len(magic) for magic in FOREIGN)


def open_files(
    paths: Path | str | Sequence[Path | str],
    kind: str,
    columns: frozenset[str] = frozenset(),
    format: str | None = None,  # noqa: A002 - the word people use
    chunk_rows: int = CHUNK_ROWS,
) -> Reading:
    """Opens files of one format, looks at the first, and gets ready to read them all.

    Args:
        paths: A file, a folder, or several. Of a folder those files are taken, sorted, whose ending is known, or all
            if the format is said, but for those whose name or folder begins with `.` or `_`; folders named
            `key=value` give columns (hive partitions).
        kind: What the rows are; Segment's records say it themselves.
        columns: JSON only: the keys that become columns (see `json_lines.read`).
        format: One of `FORMATS`; None decides by the ending of the name, then by the content.
        chunk_rows: Most rows of a chunk.

    Returns:
        The reading. Files may differ in their columns; a chunk has those of its file.

    Raises:
        ImportFailed: No file is there, they are of different formats, or the first cannot be read.
    """
    if kind not in BY_NAME:
        raise ImportFailed(f"There is no kind '{kind}'.", allowed=BY_NAME)
    if format is not None and format not in FORMATS:
        raise ImportFailed(f"There is no format '{format}'.", allowed=FORMATS)
    sources, left_aside = find([paths] if isinstance(paths, Path | str) else paths, takes_all=format is not None)
    chosen = format or _one_format(sources)
    if chosen == "json" and format is None and _is_segment(sources[0]):
        chosen = "segment"
    rows_total = sum(parquet.count_rows(source) for source in sources) if chosen == "parquet" else None
    chunks = partial(_chunks, sources, lambda: _reader(chosen, kind, columns))
    first = next(chunks(min(chunk_rows, LONGEST_SAMPLE)), None)
    if first is None:
        raise ImportFailed(f"{sources[0].name} is empty.", do="Check the export that wrote it.")
    return Reading(
        kind=kind,
        format=chosen,
        files=tuple(source.path for source in sources),
        bytes_total=sum(source.size for source in sources),
        rows_total=rows_total,
        sample=first.rows,
        read=lambda: ahead(chunks(chunk_rows)),
        left_aside=left_aside,
    )


def _reader(chosen: str, kind: str, columns: frozenset[str]) -> Callable[[Source], Iterator[Piece]]:
    match chosen:
        case "csv":
            return partial(separated.read, kind=kind)
        case "json":
            return partial(json_lines.read, kind=kind, columns=columns)
        case "segment":
            return segment.Reader().read
        case _:
            return partial(parquet.read, kind=kind)


def _chunks(
    sources: Sequence[Source], begin: Callable[[], Callable[[Source], Iterator[Piece]]], chunk_rows: int
) -> Iterator[Chunk]:
    read, offset = begin(), 0
    for source in sources:
        yield from gather(read(source), source, offset, chunk_rows)
        offset += source.size


def find(paths: Iterable[Path | str], *, takes_all: bool = False) -> tuple[list[Source], tuple[str, ...]]:
    """Finds the files, each once, in order; empty ones hold nothing and are left out.

    Args:
        paths: Files and folders. A file that is named is always taken.
        takes_all: Whether files of folders are taken whose endings say no format.

    Returns:
        The files to read, and the names of those left aside.

    Raises:
        ImportFailed: A path is neither a file nor a folder, or there is nothing in all of them.
    """
    found: dict[Path, Source] = {}
    left_aside: dict[Path, str] = {}
    named = [Path(path) for path in paths]
    for path in named:
        try:
            for file, keys in _walk(path):
                if takes_all or file == path or _ending(file) in ENDINGS:
                    found.setdefault(file.resolve(), Source(file, _shown(file), file.stat().st_size, keys))
                else:
                    left_aside.setdefault(file.resolve(), _shown(file))
        except OSError as error:
            raise unreadable(_shown(Path(error.filename or path)), error) from error
    sources = [source for source in found.values() if source.size]
    if not sources and left_aside and not found:
        known = sorted({*ENDINGS, *(f"{ending}{packed}" for ending in (".csv", ".jsonl") for packed in PACKED_ENDINGS)})
        raise ImportFailed(
            f"No file in {', '.join(map(_shown, named[:5]))} has an ending that says its format,"
            f" such as {next(iter(left_aside.values()))}.",
            allowed=known,
            do="Name the file itself, or say what all of them are with --format.",
        )
    if not sources:
        shown = ", ".join(_shown(path) for path in named[:5]) or "Nothing"
        what = "is empty" if found else "holds no data files" if named else "was named to read"
        raise ImportFailed(f"{shown} {what}.", do="Name files or folders of CSV, JSON lines or Parquet.")
    return sources, tuple(name for file, name in left_aside.items() if file not in found)


def _walk(path: Path) -> Iterator[tuple[Path, dict[str, str | None]]]:
    """The files a path stands for, with what the names of their folders say."""
    if not path.is_dir():
        yield _regular(path), {}
        return
    files, known = list[Path](), set[Path]()
    for folder, folders, names in os.walk(path, onerror=_raise, followlinks=True):
        # A link may lead back to where we are.
        known.add(Path(folder).resolve())
        folders[:] = [name for name in folders if _is_visible(name) and Path(folder, name).resolve() not in known]
        files += [_regular(Path(folder, name)) for name in names if _is_visible(name)]
    for file in sorted(files):
        keys = (part.partition("=") for part in file.relative_to(path).parent.parts if "=" in part)
        yield file, {unquote(key): None if value == HIVE_NULL else unquote(value) for key, _, value in keys}


def _regular(path: Path) -> Path:
    if not path.is_file():
        what = "is neither a file nor a folder" if path.exists() else "is not there"
        raise ImportFailed(f"{_shown(path)} {what}.", do="Check the path.")
    return path


def _raise(error: OSError) -> None:
    raise error


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "_"))


def _shown(path: Path) -> str:
    return printable(str(path))


def _one_format(sources: Sequence[Source]) -> str:
    formats: dict[str, list[str]] = {}
    for source in sources:
        formats.setdefault(_format(source), []).append(source.name)
    if len(formats) > 1:
        named = ", ".join(f"{found} ({len(names)}, such as {names[0]})" for found, names in formats.items())
        raise ImportFailed(f"The files are of different formats: {named}.", do="Import them one format at a time.")
    return next(iter(formats))


def _format(source: Source) -> str:
    if (ending := _ending(source.path)) in ENDINGS:
        return ENDINGS[ending]
    with opened(source) as stream:
        start = stream.read(FOREIGN_BYTES)
    if start.startswith(parquet.MAGIC):
        return "parquet"
    for magic, what in FOREIGN.items():
        if start.startswith(magic):
            raise ImportFailed(f"{source.name} is {what}.", do="Export it as CSV, JSON lines or Parquet.")
    return "json" if head(source).lstrip()[:1] in (b"{", b"[") else "csv"


def _ending(file: Path) -> str:
    """The ending that tells the format of what is in a file, packed or not."""
    name = Path(file.name.lower())
    return Path(name.stem).suffix if name.suffix in PACKED_ENDINGS else name.suffix


def _is_segment(source: Source) -> bool:
    return any(segment.is_segment(batch) for batch in islice(json_lines.records(source), 1))
