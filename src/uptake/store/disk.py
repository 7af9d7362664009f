"""A disk without room: told as one error, whichever of the files could not be written."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from uptake.errors import DiskFull


def is_full(error: BaseException) -> bool:
    """Whether an error of the system, of DuckDB or of SQLite means that there is no room left."""
    match error:
        case OSError():
            return error.errno in {errno.ENOSPC, errno.EDQUOT}
        case sqlite3.Error():
            return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        case duckdb.Error():
            return "No space left on device" in str(error) or "Disk quota exceeded" in str(error)
    return False


@contextmanager
def needing_room(folder: Path) -> Iterator[None]:
    """Tells people where the disk of a folder was full while the block ran.

    Raises:
        DiskFull: There was no room left.
    """
    try:
        yield
    except (OSError, sqlite3.Error, duckdb.Error) as error:
        if is_full(error):
            raise DiskFull(folder) from error
        raise
