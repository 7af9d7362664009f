"""Feature silence: for how long an entity left a feature alone that it had adopted.

One row per span without use of at least one cadence of the feature, from the last use before it,
`last_on`, to the next one, `next_on`; there is none in between, and everyone who adopted a feature
has a last span that never ended. `longest_before` is the length in days of the longest earlier one,
so that the first silence of so many days is a filter that meets each adoption once:
`next_on - last_on > quiet AND longest_before <= quiet`, for a quiet time of a cadence or more.
"""

from __future__ import annotations

from uptake.facts import sole_member
from uptake.facts.active_day import GRAINS, NEVER
from uptake.facts.feature_day import chosen
from uptake.facts.scope import Scope
from uptake.plan import Plan
from uptake.store.projection import Cursor

COLUMNS = "feature_key SMALLINT, adopted_on DATE, last_on DATE, next_on DATE, longest_before INTEGER"
TABLE = f"""
CREATE TABLE user_silence (user_key INTEGER, {COLUMNS});
CREATE TABLE member_silence (member_key BIGINT, {COLUMNS});
CREATE TABLE account_silence (account_key INTEGER, {COLUMNS});
"""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the silences of everyone in the scope again, from feature days and lives."""
    cadences = ", ".join(f"({key}, {feature.cadence_days})" for key, feature in chosen(plan, scope).items())
    sole_member.find(cursor, scope)
    for entity, expression in GRAINS.items():
        rows = scope.of(entity)
        cursor.execute(f"DELETE FROM {entity}_silence WHERE {scope.stale(entity)}")
        if entity == "member":
            sole_member.copy(cursor, "silence", "feature_key, last_on")
            rows += f" AND {sole_member.OTHERS}"
        if not cadences:
            continue
        # several uses on a day are told apart by nothing: all but one of them are followed by a silence of 0 days
        cursor.execute(
            f"""INSERT INTO {entity}_silence
            WITH cadence(feature_key, cadence_days) AS (VALUES {cadences}), life AS (
                SELECT {entity}_key AS entity_key, feature_key, adopted_on, cadence_days
                FROM {entity}_feature JOIN cadence USING (feature_key) WHERE adopted_on IS NOT NULL
            ), used AS (
                SELECT {expression} AS entity_key, feature_key, day FROM feature_day
                WHERE entity_key IS NOT NULL AND {rows}
            ), span AS (
                SELECT entity_key, feature_key, adopted_on, cadence_days, day AS last_on,
                    coalesce(lead(day) OVER (PARTITION BY entity_key, feature_key ORDER BY day), {NEVER}) AS next_on
                FROM used JOIN life USING (entity_key, feature_key) WHERE day - adopted_on >= 0
            )
            SELECT entity_key, feature_key, adopted_on, last_on, next_on,
                coalesce(max(next_on - last_on) OVER (
                    PARTITION BY entity_key, feature_key ORDER BY last_on
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), 0)
            FROM span WHERE next_on - last_on > cadence_days ORDER BY feature_key, last_on"""
        )
