"""What accounts are called and who is in them, for tables that know accounts and users by id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from uptake.metrics.core.query import fetch
from uptake.store.projection import Cursor
from uptake.store.sql import literal, local_day


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


def accounts_of_users(cursor: Cursor, user_ids: Iterable[str], as_of: datetime) -> dict[str, str]:
    """The names of the accounts that each user is in, by the user's id; users in none are left out.

    Args:
        cursor: A cursor of the projection.
        user_ids: The users.
        as_of: The instant it is told for, UTC.
    """
    rows = fetch(
        cursor,
        """SELECT u.user_id, string_agg(DISTINCT coalesce(t.text, a.account_id), ', '
            ORDER BY coalesce(t.text, a.account_id)) AS accounts
        FROM users u JOIN membership m USING (user_key) JOIN accounts a USING (account_key)
        LEFT JOIN account_attribute t ON t.account_key = a.account_key AND t.name = 'name'
            AND t.valid_from < $as_of AND t.valid_to >= $as_of
        WHERE u.user_id IN (SELECT unnest($ids)) AND m.valid_from < $as_of AND m.valid_to >= $as_of
        GROUP BY u.user_id""",
        {"ids": sorted(set(user_ids)), "as_of": as_of},
    )
    return {str(row["user_id"]): str(row["accounts"]) for row in rows}


def about_accounts(cursor: Cursor, as_of: datetime, zone: str) -> dict[str, dict[str, Any]]:
    """Of every account by id: name (the id where it has none), plan, owner and renewal_on; None where nobody says.

    Args:
        cursor: A cursor of the projection.
        as_of: The instant it is told for, UTC.
        zone: The product's time zone.
    """
    rows = fetch(
        cursor,
        f"""SELECT account_id, coalesce(max(text) FILTER (name = 'name'), account_id) AS name,
            max(text) FILTER (name = 'plan') AS plan, max(text) FILTER (name = 'owner') AS owner,
            {local_day("max(text) FILTER (name = 'renewal_on')", literal(zone))} AS renewal_on
        FROM accounts LEFT JOIN (
            FROM account_attribute WHERE name IN ('name', 'plan', 'owner', 'renewal_on')
                AND valid_from < $as_of AND valid_to >= $as_of
        ) USING (account_key) GROUP BY account_id""",
        {"as_of": as_of},
    )
    return {str(row["account_id"]): {key: value for key, value in row.items() if key != "account_id"} for row in rows}


def account_ids_of_users(cursor: Cursor, user_ids: Iterable[str], as_of: datetime) -> dict[str, tuple[str, ...]]:
    """The accounts that each user is in, by the user's id; users in none are left out.

    Args:
        cursor: A cursor of the projection.
        user_ids: The users.
        as_of: The instant it is told for, UTC.
    """
    rows = cursor.execute(
        """SELECT user_id, list(DISTINCT account_id ORDER BY account_id)
        FROM membership JOIN users USING (user_key) JOIN accounts USING (account_key)
        WHERE valid_from < $as_of AND valid_to >= $as_of AND user_id IN (SELECT unnest($ids)) GROUP BY user_id""",
        {"as_of": as_of, "ids": list(user_ids)},
    ).fetchall()
    return {str(user_id): tuple(found) for user_id, found in rows}
