"""When entities started, as SQL: their start of life, a milestone, or an event that lets them enter a cohort."""

from __future__ import annotations

from typing import Any

from uptake.errors import QuestionError
from uptake.facts.milestone import named
from uptake.facts.selection import event_keys, events_sql
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.milestones import PLACES, milestone_sql
from uptake.plan import Selector, selector

START_OF_LIFE = "start_of_life"
MILESTONE = "milestone:"
"""Says that a word is a milestone's name, also where an event has the same."""


def milestone_of(asked: Asked, start: Any) -> str | None:  # noqa: ANN401 - a selector in any form
    """The milestone that a start names; a bare word that is also an event's or a feature's means that."""
    if not isinstance(start, str):
        return None
    if start.startswith(MILESTONE):
        return start.removeprefix(MILESTONE)
    if start not in {*PLACES, *named(asked.plan)} or start in asked.plan.features:
        return None
    return None if event_keys(asked.cursor, [start]) else start


def starting_events_sql(asked: Asked, properties: str) -> str:
    """SQL for (entity_key, started_at, properties): the events that can begin a cohort, one at an instant.

    Args:
        asked: The question.
        properties: How the properties that are asked for are called, for messages.

    Raises:
        QuestionError: Cohorts do not begin with an event.
    """
    start = asked.param("start")
    if start in (None, START_OF_LIFE) or milestone_of(asked, start) is not None:
        raise QuestionError(
            f"{properties} is a property of the event that begins a cohort, and start is {start or START_OF_LIFE}.",
            do="Name an event as start.",
        )
    return f"""SELECT entity_key, event_at AS started_at,
            arg_min(coalesce(properties, '{{}}'), row(import_id, ordinal)) AS properties
        FROM {asked.grain.of("event")} WHERE {events_sql(asked.cursor, asked.plan, [selector(start)])} GROUP BY ALL"""


def starts_sql(asked: Asked, period_column: str) -> str:
    """SQL for (entity_key, started_at, started_on).

    Args:
        asked: The question; has the parameters `start` and `entry`.
        period_column: The calendar's column whose periods a recurring start enters anew.

    Entries by event: `first_time` is the first event that matches, over all history; `first_ever` is
    the first event of that name, and only if it matches; `first_in_range` is the first match of the periods asked
    for; `recurring` is the first match of every period; `every` is every match.

    Raises:
        DefinitionMissing: The plan does not describe the milestone that is to be the start.
    """
    start = asked.param("start")
    if start in (None, START_OF_LIFE):
        return f"SELECT * FROM {asked.grain.start}"
    milestone = milestone_of(asked, start)
    if milestone is not None:
        return f"""SELECT m.entity_key, m.reached_at AS started_at, c.day AS started_on
            FROM ({milestone_sql(asked, milestone)}) m ASOF JOIN calendar c ON m.reached_at >= c.begins_at"""
    found = selector(start)
    events = asked.grain.of("event")
    matches = events_sql(asked.cursor, asked.plan, [found])
    entry = asked.param("entry")
    if entry == "recurring":
        return f"""SELECT entity_key, min(event_at) AS started_at, arg_min(event.day, event_at) AS started_on
            FROM {events} event JOIN calendar ON calendar.day = event.day WHERE {matches}
            GROUP BY entity_key, calendar.{period_column}"""
    if entry == "first_in_range":
        edge = f"(SELECT {period_column} FROM calendar WHERE day = {{}})"
        return f"""SELECT entity_key, min(event_at) AS started_at, arg_min(event.day, event_at) AS started_on
            FROM {events} event JOIN calendar ON calendar.day = event.day WHERE {matches}
                AND calendar.{period_column} <= {edge.format("$date_to")}
                AND ($date_from IS NULL OR calendar.{period_column} >= {edge.format("$date_from")})
            GROUP BY entity_key"""
    if entry == "every":
        return (
            f"""SELECT DISTINCT entity_key, event_at AS started_at, day AS started_on FROM {events} WHERE {matches}"""
        )
    if entry == "first_ever":
        same_name = events_sql(asked.cursor, asked.plan, [Selector(events=found.events, feature=found.feature)])
        return f"""SELECT entity_key, event_at AS started_at, day AS started_on FROM (
                SELECT entity_key, event_at, day, {matches} AS is_match FROM {events} WHERE {same_name}
                QUALIFY row_number() OVER (PARTITION BY entity_key ORDER BY event_at, import_id, ordinal) = 1
            ) WHERE is_match"""
    return f"""SELECT entity_key, min(event_at) AS started_at, arg_min(day, event_at) AS started_on
        FROM {events} WHERE {matches} GROUP BY entity_key"""
