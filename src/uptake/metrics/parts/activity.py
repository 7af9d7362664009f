"""What entities did, as SQL: by local day from the facts, or by instant from the events."""

from __future__ import annotations

from typing import Any

from uptake.facts.feature_day import keyed
from uptake.facts.selection import active_sql, events_sql
from uptake.metrics.core.metric import Asked
from uptake.plan import Selector, selector

ACTIVE = "active"
"""The word for whatever the plan counts as activity."""


def days_sql(asked: Asked, chosen: Any) -> str:  # noqa: ANN401 - a selector in any form
    """SQL for (entity_key, day, events): one row per entity and local day on which it did what was chosen.

    Args:
        asked: The question.
        chosen: A selector as the plan writes it, or `active`.
    """
    if chosen in (None, ACTIVE):
        return f"SELECT * FROM {asked.grain.day}"
    found = selector(chosen)
    feature = None if asked.grain.is_narrowed else _feature(asked, found)
    if feature is not None:
        table = asked.grain.of("feature_day")
        return f"SELECT entity_key, day, sum(uses) AS events FROM {table} WHERE feature_key = {feature} GROUP BY ALL"
    table = asked.grain.of("event")
    condition = events_sql(asked.cursor, asked.plan, [found])
    return f"SELECT entity_key, day, count(*) AS events FROM {table} WHERE {condition} GROUP BY ALL"


def bare_days_sql(asked: Asked, chosen: Any) -> str:  # noqa: ANN401 - a selector in any form
    """SQL for (entity_key, day): the same days, in the same words for all who keep them; arguments as of `days_sql`."""
    days = asked.grain.day if chosen in (None, ACTIVE) else f"({days_sql(asked, chosen)})"
    return f"SELECT entity_key, day FROM {days}"


def instants_sql(asked: Asked, chosen: Any) -> str:  # noqa: ANN401 - a selector in any form
    """SQL for (entity_key, event_at, day): every event that was chosen."""
    if chosen in (None, ACTIVE):
        condition = active_sql(asked.cursor, asked.plan)
    else:
        condition = events_sql(asked.cursor, asked.plan, [selector(chosen)])
    return f"SELECT entity_key, event_at, day FROM {asked.grain.of('event')} WHERE {condition}"


def _feature(asked: Asked, found: Selector) -> int | None:
    """The key of the feature that is meant, if the selector is nothing but a feature."""
    name = found.feature
    if name is None and len(found.events) == 1 and found.events[0] in asked.plan.features:
        is_event = asked.cursor.execute("SELECT 1 FROM event_names WHERE event_name = ?", [found.events[0]]).fetchone()
        name = None if is_event else found.events[0]
    if name is None or found.where:
        return None
    return next((key for key, feature in keyed(asked.plan).items() if feature.name == name), None)
