"""Occurrences: dated things that happened to accounts and users outside the product.

`won` (a deal), `subscribed`, `paid` (a subscription that costs something begins), `goal_met`, `outcome:NAME` and
`outcome` (a result of any name). Clocks start and stop at them as they do at events.
"""

from __future__ import annotations

from uptake.store.projection import Cursor

TABLE = "CREATE TABLE occurrence (account_key INTEGER, user_key INTEGER, name VARCHAR, occurred_at TIMESTAMP)"
KINDS = frozenset({"opportunities", "subscriptions", "outcomes", "goals"})
"""Kinds of rows it is made from."""
NAMES = ("won", "subscribed", "paid", "goal_met", "outcome")
"""Those that need no further name."""
OF_ACCOUNTS = ("won", "subscribed", "paid", "goal_met")
"""Those that never name a user: an account makes contracts and has goals."""
OUTCOME = "outcome:"
"""What the occurrences of one outcome begin with."""


def build(cursor: Cursor) -> None:
    """Makes all of them again: there are few."""
    cursor.execute("DELETE FROM occurrence")
    cursor.execute(
        f"""INSERT INTO occurrence
        WITH deal AS (
            -- a deal is won when it closed; without a date, when it was first said to be won
            SELECT account_id, coalesce(
                arg_max(close_on, (import_id, ordinal)), min(coalesce(valid_from, received_at))
            ) AS occurred_at
            FROM raw.opportunities WHERE is_won GROUP BY account_id, opportunity_id
        ), said AS (
            SELECT account_id, NULL AS user_id, 'won' AS name, occurred_at FROM deal
            UNION ALL SELECT account_id, NULL, 'subscribed', started_on FROM raw.subscriptions
            UNION ALL SELECT account_id, NULL, 'paid', started_on FROM raw.subscriptions WHERE mrr > 0
            UNION ALL SELECT account_id, NULL, 'goal_met', met_on FROM raw.goals
            UNION ALL SELECT account_id, user_id, unnest(['outcome', '{OUTCOME}' || outcome]), outcome_at FROM raw.outcomes
        )
        SELECT a.account_key, coalesce(p.user_key, u.user_key), s.name, s.occurred_at
        FROM said s LEFT JOIN accounts a USING (account_id)
        LEFT JOIN users u ON u.user_id = s.user_id AND NOT u.is_anonymous
        LEFT JOIN person p ON p.actor_key = u.user_key
        WHERE s.occurred_at IS NOT NULL ORDER BY ALL"""
    )
