"""Presence: from when until when someone was there to be counted, `[valid_from, valid_to)`.

A user who is a member of some account is present while a membership lasts; one who never was in any,
always. Whoever is known from a creation date begins there, or with an earlier event; whoever is known
from events alone begins with the first, so that nobody counts in the months before anyone could know
of them. A seat without a date was always there: its user may never come.

Nobody is there twice: spans that overlap or touch are one, so a moment meets each entity once at most.

An account is present until it churned, and again from a contract signed later; the last word on
either date counts. Denominators use all this, so that people who left do not depress today's shares.
"""

from __future__ import annotations

from uptake.facts.membership import ALWAYS, NEVER
from uptake.plan import Plan
from uptake.store.projection import Cursor
from uptake.store.sql import instant, literal

TABLE = """
CREATE TABLE user_presence (user_key INTEGER, valid_from TIMESTAMP, valid_to TIMESTAMP);
CREATE TABLE account_presence (account_key INTEGER, valid_from TIMESTAMP, valid_to TIMESTAMP);
CREATE TABLE member_presence (member_key BIGINT, valid_from TIMESTAMP, valid_to TIMESTAMP);
"""
DECLARED = {"user": ("users", "memberships", "seats"), "account": ("accounts", "users", "memberships", "seats")}
"""Kinds of rows that say that somebody is there, beside those that say what somebody did."""
CREATED = {"user": ("created_at",), "account": ("created_at", "signed_on")}


def build(cursor: Cursor, plan: Plan) -> None:
    """Makes all three tables again."""
    zone = plan.product.timezone
    cursor.execute("DELETE FROM member_presence")
    cursor.execute(
        f"""INSERT INTO member_presence
        WITH {_begun("user", zone)}
, span AS (
            SELECT (account_key::BIGINT << 32) | user_key AS member_key,
                greatest(valid_from, begins_at) AS valid_from, valid_to
            FROM membership JOIN user_begun USING (user_key)
        ) {_merged("member_key")}"""
    )
    cursor.execute("DELETE FROM user_presence")
    cursor.execute(
        f"""INSERT INTO user_presence
        WITH {_begun("user", zone)}, span AS (
            SELECT (member_key & 4294967295)::INTEGER AS user_key, valid_from, valid_to FROM member_presence
            UNION ALL
            SELECT user_key, begins_at, {NEVER} FROM user_begun ANTI JOIN membership USING (user_key)
        ) {_merged("user_key")}"""
    )
    cursor.execute("DELETE FROM account_presence")
    cursor.execute(
        f"""INSERT INTO account_presence
        WITH {_begun("account", zone)}, last_word AS (
            SELECT account_key, max(said_at) FILTER (name = 'churned_on') AS churned_on,
                max(said_at) FILTER (name = 'signed_on') AS signed_on
            FROM ({_dates("account", zone, "churned_on", "signed_on")}) WHERE valid_to = {NEVER} GROUP BY account_key
        ), span AS (
            SELECT account_key, begins_at AS valid_from, coalesce(churned_on, {NEVER}) AS valid_to
            FROM account_begun LEFT JOIN last_word USING (account_key)
            UNION ALL SELECT account_key, signed_on, {NEVER} FROM last_word WHERE signed_on > churned_on
        )
        {_merged("account_key")}"""
    )


def _merged(key: str) -> str:
    """SQL for the rows of `span` (key, valid_from, valid_to), those that overlap or touch made one."""
    return f"""SELECT {key}, min(valid_from) AS valid_from, max(valid_to) AS valid_to FROM (
            SELECT *, count(*) FILTER (begins_anew) OVER (PARTITION BY {key} ORDER BY valid_from, valid_to) AS number
            FROM (
                SELECT *, valid_from > max(valid_to) OVER (
                    PARTITION BY {key} ORDER BY valid_from, valid_to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS begins_anew
                FROM span WHERE valid_from < valid_to
            )
        ) GROUP BY {key}, number ORDER BY ALL"""


def _begun(entity: str, zone: str) -> str:
    """SQL for the relation `user_begun` or `account_begun`: (key, begins_at) of everybody known."""
    key = f"{entity}_key"
    everybody = "(FROM users ANTI JOIN person ON person.actor_key = users.user_key)" if entity == "user" else "accounts"
    rows = " UNION ".join(f"SELECT {entity}_id FROM raw.{kind}" for kind in DECLARED[entity])
    declared = (
        f"SELECT coalesce(p.user_key, u.user_key) AS user_key FROM ({rows}) JOIN users u USING (user_id)"
        " LEFT JOIN person p ON p.actor_key = u.user_key WHERE NOT u.is_anonymous"
        if entity == "user"
        else f"SELECT account_key FROM ({rows}) JOIN accounts USING (account_id)"
    )
    return f"""{entity}_begun AS (
            SELECT e.{key}, coalesce(
                CASE WHEN c.created_at IS NOT NULL THEN least(c.created_at, a.first_at) END,
                CASE WHEN d.{key} IS NULL THEN a.first_at END,
                {ALWAYS}
            ) AS begins_at
            FROM {everybody} e
            LEFT JOIN (SELECT {key}, min(said_at) AS created_at FROM ({_dates(entity, zone, *CREATED[entity])})
                GROUP BY 1) c USING ({key})
            LEFT JOIN (SELECT {key}, min(event_at) AS first_at FROM event WHERE {key} IS NOT NULL GROUP BY 1) a USING ({key})
            LEFT JOIN (SELECT DISTINCT {key} FROM ({declared})) d USING ({key})
        )"""


def _dates(entity: str, zone: str, *names: str) -> str:
    """SQL for the attributes of those names that hold instants, with the instant as `said_at`."""
    listed = ", ".join(literal(name) for name in names)
    return f"""SELECT *, {instant("text", literal(zone))} AS said_at FROM {entity}_attribute WHERE name IN ({listed})"""
