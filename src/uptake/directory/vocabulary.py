"""Words a question may use: attributes of users and accounts, the values of those that have few, events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from uptake.metrics.dimensions import known
from uptake.plan import Plan
from uptake.store.projection import Cursor

MOST_VALUES = 20
"""An attribute with more values is searched, not chosen from."""
MOST_EVENTS = 300


@dataclass(frozen=True)
class Vocabulary:
    """What can be said.

    Args:
        attributes: Every attribute, "account.plan", by entity and name; the ids first.
        values: Attribute -> its values now, most frequent first, where they are 2 to `MOST_VALUES`; not where
            everybody has another one, as with names, nor where all are numbers, which are compared, not chosen.
        events: Names of events, by name.
    """

    attributes: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    events: tuple[str, ...]


def vocabulary(cursor: Cursor) -> Vocabulary:
    """Reads what there is."""
    events = cursor.execute("SELECT event_name FROM event_names ORDER BY event_name LIMIT ?", [MOST_EVENTS]).fetchall()
    return Vocabulary(
        tuple(attribute.label for attribute in known(cursor)),
        {**_values(cursor, "account"), **_values(cursor, "user")},
        tuple(name for (name,) in events),
    )


def has_events(cursor: Cursor) -> bool:
    """Whether there are any events; a page that asks no more than this need not read the words."""
    return bool(cursor.execute("SELECT EXISTS (FROM event_names)").fetchall()[0][0])


def first_day(cursor: Cursor, plan: Plan) -> date | None:
    """The first local day with events, or the one the plan says they are complete from; None where there are none."""
    found: date | None = cursor.execute("SELECT min(day) FROM event").fetchall()[0][0]
    return max(found, plan.product.data_from or found) if found else None


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
