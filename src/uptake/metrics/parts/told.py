"""What was imported beside events, by whom it is about, as SQL: answers, tickets, touches."""

from __future__ import annotations

from uptake.facts import tickets
from uptake.kinds import BY_NAME
from uptake.metrics.core.grain import USER, Grain


def told_sql(kind: str, grain: Grain) -> str:
    """SQL for (entity_key, user_key, account_key, the columns of the kind): its rows, once each.

    A row that names a user alone belongs to the account the user was in at that moment, if it was one, as events do;
    one that names an account alone belongs to none of its users.

    Args:
        kind: feedback, tickets or touches.
        grain: Whose rows are meant; others are left out.
    """
    at, rows = BY_NAME[kind].at, tickets.LATEST if kind == "tickets" else f"raw.{kind}"
    named = f"""SELECT r.*, coalesce(p.user_key, u.user_key) AS user_key, a.account_key FROM {rows} r
        LEFT JOIN users u ON u.user_id = r.user_id AND NOT u.is_anonymous
        LEFT JOIN person p ON p.actor_key = u.user_key LEFT JOIN accounts a ON a.account_id = r.account_id"""
    if grain is not USER:
        named = f"""SELECT n.* REPLACE (coalesce(n.account_key, m.account_key) AS account_key) FROM ({named}) n LEFT JOIN (
            SELECT n.import_id, n.ordinal, any_value(m.account_key) AS account_key
            FROM ({named}) n JOIN membership m ON m.user_key = n.user_key
            WHERE n.account_key IS NULL AND n.{at} >= m.valid_from AND n.{at} < m.valid_to
            GROUP BY ALL HAVING count(DISTINCT m.account_key) = 1
        ) m USING (import_id, ordinal)"""
    return f"SELECT {grain.key} AS entity_key, * FROM ({named}) WHERE {grain.needs}"
