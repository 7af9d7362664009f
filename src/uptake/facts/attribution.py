"""Attribution: events that named no account belong to the account their user was in at that moment.

Only if it was exactly one: a user of two accounts who does not say where leaves the event without an
account, because counting it in either, or in both, would be a guess.
"""

from __future__ import annotations

from collections.abc import Iterable

from uptake.store.projection import Cursor


def build(cursor: Cursor, import_ids: Iterable[int] | None = None) -> None:
    """Attributes them again; leaves in `reattributed_user` the people whose events changed account.

    Args:
        cursor: The transaction's cursor.
        import_ids: Look only at the people with events in these imports; None: at everybody.
    """
    people = "e.user_key IN (SELECT user_key FROM membership) OR e.is_account_inferred"
    if import_ids is not None:
        listed = ", ".join(map(str, import_ids))
        people = f"e.user_key IN (SELECT user_key FROM event WHERE import_id IN ({listed}))"
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE attributed AS
        SELECT e.import_id, e.ordinal, any_value(e.user_key) AS user_key,
            CASE WHEN count(DISTINCT m.account_key) = 1 THEN any_value(m.account_key) END AS account_key
        FROM event e LEFT JOIN membership m
            ON m.user_key = e.user_key AND e.event_at >= m.valid_from AND e.event_at < m.valid_to
        WHERE (e.account_key IS NULL OR e.is_account_inferred) AND ({people})
        GROUP BY e.import_id, e.ordinal
        HAVING CASE WHEN count(DISTINCT m.account_key) = 1 THEN any_value(m.account_key) END
            IS DISTINCT FROM any_value(e.account_key)"""
    )
    cursor.execute(
        """UPDATE event SET account_key = a.account_key, is_account_inferred = a.account_key IS NOT NULL
        FROM attributed a WHERE event.import_id = a.import_id AND event.ordinal = a.ordinal"""
    )
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE reattributed_user AS
        SELECT DISTINCT user_key FROM attributed WHERE user_key IS NOT NULL"""
    )
