"""The data themselves: what was refused, what nobody can be told from, how far they reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from uptake.check.finding import Finding, many, percent
from uptake.check.subject import FEW, Subject

MOST_REASONS = 20
SAFE_SQLITE = (3, 51, 3)
"""From this version on several connections may write one file; before, resetting the log had a race."""


def quarantine(checked: Subject) -> Iterator[Finding]:
    """Rows in quarantine, by kind and reason."""
    reasons = checked.ledger.quarantine_reasons()
    for kind, reason, rows in reasons[:MOST_REASONS]:
        what = f"{many(rows, 'row')} of {kind} in quarantine: {reason}."
        yield Finding("warning", "", what, "See quarantine list; retry takes them once they can be read.")
    if more := reasons[MOST_REASONS:]:
        rows = sum(count for _, _, count in more)
        yield Finding(
            "warning",
            "",
            f"{many(rows, 'row')} in quarantine for {many(len(more), 'further reason')}.",
            "See quarantine list.",
        )


def known_rows(checked: Subject) -> Iterator[Finding]:
    """Rows that came again."""
    imports = checked.ledger.imports()
    if known := sum(done.rows_known for done in imports):
        read = sum(done.rows_read for done in imports)
        yield Finding("note", "", f"{known:,} of {read:,} rows read had been stored before and count once.")


def senders(checked: Subject) -> Iterator[Finding]:
    """Events that belong to no user, or to no account."""
    rows, by_users, in_accounts = checked.cursor.execute(
        "SELECT count(*), count(user_key), count(account_key) FROM event"
    ).fetchall()[0]
    if in_accounts == 0:
        what = "No event belongs to an account, so questions about accounts have no answer."
        yield Finding("note", "", what, "Import events with an account_id, or memberships.")
    elif missing := rows - in_accounts:
        yield _without(missing, rows, "account", "Name the account in the event, or import memberships.")
    if missing := rows - by_users:
        yield _without(missing, rows, "user", "Name who did it, where somebody did.")


def _without(missing: int, rows: int, entity: str, do: str) -> Finding:
    what = f"{missing:,} of {rows:,} events ({percent(missing, rows)}) belong to no {entity}: none is counted for one."
    return Finding("warning" if missing >= FEW * rows else "note", "", what, do)


def seats(checked: Subject) -> Iterator[Finding]:
    """Users with a seat who never came."""
    held, never = checked.cursor.execute(
        """SELECT count(*), count(*) FILTER (user_key NOT IN (SELECT user_key FROM session))
        FROM (SELECT DISTINCT user_key FROM seat WHERE valid_to > $last_day)""",
        {"last_day": checked.last_day},
    ).fetchall()[0]
    if never:
        what = f"{never:,} of {held:,} users with a seat ({percent(never, held)}) never came."
        yield Finding("note", "", what, "They count as not adopted; adoption_rate shows which accounts they are in.")


def extent(checked: Subject) -> Iterator[Finding]:
    """The days the events span, and how old the last one was when rows last came in."""
    first_day, received = checked.cursor.execute(
        "SELECT min(day), (SELECT max(value)::TIMESTAMP::DATE FROM meta WHERE name = 'received_at') FROM event"
    ).fetchall()[0]
    rows = many(sum(checked.events.values()), "event")
    what = f"Data end on {checked.last_day}: {rows} since {first_day}, {len(checked.events):,} different ones."
    if received is not None and checked.last_day is not None and (days := (received - checked.last_day).days) > 1:
        what += f" The last import was {days:,} days later."
    yield Finding("note", "", what, "Numbers are as of that day unless as_of says otherwise.")


def sqlite(checked: Subject) -> Iterator[Finding]:
    """A version of SQLite whose log needs a single owner, which the workspace's lock makes sure of."""
    del checked
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        safe = ".".join(str(part) for part in SAFE_SQLITE)
        yield Finding(
            "note",
            "",
            f"SQLite is {sqlite3.sqlite_version}, older than {safe}: one connection owns the ledger, which is safe.",
            "Open ledger.sqlite with no other program while Uptake runs.",
        )
