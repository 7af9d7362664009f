"""What was imported beside events, by whom it is about: answers, tickets, touches."""

from __future__ import annotations

from uptake.facts import tickets
from uptake.kinds import BY_NAME
from uptake.metrics.grain import USER
from uptake.signals.panel import Panel


def told_sql(panel: Panel, kind: str) -> str:
    """SQL for (entity_key, on_day, the columns of the kind): its rows, with the local day on which each happened.

    A row that names a user alone belongs to the account the user was in at that moment, if it was one, as events do;
    one that names an account alone belongs to none of its users.

    Args:
        panel: Whose rows.
        kind: feedback, tickets or touches.
    """
    at = BY_NAME[kind].at
    named = f"""SELECT r.*, coalesce(p.user_key, u.user_key) AS user_key, a.account_key FROM {_rows(kind)} r
        LEFT JOIN users u ON u.user_id = r.user_id AND NOT u.is_anonymous
        LEFT JOIN person p ON p.actor_key = u.user_key LEFT JOIN accounts a ON a.account_id = r.account_id"""
    if panel.grain is not USER:
        named = f"""SELECT n.* REPLACE (coalesce(n.account_key, m.account_key) AS account_key) FROM ({named}) n LEFT JOIN (
            SELECT n.import_id, n.ordinal, any_value(m.account_key) AS account_key
            FROM ({named}) n JOIN membership m ON m.user_key = n.user_key
            WHERE n.account_key IS NULL AND n.{at} >= m.valid_from AND n.{at} < m.valid_to
            GROUP BY ALL HAVING count(DISTINCT m.account_key) = 1
        ) m USING (import_id, ordinal)"""
    return f"""SELECT {panel.grain.key} AS entity_key, {panel.on(at)} AS on_day, * FROM ({named})
        WHERE {panel.grain.needs}"""


def _rows(kind: str) -> str:
    """SQL for the rows of a kind."""
    return tickets.LATEST if kind == "tickets" else f"raw.{kind}"


def latest_sql(panel: Panel, kind: str, value: str, where: str, holds_days: int) -> str:
    """SQL for (entity_key, begins, ends, value): the latest word of each, as long as it holds, for `Panel.held`.

    Args:
        panel: Whose.
        kind: As for `told_sql`.
        value: SQL for its value; rows without one say nothing.
        where: SQL that rows have to meet.
        holds_days: For how many days a word holds, its own day included.
    """
    at = BY_NAME[kind].at
    return f"""SELECT entity_key, begins, value, least(begins + {holds_days}, coalesce(lead(begins) OVER (
                PARTITION BY entity_key ORDER BY {at}, import_id, ordinal), begins + {holds_days})) AS ends
        FROM (SELECT *, on_day - $first::DATE AS begins, {value} AS value FROM ({told_sql(panel, kind)}) WHERE {where})
        WHERE value IS NOT NULL"""


def has_any(panel: Panel, kind: str) -> int | None:
    """The first day with a row of a kind, counted from the panel's first; None: there is none, of anybody."""
    at = BY_NAME[kind].at
    found = panel.cursor.execute(f"SELECT min({panel.on(at)}) FROM raw.{kind}").fetchall()[0][0]
    return None if found is None else (found - panel.first).days
