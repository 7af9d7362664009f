"""Memberships and seats: who belonged to which account from when until when, `[valid_from, valid_to)`.

Declared ones come from membership rows, the seat roster and the account named in user rows. Of rows
of one kind that begin at the same moment the latest counts, so that an open one can be closed. A
membership row that says only when it ended ends whatever had begun before; a seat row, the seat. A
user who only ever acted in an account belongs to it as observed: from the first event there, and to
the first such account from the beginning. Who acted before the first declared one belongs from that event on.
"""

from __future__ import annotations

from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE membership (user_key INTEGER, account_key INTEGER, role VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);
CREATE TABLE seat (account_key INTEGER, user_key INTEGER, role VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);
"""
ALWAYS = "TIMESTAMP '1970-01-01'"
"""Since before anything was measured."""
NEVER = "TIMESTAMP '9999-12-31'"
"""No end yet."""
SPANS = f"""begun AS (
            SELECT said_in, user_key, account_key, arg_max(role, nth) AS role, coalesce(valid_from, {ALWAYS}) AS begins_at,
                arg_max(coalesce(valid_to, {NEVER}), nth) AS ends_at
            FROM said WHERE valid_from IS NOT NULL OR valid_to IS NULL GROUP BY said_in, user_key, account_key, begins_at
        ), ended AS (
            SELECT user_key, account_key, valid_to AS ended_at FROM said WHERE valid_from IS NULL AND valid_to IS NOT NULL
        ), whole AS (
            SELECT user_key, account_key, role, begins_at, ends_at FROM begun
            UNION ALL SELECT e.user_key, e.account_key, NULL, {ALWAYS}, e.ended_at FROM ended e ANTI JOIN begun b
                ON b.user_key = e.user_key AND b.account_key = e.account_key
                AND b.begins_at < least(b.ends_at, e.ended_at)
        ), span AS (
            SELECT w.user_key, w.account_key, w.role, w.begins_at, least(w.ends_at, min(e.ended_at)) AS ends_at
            FROM whole w LEFT JOIN ended e
                ON e.user_key = w.user_key AND e.account_key = w.account_key AND e.ended_at > w.begins_at
            GROUP BY w.user_key, w.account_key, w.role, w.begins_at, w.ends_at
        )"""
"""From the relation `said` (said_in, user_key, account_key, role, valid_from, valid_to, nth) to spans."""


def build(cursor: Cursor) -> None:
    """Makes memberships and seats again from all rows that name them."""
    cursor.execute("DELETE FROM seat")
    cursor.execute(
        f"""INSERT INTO seat
        WITH said AS ({keyed("SELECT 'seat' AS said_in, * FROM raw.seats")}), {SPANS}
        SELECT account_key, user_key, max(role), begins_at, max(ends_at) FROM span WHERE begins_at < ends_at
        GROUP BY account_key, user_key, begins_at ORDER BY ALL"""
    )
    cursor.execute("DELETE FROM membership")
    cursor.execute(
        f"""INSERT INTO membership
        WITH user_row AS (
            SELECT user_id, account_id, import_id, ordinal, coalesce(valid_from, CASE WHEN row_number() OVER (
                PARTITION BY user_id ORDER BY import_id, ordinal) = 1 THEN {ALWAYS} ELSE received_at END) AS holds_from
            FROM raw.users WHERE account_id IS NOT NULL
        ), latest AS (
            FROM user_row QUALIFY row_number() OVER (
                PARTITION BY user_id, holds_from ORDER BY import_id DESC, ordinal DESC) = 1
        ), move AS (
            FROM latest QUALIFY account_id IS DISTINCT FROM lag(account_id) OVER (
                PARTITION BY user_id ORDER BY holds_from)
        ), by_user AS (
            -- a user row names the account as of its date; the next one that names another account ends it
            SELECT 'user' AS said_in, user_id, account_id, NULL::VARCHAR AS role, holds_from AS valid_from,
                coalesce(lead(holds_from) OVER (PARTITION BY user_id ORDER BY holds_from), {NEVER}) AS valid_to,
                import_id, ordinal
            FROM move
        ), said AS (
            {keyed("SELECT 'membership' AS said_in, * FROM raw.memberships")}
            UNION ALL {keyed("FROM by_user")}
            UNION ALL SELECT 'seat', user_key, account_key, role, valid_from, valid_to, row(0, 0::UBIGINT) FROM seat
        ), {SPANS}, apart AS (
            -- the same membership said twice is one; gaps between spans stay gaps
            SELECT *, begins_at > max(ends_at) OVER (
                    PARTITION BY user_key, account_key ORDER BY begins_at, ends_at
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS is_apart
            FROM span WHERE begins_at < ends_at
        ), numbered AS (
            SELECT *, count(*) FILTER (is_apart IS NOT FALSE) OVER (
                PARTITION BY user_key, account_key ORDER BY begins_at, ends_at ROWS UNBOUNDED PRECEDING
            ) AS number FROM apart
        )
        SELECT user_key, account_key, arg_max(role, (begins_at, role)), min(begins_at), max(ends_at) FROM numbered
        GROUP BY user_key, account_key, number ORDER BY ALL"""
    )


def keyed(rows: str) -> str:
    """SQL for the relation `said` of some rows, with ids as the keys of people and accounts."""
    return f"""SELECT r.said_in, coalesce(p.user_key, u.user_key) AS user_key, a.account_key, r.role, r.valid_from,
                r.valid_to, row(r.import_id, r.ordinal) AS nth
            FROM ({rows}) r JOIN accounts a USING (account_id)
            JOIN users u ON u.user_id = r.user_id AND NOT u.is_anonymous
            LEFT JOIN person p ON p.actor_key = u.user_key"""


def observe(cursor: Cursor) -> None:
    """Adds memberships seen in events only; run after the events have their people.

    A declared one that begins later than the first event begins late, as a role that somebody got, or a row of a system
    that knows today alone, does: until then the membership is the observed one.
    """
    cursor.execute(
        f"""INSERT INTO membership
        WITH acted AS (
            SELECT user_key, account_key, min(event_at) AS first_at FROM event
            WHERE user_key IS NOT NULL AND account_key IS NOT NULL AND NOT is_account_inferred GROUP BY ALL
        ), declared AS (
            SELECT user_key, account_key, min(valid_from) AS begins_at FROM membership GROUP BY ALL
        ), unknown AS (
            SELECT *, row_number() OVER (PARTITION BY user_key ORDER BY first_at, account_id) AS nth
            FROM acted JOIN accounts USING (account_key) ANTI JOIN declared USING (user_key, account_key)
        )
        SELECT user_key, account_key, NULL,
            CASE WHEN nth = 1 AND user_key NOT IN (SELECT user_key FROM declared) THEN {ALWAYS} ELSE first_at END,
            {NEVER}
        FROM unknown
        UNION ALL SELECT user_key, account_key, NULL, first_at, begins_at
            FROM acted JOIN declared USING (user_key, account_key) WHERE first_at < begins_at"""
    )
