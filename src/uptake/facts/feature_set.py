"""Feature sets: which features were used, one row per account, user and local day, a bit for each feature.

How many different features somebody used over any days is then an OR of few numbers, not a count of
distinct rows. Feature `k` is bit `k % 64` of word `k // 64`; most plans need one word. Days of activity
without any feature have a row too, so that one pass tells both who was active and what was used.
"""

from __future__ import annotations

from collections.abc import Iterable

from uptake.facts.scope import Scope
from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """CREATE TABLE feature_set (
    account_key INTEGER, user_key INTEGER, day DATE, word USMALLINT, bits UBIGINT, is_active BOOLEAN
)"""
WORD = 64
"""Features a word."""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the feature sets of the scope again, from its feature days and active days."""
    del plan
    cursor.execute(f"DELETE FROM feature_set WHERE {scope.rows()}")
    cursor.execute(
        f"""INSERT INTO feature_set
        SELECT account_key, user_key, day, word, bit_or(bits), bool_or(is_active) FROM (
            SELECT account_key, user_key, day, feature_key // {WORD} AS word,
                1::UBIGINT << (feature_key % {WORD})::UBIGINT AS bits, false AS is_active FROM feature_day
            UNION ALL SELECT account_key, user_key, day, 0, 0, true FROM active_day
        ) WHERE {scope.rows()} GROUP BY ALL ORDER BY day, account_key, user_key"""
    )


def words(features: Iterable[int]) -> dict[int, int]:
    """Word -> bits of the features in it.

    Args:
        features: Keys of features.

    >>> words([1, 3, 64])
    {0: 10, 1: 1}
    """
    found: dict[int, int] = {}
    for key in sorted(features):
        found[key // WORD] = found.get(key // WORD, 0) | 1 << key % WORD
    return found
