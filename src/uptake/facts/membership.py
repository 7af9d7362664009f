"""Memberships: who belonged to which account from when until when, `[valid_from, valid_to)`.

Declared ones come from membership rows, the seat roster and the account named in user rows. A user
who only ever acted in an account belongs to it as observed: from the first event there, and to the
first such account from the beginning.
"""

from __future__ import annotations

from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE membership (user_key INTEGER, account_key INTEGER, role VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);
CREATE TABLE seat (account_key INTEGER, user_key INTEGER, role VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP);
"""
ALWAYS = "TIMESTAMP '1970-01-01'"
"""Since before anything was measured."""
NEVER = "TIMESTAMP '9999-12-31'"
"""No end yet."""


def build(cursor: Cursor, plan: Plan) -> None:
    """Makes memberships and seats again from all rows that name them."""
    del plan
    cursor.execute("DELETE FROM seat")
    cursor.execute(
        f"""INSERT INTO seat
        SELECT a.account_key, coalesce(p.user_key, u.user_key), arg_max(s.role, (s.import_id, s.ordinal)),
            coalesce(s.valid_from, {ALWAYS}) AS starts, arg_max(coalesce(s.valid_to, {NEVER}), (s.import_id, s.ordinal))
        FROM raw.seats s JOIN accounts a USING (account_id)
        JOIN users u ON u.user_id = s.user_id AND NOT u.is_anonymous
        LEFT JOIN person p ON p.actor_key = u.user_key
        GROUP BY 1, 2, 4 ORDER BY 1, 2, 4"""  # noqa: S608 - constants of this file
    )
    cursor.execute("DELETE FROM membership")
    cursor.execute(
        f"""INSERT INTO membership
        WITH user_rows AS (
            SELECT user_id, account_id, import_id, ordinal, coalesce(valid_from, CASE WHEN row_number() OVER (
                PARTITION BY user_id ORDER BY import_id, ordinal) = 1 THEN {ALWAYS} ELSE received_at END) AS holds_from
            FROM raw.users WHERE account_id IS NOT NULL
        ), moves AS (
            SELECT user_id, account_id, holds_from FROM user_rows
            QUALIFY account_id IS DISTINCT FROM lag(account_id) OVER (
                PARTITION BY user_id ORDER BY holds_from, import_id, ordinal)
        ), said_by_user AS (
            -- a user row names the account as of its date; the next one that names another account ends it
            SELECT user_id, account_id, holds_from AS valid_from,
                coalesce(lead(holds_from) OVER (PARTITION BY user_id ORDER BY holds_from), {NEVER}) AS valid_to
            FROM moves
        ), declared AS (
            SELECT user_id, account_id, role, coalesce(valid_from, {ALWAYS}) AS valid_from,
                coalesce(valid_to, {NEVER}) AS valid_to FROM raw.memberships
            UNION ALL
            SELECT user_id, account_id, role, coalesce(valid_from, {ALWAYS}), coalesce(valid_to, {NEVER}) FROM raw.seats
            UNION ALL
            SELECT user_id, account_id, NULL, valid_from, valid_to FROM said_by_user
        ), keyed AS (
            SELECT coalesce(p.user_key, u.user_key) AS user_key, account_key, role, valid_from, valid_to
            FROM declared JOIN accounts USING (account_id)
            JOIN users u ON u.user_id = declared.user_id AND NOT u.is_anonymous
            LEFT JOIN person p ON p.actor_key = u.user_key
            WHERE valid_from < valid_to
        ), merged AS (
            -- the same membership said by two files is one; gaps between spans stay gaps
            SELECT user_key, account_key, role, valid_from, valid_to,
                valid_from > max(valid_to) OVER (
                    PARTITION BY user_key, account_key ORDER BY valid_from, valid_to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS is_apart
            FROM keyed
        ), spans AS (
            SELECT *, count(*) FILTER (is_apart IS NOT FALSE) OVER (
                PARTITION BY user_key, account_key ORDER BY valid_from, valid_to ROWS UNBOUNDED PRECEDING
            ) AS span FROM merged
        )
        SELECT user_key, account_key, max(role), min(valid_from), max(valid_to) FROM spans
        GROUP BY user_key, account_key, span ORDER BY user_key, account_key"""  # noqa: S608 - constants of this file
    )


def observe(cursor: Cursor) -> None:
    """Adds memberships seen in events only; run after the events have their people."""
    cursor.execute(
        f"""INSERT INTO membership
        WITH acted AS (
            SELECT user_key, account_key, min(event_at) AS first_at FROM event
            WHERE user_key IS NOT NULL AND account_key IS NOT NULL AND NOT is_account_inferred GROUP BY ALL
        ), unknown AS (
            SELECT *, row_number() OVER (PARTITION BY user_key ORDER BY first_at, account_key) AS nth
            FROM acted ANTI JOIN membership USING (user_key, account_key)
        )
        SELECT user_key, account_key, NULL,
            CASE WHEN nth = 1 AND user_key NOT IN (SELECT user_key FROM membership) THEN {ALWAYS} ELSE first_at END, {NEVER}
        FROM unknown"""  # noqa: S608 - constants of this file
    )
