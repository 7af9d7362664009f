"""Words a question may use: attributes of users and accounts, the values of those that have few, events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from uptake.metrics.parts.attributes import known
from uptake.plan import Plan
from uptake.store.projection import Cursor

MOST_VALUES = 20
"""An attribute with more values is searched, not chosen from."""
MOST_EVENTS = 300
LATEST_DAYS, MOST_LOOKED_AT = 7, 20_000
"""Days, and events of them, whose properties are looked at."""


@dataclass(frozen=True)
class Vocabulary:
    """What can be said.

    Args:
        attributes: Every attribute, "account.plan", by entity and name; the ids first.
        values: Attribute -> its values now, most frequent first, where they are 2 to `MOST_VALUES`; not where
            everybody has another one, as with names, nor where all are numbers, which are compared, not chosen.
        events: Names of events, by name.
        event_properties: Properties of the latest events, "event.view", by name.
    """

    attributes: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    events: tuple[str, ...]
    event_properties: tuple[str, ...] = ()


def vocabulary(cursor: Cursor, plan: Plan) -> Vocabulary:
    """Reads what there is."""
    events = cursor.execute("SELECT event_name FROM event_names ORDER BY event_name LIMIT ?", [MOST_EVENTS]).fetchall()
    properties = _event_properties(cursor)
    return Vocabulary(
        tuple(attribute.label for attribute in known(cursor, plan)),
        {**_values(cursor, "account"), **_values(cursor, "user"), **{k: v for k, v in properties.items() if v}},
        tuple(name for (name,) in events),
        tuple(properties),
    )


def has_events(cursor: Cursor) -> bool:
    """Whether there are any events; a page that asks no more than this need not read the words."""
    return bool(cursor.execute("SELECT EXISTS (FROM event_names)").fetchall()[0][0])


def first_day(cursor: Cursor, plan: Plan) -> date | None:
    """The first local day with events, or the one the plan says they are complete from; None where there are none."""
    found: date | None = cursor.execute("SELECT min(day) FROM event").fetchall()[0][0]
    return max(found, plan.product.data_from or found) if found else None


def _event_properties(cursor: Cursor) -> dict[str, tuple[str, ...]]:
    """Property -> its values where they are few, of some of the latest events: all of them would take long to read."""
    rows = cursor.execute(
        f"""WITH latest AS (
            SELECT properties FROM event WHERE day >= (SELECT max(day) - {LATEST_DAYS - 1} FROM event)
                AND properties IS NOT NULL LIMIT {MOST_LOOKED_AT}
        ), said AS (
            SELECT j.key AS name, json_extract_string(j.value, '$') AS text, count(*) AS events
            FROM latest, json_each(latest.properties) j GROUP BY ALL
        )
        SELECT name, CASE WHEN count(text) BETWEEN 2 AND {MOST_VALUES} AND bool_or(try_cast(text AS DOUBLE) IS NULL)
            THEN list(text ORDER BY events DESC, text) FILTER (text IS NOT NULL) END
        FROM said GROUP BY name ORDER BY name"""
    ).fetchall()
    return {f"event.{name}": tuple(values or ()) for name, values in rows}


def _values(cursor: Cursor, entity: str) -> dict[str, tuple[str, ...]]:
    rows = cursor.execute(
        f"""SELECT name, list(text ORDER BY entities DESC, text) FROM (
            SELECT name, text, any_value(number) AS number, count(*) AS entities FROM {entity}_attribute
            WHERE valid_to = TIMESTAMP '9999-12-31' AND text IS NOT NULL GROUP BY name, text
            QUALIFY count(*) OVER (PARTITION BY name) BETWEEN 2 AND {MOST_VALUES}
                AND max(count(*)) OVER (PARTITION BY name) > 1
                AND bool_or(any_value(number) IS NULL) OVER (PARTITION BY name)
        ) GROUP BY name ORDER BY name"""
    ).fetchall()
    return {f"{entity}.{name}": tuple(values) for name, values in rows}
