"""The archive: sealed, immutable Parquet files, readable by anything, listed in the ledger's manifest.

Events are laid out hive-style by UTC day (`events/day=2026-03-01/000012.parquet`); the other kinds
are one file an import. A file counts when its manifest row is committed; a file without one is an
orphan of an import that ended early and is removed by `sweep`. External readers take the file list
from the manifest, never a glob.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from uptake.kinds import Kind
from uptake.store.ledger import ArchiveFile
from uptake.store.sql import literal

OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3"


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
        days = cursor.execute(f"SELECT day, count(*) FROM {fresh} GROUP BY day ORDER BY day").fetchall()  # noqa: S608
        parts = [
            (f"events/day={day:%Y-%m-%d}/{import_id:06}.parquet", f"WHERE day = {literal(day)}", str(day), rows)
            for day, rows in days
        ]
    else:
        rows = cursor.execute(f"SELECT count(*) FROM {fresh}").fetchall()[0][0]  # noqa: S608 - our own name
        parts = [(f"{kind.name}/{import_id:06}.parquet", "", None, rows)] if rows else []
    sealed = []
    for path, where, day, rows in parts:
        target = archive / path
        target.parent.mkdir(parents=True, exist_ok=True)
        cursor.execute(f"COPY (SELECT {columns} FROM {fresh} {where}) TO {literal(str(target))} ({OPTIONS})")  # noqa: S608
        _sync(target)
        sealed.append(ArchiveFile(path, import_id, kind.name, day, rows, target.stat().st_size))
    for folder in {(archive / file.path).parent for file in sealed}:
        _sync(folder)
    return sealed


def read(archive: Path, files: list[ArchiveFile]) -> str:
    """SQL that reads those files, with `import_id` and `day` as columns."""
    paths = literal([str(archive / file.path) for file in files])
    return (
        f"(SELECT *, regexp_extract(filename, '([0-9]+)[.]parquet$', 1)::INTEGER AS import_id"  # noqa: S608 - our names
        f" FROM read_parquet({paths}, hive_partitioning = false, filename = true))"
    )


def sweep(archive: Path, known: set[str]) -> int:
    """Removes files that are in no manifest: what an import that ended early left behind.

    Returns:
        How many files were removed.
    """
    orphans = [path for path in archive.rglob("*.parquet") if path.relative_to(archive).as_posix() not in known]
    for path in orphans:
        path.unlink()
    return len(orphans)


def remove(folder: Path) -> None:
    """Removes a folder of scratch files, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
