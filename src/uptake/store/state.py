"""What people write about customers: kept in one SQLite file, never made again from anything else.

It is neither a row that came in (that is the archive) nor a definition (that is the plan, which lives in git and has no
names of customers' troubles in it). Nothing is written over: the latest word counts, and those before it stay.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
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
CREATE TABLE IF NOT EXISTS alert_told (
    alert TEXT NOT NULL, entity TEXT NOT NULL, id TEXT NOT NULL, crossed_on TEXT NOT NULL, told TEXT NOT NULL,
    plan_version TEXT NOT NULL, told_at TEXT NOT NULL, seen_at TEXT, PRIMARY KEY (alert, entity, id, crossed_on)
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


@dataclass(frozen=True)
class AlertTold:
    """An alert that somebody was shown.

    Args:
        alert: Its name.
        entity: user or account.
        id: Whose.
        crossed_on: The day it is of.
        told: The alert as it was shown, as JSON.
        plan_version: The plan it was found by.
        told_at: When it was shown first, UTC.
        seen_at: When somebody said that they have seen it; None: nobody has.
    """

    alert: str
    entity: str
    id: str
    crossed_on: date
    told: str
    plan_version: str
    told_at: datetime
    seen_at: datetime | None


class State:
    """What people wrote, and what they were shown and may rely on.

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

    def tell_alerts(self, alerts: Iterable[tuple[str, str, str, date, str]], plan_version: str) -> None:
        """Keeps alerts that are shown, if they were not before.

        Args:
            alerts: Name, entity, id, day, and the alert as JSON.
            plan_version: The plan they were found by.
        """
        now = datetime.now(UTC).isoformat()
        rows = [(name, entity, id_, on.isoformat(), told, plan_version, now) for name, entity, id_, on, told in alerts]
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR IGNORE INTO alert_told VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", rows)
            self._connection.execute("COMMIT")

    def see_alert(self, alert: str, entity: str, id_: str, crossed_on: date) -> bool:
        """Notes that somebody has seen an alert; False if it was never shown."""
        now = datetime.now(UTC).isoformat()
        with self._lock:
            done = self._connection.execute(
                "UPDATE alert_told SET seen_at = coalesce(seen_at, ?)"
                " WHERE alert = ? AND entity = ? AND id = ? AND crossed_on = ?",
                (now, alert, entity, id_, crossed_on.isoformat()),
            )
        return bool(done.rowcount)

    def alerts_told(self, since: date, last: date) -> list[AlertTold]:
        """Alerts of some days that were shown."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT alert, entity, id, crossed_on, told, plan_version, told_at, seen_at FROM alert_told"
                " WHERE crossed_on BETWEEN ? AND ? ORDER BY crossed_on, alert, id",
                (since.isoformat(), last.isoformat()),
            ).fetchall()
        return [
            AlertTold(
                row[0], row[1], row[2], date.fromisoformat(row[3]), row[4], row[5], datetime.fromisoformat(row[6]),
                datetime.fromisoformat(row[7]) if row[7] else None,
            )
            for row in rows
        ]  # fmt: skip
