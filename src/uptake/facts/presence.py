"""Presence: from when until when someone was there to be counted, `[valid_from, valid_to)`.

A user who is a member of some account is present while a membership lasts; a user who never was in
one is always present. An account is present until it churned. Denominators use this, so that people
who left months ago do not depress today's shares.
"""

from __future__ import annotations

from uptake.facts.membership import ALWAYS, NEVER
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE user_presence (user_key INTEGER, valid_from TIMESTAMP, valid_to TIMESTAMP);
CREATE TABLE account_presence (account_key INTEGER, valid_from TIMESTAMP, valid_to TIMESTAMP);
CREATE TABLE member_presence (member_key BIGINT, valid_from TIMESTAMP, valid_to TIMESTAMP);
"""


def build(cursor: Cursor) -> None:
    """Makes all three tables again."""
    cursor.execute("DELETE FROM member_presence")
    cursor.execute(
        """INSERT INTO member_presence
        SELECT (account_key::BIGINT << 32) | user_key, valid_from, valid_to FROM membership ORDER BY ALL"""
    )
    cursor.execute("DELETE FROM user_presence")
    cursor.execute(
        f"""INSERT INTO user_presence
        SELECT DISTINCT user_key, valid_from, valid_to FROM membership
        UNION ALL
        SELECT user_key, {ALWAYS}, {NEVER} FROM users
        ANTI JOIN membership USING (user_key) ANTI JOIN person ON person.actor_key = users.user_key
        ORDER BY ALL"""  # noqa: S608 - constants
    )
    cursor.execute("DELETE FROM account_presence")
    cursor.execute(
        f"""INSERT INTO account_presence
        SELECT account_key, {ALWAYS}, coalesce(max(timezone('UTC', try_cast(text AS TIMESTAMPTZ))), {NEVER})
        FROM accounts LEFT JOIN (
            -- only the last word counts: an account that came back has an empty churn date again
            FROM account_attribute WHERE name = 'churned_on' AND valid_to = {NEVER}
        ) USING (account_key) GROUP BY account_key ORDER BY ALL"""  # noqa: S608 - constants
    )
