"""Criteria as SQL over events: who ever met them, and when."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.facts.selection import events_sql
from uptake.plan import Any, Criteria, Criterion, Plan
from uptake.store.projection import Cursor

MEMBER_KEY = "((account_key::BIGINT << 32) | user_key)"
FEW = 100
"""So many of the earliest events of each are sooner kept while the others are passed than all are sorted."""


def leaves(criteria: Criteria) -> Iterator[Criterion]:
    """The counts a criterion is made of, in the order they are written."""
    if isinstance(criteria, Criterion):
        yield criteria
    else:
        for part in criteria.of:
            yield from leaves(part)


def reached_sql(cursor: Cursor, plan: Plan, criteria: Criteria, key: str, where: str, events: str = "event") -> str:
    """SQL for (key, reached_at) of everyone who ever met the criteria.

    Args:
        cursor: For looking up event names.
        plan: The plan.
        criteria: What must have happened.
        key: SQL for the entity's key over `event`, with its name (`... AS name`) if it is an expression.
        where: Further condition on `event`.
        events: SQL for the events that count, under the name `event`.
    """
    expression, _, name = key.partition(" AS ")
    name = name or key
    if isinstance(criteria, Criterion):
        chosen = events_sql(cursor, plan, [criteria.selector])
        if criteria.at_least == 1:
            return f"SELECT {key}, min(event_at) AS reached_at FROM {events} WHERE {chosen} AND {where} GROUP BY ALL"
        if criteria.at_least <= FEW:
            return (
                f"SELECT {key}, min(event_at, {criteria.at_least})[{criteria.at_least}] AS reached_at FROM {events}"
                f" WHERE {chosen} AND {where} GROUP BY ALL HAVING count(*) >= {criteria.at_least}"
            )
        return (
            f"SELECT {key}, event_at AS reached_at FROM {events} WHERE {chosen} AND {where} QUALIFY row_number() OVER"
            f" (PARTITION BY {expression} ORDER BY event_at, import_id, ordinal) = {criteria.at_least}"
        )
    parts = [reached_sql(cursor, plan, part, key, where, events) for part in criteria.of]
    union = " UNION ALL ".join(f"({part})" for part in parts)
    if isinstance(criteria, Any):
        return f"SELECT {name}, min(reached_at) AS reached_at FROM ({union}) GROUP BY ALL"
    return f"SELECT {name}, max(reached_at) AS reached_at FROM ({union}) GROUP BY ALL HAVING count(*) = {len(parts)}"
