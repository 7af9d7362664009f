"""The archive: sealed, immutable Parquet files, readable by anything, listed in the ledger's manifest.

Events are laid out hive-style by UTC day (`events/day=2026-03-01/000012_0.parquet`); the other kinds
are one file an import (`users/000011.parquet`). A file counts when its manifest row is committed; a
file without one is an orphan of an import that ended early and is removed by `sweep`. External
readers take the file list from the manifest, never a glob.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import accumulate
from pathlib import Path

import duckdb

from uptake.errors import StorageDamaged
from uptake.kinds import Kind
from uptake.store.ledger import ArchiveFile
from uptake.store.sql import literal

OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
ROWS_AT_A_TIME = 1_000_000
DAYS_AT_A_TIME = 100
"""Files the engine holds open; of more days it would close some, and write a second file where one comes up again."""
SYNCED_AT_ONCE = 4
NAME = re.compile(r"([0-9]+)(_[0-9]+)?[.]parquet")
"""A file is named after its import; a day has several of one where the engine had to open its file again."""
Written = tuple[Path, int, Mapping[str, str]]
"""A file, its rows, and the day of its folder."""


def seal(cursor: duckdb.DuckDBPyConnection, archive: Path, kind: Kind, fresh: str, import_id: int) -> list[ArchiveFile]:
    """Writes the rows of the table `fresh` into new archive files and makes sure they are on disk.

    Args:
        cursor: The cursor that holds the table.
        archive: The archive's folder.
        kind: What the rows are.
        fresh: The table; has the kind's columns, `properties`, `occurrence`, `ordinal`, `day`.
        import_id: The import; names the files.

    Returns:
        The files, with paths relative to the archive; none if there are no rows.
    """
    columns = ", ".join(column.name for column in kind.columns) + ", received_at, properties, occurrence, ordinal"

    def sealed(file: Written) -> ArchiveFile:
        path, rows, keys = file
        _sync(path)
        name, size, digest = path.relative_to(archive).as_posix(), path.stat().st_size, _digest(path)
        return ArchiveFile(name, import_id, kind.name, keys.get("day"), rows, size, digest)

    # The disk is waited for while the next files are written.
    with ThreadPoolExecutor(SYNCED_AT_ONCE, "sealing") as sealing:
        if kind.name == "events":
            written: Iterable[Written] = _write_days(
                cursor, archive / "events", f"SELECT {columns}, day FROM {fresh}", import_id
            )
        else:
            target = archive / kind.name / f"{import_id:06}.parquet"
            written = _write(cursor, f"SELECT {columns} FROM {fresh} ORDER BY ordinal", target)
        files = [file.result() for file in [sealing.submit(sealed, file) for file in written]]
        folders = {
            folder for file in files for folder in (archive / file.path).parents if folder.is_relative_to(archive)
        }
        list(sealing.map(_sync, folders))
    return sorted(files, key=lambda file: file.path)


def _write_days(cursor: duckdb.DuckDBPyConnection, folder: Path, rows: str, import_id: int) -> Iterator[Written]:
    """Writes events into one folder a day, some days at a time: all at once, the engine would sort them on disk."""
    options = f", PARTITION_BY (day), OVERWRITE_OR_IGNORE, FILENAME_PATTERN '{import_id:06}_{{i}}'"
    days = cursor.execute(f"SELECT day, count(*) FROM ({rows}) GROUP BY day ORDER BY day").fetchall()
    while days:
        totals = accumulate(rows for _, rows in days[:DAYS_AT_A_TIME])
        many = sum(1 for total in totals if total <= ROWS_AT_A_TIME)
        first, last, days = days[0][0], days[max(many, 1) - 1][0], days[max(many, 1) :]
        some = f"FROM ({rows}) WHERE event_at >= {literal(first)} AND event_at < {literal(last + timedelta(days=1))}"
        yield from _write(cursor, some, folder, options)


def _write(cursor: duckdb.DuckDBPyConnection, rows: str, target: Path, options: str = "") -> list[Written]:
    target.parent.mkdir(parents=True, exist_ok=True)
    copied = cursor.execute(f"COPY ({rows}) TO {literal(str(target))} ({OPTIONS}, RETURN_STATS{options})").fetchall()
    return [(Path(name), count, keys or {}) for name, count, _, _, _, keys in copied]


def read(archive: Path, files: list[ArchiveFile]) -> str:
    """SQL that reads those files as they were sealed, with `import_id` as a column."""
    # The engine takes every path for a pattern.
    paths = literal([re.sub(r"([*?\[])", r"[\1]", str(archive / file.path)) for file in files])
    return (
        f"(SELECT *, regexp_extract(filename, {literal(NAME.pattern + '$')}, 1)::INTEGER AS import_id"
        f" FROM read_parquet({paths}, hive_partitioning = false, filename = true))"
    )


def check(archive: Path, files: Iterable[ArchiveFile]) -> None:
    """Looks whether the files of the manifest are there and hold what was written.

    Raises:
        StorageDamaged: One is missing or is not what was sealed.
    """
    for file in files:
        path = archive / file.path
        if not path.is_file():
            raise damaged(path, "is missing")
        if path.stat().st_size != file.bytes:
            raise damaged(path, f"has {path.stat().st_size:,} bytes, {file.bytes:,} were written")
        if _digest(path) != file.digest:
            raise damaged(path, "holds other bytes than were written")


def damaged(path: Path, found: str) -> StorageDamaged:
    """The error for an archive file that is not as it was sealed."""
    return StorageDamaged(
        f"The archive file {path} {found}.", do="Put it back from a backup; archive files never change once written."
    )


def sweep(archive: Path, known: set[str], first_id: int) -> int:
    """Removes what imports that ended early left behind: files in no manifest, of imports that never were.

    A file of an import that was committed is left alone even if no manifest names it: the archive is
    the truth, and a manifest that lost rows must not take it along.

    Args:
        archive: The archive's folder.
        known: Paths in the manifest.
        first_id: The number of the next import; no committed import has it, or a higher one.

    Returns:
        How many files were removed.
    """
    orphans = [
        path
        for path in archive.rglob("*.parquet")
        if path.relative_to(archive).as_posix() not in known
        and (named := NAME.fullmatch(path.name))
        and int(named[1]) >= first_id
    ]
    for path in orphans:
        path.unlink()
    return len(orphans)


def remove(folder: Path) -> None:
    """Removes a folder of scratch files, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
