"""What accounts are called, for tables that know them by id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from uptake.metrics.query import fetch
from uptake.store.projection import Cursor


def account_names(cursor: Cursor, account_ids: Iterable[str], as_of: datetime) -> dict[str, str]:
    """The name of each account that has one, by id.

    Args:
        cursor: A cursor of the projection.
        account_ids: The accounts.
        as_of: The instant names are told for, UTC.
    """
    rows = fetch(
        cursor,
        """SELECT account_id, max(text) AS name FROM account_attribute JOIN accounts USING (account_key)
        WHERE name = 'name' AND valid_from < $as_of AND valid_to >= $as_of
            AND account_id IN (SELECT unnest($ids)) GROUP BY account_id""",
        {"ids": sorted(set(account_ids)), "as_of": as_of},
    )
    return {str(row["account_id"]): str(row["name"]) for row in rows}
