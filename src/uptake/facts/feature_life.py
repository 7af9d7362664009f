"""Feature life: when an entity first used a feature and when it was adopted.

Adopted means used on so many different days within so many days, the first use included, as the plan
says for each feature. `adopted_on` is the day that completed it, missing where it never came to that;
`first_at` is the instant of the first use.
"""

from __future__ import annotations

from uptake.facts import sole_member
from uptake.facts.active_day import GRAINS
from uptake.facts.feature_day import chosen
from uptake.facts.scope import Scope
from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE user_feature (
    user_key INTEGER, feature_key SMALLINT, first_on DATE, adopted_on DATE, first_at TIMESTAMP
);
CREATE TABLE member_feature (
    member_key BIGINT, feature_key SMALLINT, first_on DATE, adopted_on DATE, first_at TIMESTAMP
);
CREATE TABLE account_feature (
    account_key INTEGER, feature_key SMALLINT, first_on DATE, adopted_on DATE, first_at TIMESTAMP
);
"""
NTH_DAY = {1: "any_value(first_on)", 2: "min(day) FILTER (day > first_on)"}
"""The n-th different day of use; further ones need the list of days, which is slower."""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the lives of everyone in the scope again."""
    groups: dict[int, list[tuple[int, int]]] = {}
    for key, feature in chosen(plan, scope).items():
        groups.setdefault(feature.adopted.days, []).append((key, feature.adopted.within_days))
    sole_member.find(cursor, scope)
    for entity, expression in GRAINS.items():
        rows = scope.of(entity)
        cursor.execute(f"DELETE FROM {entity}_feature WHERE {scope.stale(entity)}")
        if entity == "member":
            sole_member.copy(cursor, "feature", "feature_key, first_on")
            rows += f" AND {sole_member.OTHERS}"
        for days, rules in groups.items():
            nth = NTH_DAY.get(days, f"list_sort(list_distinct(list(day)))[{days}]")
            values = ", ".join(f"({key}, {within})" for key, within in rules)
            cursor.execute(
                f"""INSERT INTO {entity}_feature
                WITH rule(feature_key, within_days) AS (VALUES {values}), used AS (
                    SELECT {expression} AS entity_key, feature_key, day, first_at FROM feature_day
                    WHERE entity_key IS NOT NULL AND {rows}
                        AND feature_key IN (SELECT feature_key FROM rule)
                ), first_use AS (
                    SELECT entity_key, feature_key, min(day) AS first_on, min(first_at) AS first_at
                    FROM used GROUP BY ALL
                ), adopted AS (
                    SELECT entity_key, feature_key, {nth} AS adopted_on
                    FROM used JOIN first_use USING (entity_key, feature_key) JOIN rule USING (feature_key)
                    WHERE day < first_on + within_days GROUP BY ALL
                )
                SELECT entity_key, feature_key, first_on, adopted_on, first_at
                FROM first_use LEFT JOIN adopted USING (entity_key, feature_key) ORDER BY feature_key, first_on"""
            )
