"""Acquisition: the first touch of users as an attribute, dated like any other.

It holds from the start of life where the touch came soon after it, so that those who started can be told apart by it;
else from the touch, before which nobody knew. Accounts have that of their first user. Whoever was imported with an
attribute of that name keeps it.
"""

from __future__ import annotations

from uptake.facts.membership import NEVER
from uptake.facts.selection import number_of, property_number, property_sql, property_text
from uptake.plan import Condition, Plan
from uptake.plan.acquisition import ATTRIBUTE, Acquisition
from uptake.store.projection import Cursor
from uptake.store.sql import literal


def build(cursor: Cursor, plan: Plan) -> None:
    """Adds the attribute to those of users and accounts, which have just been made, as have the starts."""
    found = plan.acquisition
    if found is None:
        return
    for entity, touched in (("user", _of_users(found, plan.product.timezone)), ("account", _of_accounts())):
        key = f"{entity}_key"
        is_soon = f"t.known_from <= s.started_at + to_days({found.within_days})"
        cursor.execute(
            f"""INSERT INTO {entity}_attribute
            SELECT t.{key}, {literal(ATTRIBUTE)}, t.channel, {number_of("t.channel")},
                CASE WHEN {is_soon} THEN least(t.known_from, s.started_at) ELSE t.known_from END, {NEVER}
            FROM ({touched}) t LEFT JOIN {entity}_start s USING ({key})
            WHERE t.{key} NOT IN (SELECT {key} FROM {entity}_attribute WHERE name = {literal(ATTRIBUTE)})
            ORDER BY t.{key}"""
        )


def _of_users(found: Acquisition, zone: str) -> str:
    """SQL for (user_key, channel, known_from)."""
    says = " OR ".join(f"{property_text(name, 'e.properties')} IS NOT NULL" for name in found.properties)
    cases = " ".join(
        f"WHEN {' AND '.join(_test(test, zone) for test in channel.where)} THEN {literal(channel.name)}"
        for channel in found.channels
    )
    return f"""SELECT user_key, CASE {cases} ELSE {literal(found.other)} END AS channel, event_at AS known_from
            FROM (
                SELECT e.user_key, e.event_at, e.properties FROM event e JOIN (
                    SELECT user_key, min(event_at) AS first_at FROM event WHERE user_key IS NOT NULL GROUP BY user_key
                ) f USING (user_key)
                WHERE e.event_at - f.first_at <= to_days({found.within_days}) AND e.properties IS NOT NULL AND ({says})
                QUALIFY row_number() OVER (PARTITION BY e.user_key ORDER BY e.event_at, e.import_id, e.ordinal) = 1
            )"""


def _test(test: Condition, zone: str) -> str:
    return property_sql(test, property_text(test.property), property_number(test.property), zone)


def _of_accounts() -> str:
    """SQL for (account_key, channel, known_from): that of the member who started first."""
    return f"""SELECT m.account_key, arg_min(a.text, a.valid_from) AS channel, min(a.valid_from) AS known_from
            FROM (
                SELECT (member_key >> 32)::INTEGER AS account_key, (member_key & 4294967295)::INTEGER AS user_key
                FROM member_start JOIN users u ON u.user_key = member_key & 4294967295 WHERE started_at IS NOT NULL
                QUALIFY row_number() OVER (PARTITION BY account_key ORDER BY started_at, u.user_id) = 1
            ) m JOIN user_attribute a ON a.user_key = m.user_key AND a.name = {literal(ATTRIBUTE)}
            GROUP BY m.account_key"""
