"""When somebody first had adopted the product: value was reached, and a habit was there."""

from __future__ import annotations

from uptake.metrics.metric import Asked
from uptake.store.sql import literal

INTERVALS = 4
"""Active in two of so many usage intervals in a row is a habit."""


def adopted_sql(asked: Asked, among: str) -> str:
    """SQL for (entity_key, adopted_on): the first day on which value and a habit were there.

    Usage intervals are counted from the first active day; without value moments in the plan the habit is enough.

    Args:
        asked: The question; the parameter `$interval_days` has to be bound.
        among: A relation with `entity_key`, whom it is asked of.
    """
    zone = literal(asked.plan.product.timezone)
    value = (
        f"""JOIN (
            SELECT entity_key, timezone({zone}, timezone('UTC', reached_at))::DATE AS value_on
            FROM {asked.grain.milestone} WHERE milestone = 'value'
        ) v USING (entity_key)"""
        if asked.plan.value_moments
        else ""
    )
    adopted_on = "greatest(habit_on, value_on)" if value else "habit_on"
    return f"""SELECT entity_key, {adopted_on} AS adopted_on FROM (
            SELECT entity_key, min(day) FILTER (number - before < {INTERVALS}) AS habit_on FROM (
                SELECT entity_key, day, number,
                    lag(number) OVER (PARTITION BY entity_key ORDER BY number) AS before
                FROM (
                    SELECT entity_key, min(day) AS day, number FROM (
                        SELECT entity_key, day,
                            (day - min(day) OVER (PARTITION BY entity_key)) // $interval_days::INTEGER AS number
                        FROM {asked.grain.day} WHERE entity_key IN (SELECT entity_key FROM {among})
                    ) GROUP BY entity_key, number
                )
            ) GROUP BY entity_key
        ) {value} WHERE habit_on IS NOT NULL"""
