"""What people write about customers: kept in one SQLite file, never made again from anything else.

It is neither a row that came in (that is the archive) nor a definition (that is the plan, which lives in git and has no
names of customers' troubles in it). Nothing is written over: the latest word counts, and those before it stay.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from uptake.errors import StorageDamaged, UptakeError

SCHEMA_VERSION = 1
"""Grows with every change of the tables; the file says it as `PRAGMA user_version`."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS distance_reason (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account_id TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL,
    told_on TEXT NOT NULL, written_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS distance_reason_of ON distance_reason (account_id, told_on);
"""


@dataclass(frozen=True)
class DistanceReason:
    """Why somebody who knows the account thinks it is far from its benchmark.

    Args:
        account_id: The account.
        reason: One of a short list; empty: what was written before no longer holds.
        note: In their own words.
        told_on: The last day of the data they looked at.
        written_at: When they wrote it, UTC.
    """

    account_id: str
    reason: str
    note: str
    told_on: date
    written_at: datetime


class State:
    """What people wrote.

    Args:
        path: The SQLite file; made if it is absent.

    Raises:
        StorageDamaged: The file cannot be read.
        UptakeError: A newer release made it.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            ((version,),) = self._connection.execute("PRAGMA user_version").fetchall()
            if version > SCHEMA_VERSION:
                raise UptakeError(f"{path} was made by a newer release.", do="Install that release.")
            self._connection.executescript(SCHEMA)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except UptakeError:
            self._connection.close()
            raise
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise StorageDamaged(
                f"{path} cannot be read: {error}.", do="It holds what people wrote: put it back from a backup."
            ) from error

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def write_reason(self, account_id: str, reason: str, note: str, told_on: date) -> None:
        """Adds a reason; an empty one takes back what was written before."""
        row = (account_id, reason, note, told_on.isoformat(), datetime.now(UTC).isoformat())
        with self._lock:
            self._connection.execute(
                "INSERT INTO distance_reason (account_id, reason, note, told_on, written_at) VALUES (?, ?, ?, ?, ?)",
                row,
            )

    def reasons(self, last: date) -> dict[str, DistanceReason]:
        """Account -> the latest reason of what was known by a day; those that were taken back are left out."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT account_id, reason, note, told_on, written_at FROM distance_reason WHERE told_on <= ?"
                " ORDER BY told_on, number",
                (last.isoformat(),),
            ).fetchall()
        latest = {
            row[0]: DistanceReason(row[0], row[1], row[2], date.fromisoformat(row[3]), datetime.fromisoformat(row[4]))
            for row in rows
        }
        return {account_id: one for account_id, one in latest.items() if one.reason}
