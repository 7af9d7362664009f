"""Sole members: users who used features in one account alone.

What is made of the feature days of such a user is the same for the user in that account, and is copied
instead of made twice. Most users of most products are.
"""

from __future__ import annotations

from uptake.facts.active_day import GRAINS
from uptake.facts.scope import Scope
from uptake.store.projection import Cursor

OTHERS = "user_key NOT IN (SELECT user_key FROM sole_member)"
"""SQL that holds for feature days of users of several accounts, or of none now and then."""


def find(cursor: Cursor, scope: Scope) -> None:
    """Leaves the sole members of the scope, with their account, in the temporary table `sole_member`."""
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE sole_member AS
        SELECT user_key, min(account_key) AS account_key FROM feature_day
        WHERE user_key IS NOT NULL AND {scope.people()} GROUP BY user_key
        HAVING count(account_key) = count(*) AND min(account_key) = max(account_key)"""
    )


def copy(cursor: Cursor, fact: str, order: str) -> None:
    """Copies the rows of sole members.

    Args:
        cursor: The transaction's cursor.
        fact: Of a table of users and one of members that begin with the key and go on alike.
        order: Columns that rows are kept in the order of.
    """
    cursor.execute(
        f"""INSERT INTO member_{fact} SELECT {GRAINS["member"]}, u.* EXCLUDE (user_key)
        FROM user_{fact} u JOIN sole_member USING (user_key) ORDER BY {order}"""
    )
