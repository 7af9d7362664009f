"""What may go with conversion: attributes at the moment of entry, properties of its event, or what else was done."""

from __future__ import annotations

from uptake.facts.selection import events_sql
from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Asked
from uptake.metrics.funnels.rules import Funnel, event_properties_of

OBSERVED = (
    "Observed, not caused: who differs in one thing differs in others. p-values are adjusted (Benjamini-Hochberg) for all"
    " that is compared."
)
LESS_TIME = "Who converts soon has less time to do anything else, so what takes time looks worse than it is."


def drivers_sql(asked: Asked, found: Funnel, closed: str) -> str:
    """SQL for the entity rows: every pass once, and once for each driver that holds for it.

    Args:
        asked: The question.
        found: Its funnel.
        closed: SQL for the passes that are counted, with `converted` and `converted_at`.
    """
    is_once = False
    match asked.param("drivers"):
        case "events":
            listed = _events(asked, found)
        case "properties":
            listed = _properties(asked, found)
        case _:
            listed = _attributes(asked)
            is_once = not are_ambiguous(asked)
    more = [
        *(["attempt"] if found.counts_again else []),
        *(["properties"] if event_properties_of(asked.question) else []),
    ]
    columns = ", ".join(["entity_key", "anchor_at", "period_on", "converted", *more])
    return f"""WITH closed AS ({closed})
        SELECT {columns}, NULL::VARCHAR AS driver FROM closed
        UNION ALL SELECT {"" if is_once else "DISTINCT "}{columns}, driver FROM ({listed})"""


def _attributes(asked: Asked) -> str:
    sides = {asked.grain.name: "c.entity_key"}
    if asked.grain.name == MEMBER.name:
        sides = {"user": "(c.entity_key & 4294967295)", "account": "(c.entity_key >> 32)"}
    return " UNION ALL ".join(
        f"""SELECT c.*, '{side}.' || a.name || ' = ' || a.text AS driver
            FROM closed c JOIN {side}_attribute a ON a.{side}_key = {key}
                AND c.anchor_at >= a.valid_from AND c.anchor_at < a.valid_to"""
        for side, key in sides.items()
    )


def are_ambiguous(asked: Asked) -> bool:
    """Whether two attributes of one pass could make the same driver: `a = b` of c, and a of `b = c`."""
    # telling a million rows with texts apart takes longer than all the rest; an attribute has one value at a time
    names = "SELECT name FROM user_attribute UNION ALL SELECT name FROM account_attribute"
    return bool(asked.cursor.execute(f"SELECT count(*) FROM ({names}) WHERE contains(name, ' = ')").fetchall()[0][0])


def _properties(asked: Asked, found: Funnel) -> str:
    entries = found.steps if found.rules.order == "unordered" else found.steps[:1]
    entered = events_sql(asked.cursor, asked.plan, [one for step in entries for one in step.selectors])
    return f"""SELECT * FROM (
                SELECT c.*, 'event.' || j.key || ' = ' || json_extract_string(j.value, '$') AS driver FROM closed c
                JOIN {asked.grain.of(f"(SELECT * EXCLUDE (properties), properties AS said FROM event WHERE {entered})")} e
                    ON e.entity_key = c.entity_key AND e.event_at = c.anchor_at, json_each(e.said) j
            ) WHERE driver IS NOT NULL"""


def _events(asked: Asked, found: Funnel) -> str:
    steps = events_sql(asked.cursor, asked.plan, [one for step in found.steps for one in step.selectors])
    window = found.rules.window
    end = "$as_of::TIMESTAMP" if window is None else f"c.anchor_at + to_microseconds({window})"
    return f"""SELECT c.*, n.event_name AS driver FROM closed c
            JOIN {asked.grain.of("event")} e ON e.entity_key = c.entity_key AND e.event_at > c.anchor_at
                AND e.event_at < coalesce(c.converted_at, {end}) AND e.event_at < $as_of
            JOIN event_names n USING (name_key) WHERE NOT ({steps})"""
