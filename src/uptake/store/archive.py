"""The archive: sealed, immutable Parquet files, readable by anything, listed in the ledger's manifest.

Events are laid out hive-style by UTC day (`events/day=2026-03-01/000012.parquet`); the other kinds
are one file an import. A file counts when its manifest row is committed; a file without one is an
orphan of an import that ended early and is removed by `sweep`. External readers take the file list
from the manifest, never a glob.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from uptake.errors import StorageDamaged
from uptake.kinds import Kind
from uptake.store.ledger import ArchiveFile
from uptake.store.sql import literal

OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"


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
    if kind.name == "events":
        days = cursor.execute(f"SELECT day, count(*) FROM {fresh} GROUP BY day ORDER BY day").fetchall()
        parts: list[tuple[str, str, str | None, int]] = [
            (f"events/day={day:%Y-%m-%d}/{import_id:06}.parquet", f"WHERE day = {literal(day)}", str(day), rows)
            for day, rows in days
        ]
    else:
        rows = cursor.execute(f"SELECT count(*) FROM {fresh}").fetchall()[0][0]
        parts = [(f"{kind.name}/{import_id:06}.parquet", "", None, rows)] if rows else []
    sealed = []
    for path, where, day, rows in parts:
        target = archive / path
        target.parent.mkdir(parents=True, exist_ok=True)
        cursor.execute(f"COPY (SELECT {columns} FROM {fresh} {where}) TO {literal(str(target))} ({OPTIONS})")
        _sync(target)
        size, digest = target.stat().st_size, _digest(target)
        sealed.append(ArchiveFile(path, import_id, kind.name, day, rows, size, digest))
    for folder in {
        folder for path, *_ in parts for folder in (archive / path).parents if folder.is_relative_to(archive)
    }:
        _sync(folder)
    return sealed


def read(archive: Path, files: list[ArchiveFile]) -> str:
    """SQL that reads those files as they were sealed, with `import_id` as a column."""
    # The engine takes every path for a pattern.
    paths = literal([re.sub(r"([*?\[])", r"[\1]", str(archive / file.path)) for file in files])
    return (
        f"(SELECT *, regexp_extract(filename, '([0-9]+)[.]parquet$', 1)::INTEGER AS import_id"
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
        if path.relative_to(archive).as_posix() not in known and path.stem.isdigit() and int(path.stem) >= first_id
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
