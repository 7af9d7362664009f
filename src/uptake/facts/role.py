"""Roles: which role a user had in an account from when until when, `[valid_from, valid_to)`.

The role of the membership counts; where it says none, that of the seat; where that says none either, the user's
attribute `role`, in every account of the user. Of two rows that hold at one moment the one that began later counts, and
where it ends the other holds again. Beside it stands the role the CRM knows a contact by (champion, decision maker).
"""

from __future__ import annotations

from uptake.facts.membership import ALWAYS, NEVER, SPANS, keyed
from uptake.store.projection import Cursor

TABLE = """CREATE TABLE member_role (
    user_key INTEGER, account_key INTEGER, role VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP
)"""
ATTRIBUTE = "role"


def build(cursor: Cursor) -> None:
    """Makes all of them again; run after memberships and attributes."""
    cursor.execute("DELETE FROM member_role")
    cursor.execute(
        f"""INSERT INTO member_role
        WITH said AS ({keyed("SELECT 'membership' AS said_in, * FROM raw.memberships")}), {SPANS}, dated_contact AS (
            SELECT contact_id, user_id, account_id, role, import_id, ordinal, coalesce(valid_from, CASE WHEN row_number()
                OVER (PARTITION BY contact_id ORDER BY import_id, ordinal) = 1 THEN {ALWAYS} ELSE received_at END
            ) AS valid_from
            FROM raw.contacts WHERE user_id IS NOT NULL
        ), contact AS (
            SELECT *, lead(valid_from) OVER (
                PARTITION BY contact_id ORDER BY valid_from, import_id, ordinal
            ) AS valid_to FROM dated_contact
        ), told AS (
            SELECT 'product' AS vocabulary, 3 AS rank, user_key, account_key, role, begins_at, ends_at FROM span
            UNION ALL SELECT 'product', 2, user_key, account_key, role, valid_from, valid_to FROM seat
            UNION ALL SELECT 'product', 1, a.user_key, m.account_key, a.text, a.valid_from, a.valid_to
                FROM user_attribute a JOIN (SELECT DISTINCT user_key, account_key FROM membership) m USING (user_key)
                WHERE a.name = '{ATTRIBUTE}'
            UNION ALL SELECT 'crm', 0, user_key, account_key, role, valid_from, coalesce(valid_to, {NEVER})
                FROM ({keyed("SELECT 'contact' AS said_in, * FROM contact")})
        ), known AS (
            FROM told WHERE role IS NOT NULL AND begins_at < ends_at
        ), edge AS (
            SELECT vocabulary, user_key, account_key, unnest([begins_at, ends_at]) AS begins_at FROM known
        ), piece AS (
            SELECT DISTINCT vocabulary, user_key, account_key, begins_at FROM edge
        ), until AS (
            SELECT *, lead(begins_at) OVER (
                PARTITION BY vocabulary, user_key, account_key ORDER BY begins_at
            ) AS ends_at FROM piece
        )
        SELECT u.user_key, u.account_key, arg_max(k.role, (k.rank, k.begins_at, k.role)), u.begins_at, any_value(u.ends_at)
        FROM until u JOIN known k ON k.vocabulary = u.vocabulary AND k.user_key = u.user_key
            AND k.account_key = u.account_key AND k.begins_at <= u.begins_at AND k.ends_at > u.begins_at
        WHERE u.ends_at IS NOT NULL GROUP BY u.vocabulary, u.user_key, u.account_key, u.begins_at ORDER BY ALL"""
    )
