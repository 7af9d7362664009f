"""Feature life: when a user, or a user in one account, first used a feature and when it was adopted.

Adopted means used on so many different days within so many days, the first use included, as the plan
says for each feature. `adopted_on` is the day that completed it, missing where it never came to that.
Accounts have few rows of feature use each and need no such table.
"""

from __future__ import annotations

from uptake.facts.feature_day import keyed
from uptake.facts.scope import Scope
from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE user_feature (user_key INTEGER, feature_key SMALLINT, first_on DATE, adopted_on DATE);
CREATE TABLE member_feature (member_key BIGINT, feature_key SMALLINT, first_on DATE, adopted_on DATE);
"""
MEMBER_KEY = "(account_key::BIGINT << 32) | user_key"
NTH_DAY = {1: "any_value(first_on)", 2: "min(day) FILTER (day > first_on)"}
"""The n-th different day of use; further ones need the list of days, which is slower."""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the lives of everyone in the scope again."""
    groups: dict[int, list[tuple[int, int]]] = {}
    for key, feature in keyed(plan).items():
        groups.setdefault(feature.adopted.days, []).append((key, feature.adopted.within_days))
    for grain, expression, needs, stale in (
        ("user", "user_key", "user_key IS NOT NULL", "user_key"),
        (
            "member",
            MEMBER_KEY,
            "account_key IS NOT NULL AND user_key IS NOT NULL",
            "(member_key & 4294967295)::INTEGER",
        ),
    ):
        gone = "true" if scope.everything else f"{stale} IN (SELECT user_key FROM touched_user)"
        cursor.execute(f"DELETE FROM {grain}_feature WHERE {gone}")
        for days, rules in groups.items():
            nth = NTH_DAY.get(days, f"list_sort(list_distinct(list(day)))[{days}]")
            values = ", ".join(f"({key}, {within})" for key, within in rules)
            cursor.execute(
                f"""INSERT INTO {grain}_feature
                WITH rule(feature_key, within_days) AS (VALUES {values}), used AS (
                    SELECT {expression} AS entity_key, feature_key, day FROM feature_day
                    WHERE {needs} AND {scope.people()} AND feature_key IN (SELECT feature_key FROM rule)
                ), first_use AS (
                    SELECT entity_key, feature_key, min(day) AS first_on FROM used GROUP BY ALL
                ), adopted AS (
                    SELECT entity_key, feature_key, {nth} AS adopted_on
                    FROM used JOIN first_use USING (entity_key, feature_key) JOIN rule USING (feature_key)
                    WHERE day < first_on + within_days GROUP BY ALL
                )
                SELECT entity_key, feature_key, first_on, adopted_on
                FROM first_use LEFT JOIN adopted USING (entity_key, feature_key) ORDER BY feature_key, first_on"""
            )
