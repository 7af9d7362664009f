"""Events that a selector of the plan names, as SQL over the table `event`.

A selector is the same everywhere: an event name, an event with conditions on its properties, or a
feature of the plan. Event names become keys here once, so that facts compare integers only.
"""

from __future__ import annotations

from collections.abc import Iterable

from uptake.errors import QuestionError
from uptake.plan import ANY_EVENT, Condition, Feature, Plan, Selector, is_vanity
from uptake.store.projection import Cursor
from uptake.store.sql import instant, literal

COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def property_sql(condition: Condition, text: str, number: str, zone: str) -> str:
    """SQL for one condition, given SQL for the property's text and number; a missing property never fits.

    Only `exists: false` and `is_not` hold for a row without the property: not being Free includes
    having no plan at all. Numbers are compared as numbers: 10, 10.0 and "10.00" are one value.

    Args:
        condition: The condition.
        text: SQL for the property's text.
        number: SQL for the property's number.
        zone: The product's time zone, in which a date without a time begins.
    """
    match condition.test:
        case "exists":
            return f"({text} IS {'NOT ' if condition.values[0] else ''}NULL)"
        case "is":
            return _is_any(condition, text, number)
        case "is_not":
            return f"(NOT {_is_any(condition, text, number)})"
        case "contains":
            parts = " OR ".join(f"contains(lower({text}), lower({literal(str(value))}))" for value in condition.values)
            return f"coalesce({parts}, false)"
    value = condition.values[0]
    if isinstance(value, str):  # the plan allows dates here and no other text
        found, bound = (instant(written, literal(zone)) for written in (text, literal(value)))
        return f"coalesce(({found}) {COMPARE[condition.test]} ({bound}), false)"
    return f"coalesce({number} {COMPARE[condition.test]} {literal(value)}, false)"


def _is_any(condition: Condition, text: str, number: str) -> str:
    texts = ", ".join(literal(as_text(value)) for value in condition.values)
    parts = [f"coalesce({text} IN ({texts}), false)"]
    numbers = [value for value in condition.values if isinstance(value, int | float) and not isinstance(value, bool)]
    # beyond 2^53 two numbers can look like one
    if exact := [literal(value) for value in numbers if abs(value) <= 2**53]:
        parts.append(f"coalesce({number} IN ({', '.join(exact)}), false)")
    return f"({' OR '.join(parts)})"


def as_text(value: object) -> str:
    """A value as the text under which properties and attributes are compared: 10.0 and 10 are the same.

    >>> as_text(10.0), as_text(True), as_text("Pro")
    ('10', 'true', 'Pro')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def property_text(property_name: str, properties: str = "properties") -> str:
    """SQL for the text of an event's property."""
    return f"json_extract_string({properties}, {literal(_pointer(property_name))})"


def property_number(property_name: str, properties: str = "properties") -> str:
    """SQL for the number in an event's property, NULL if it is none."""
    return number_of(property_text(property_name, properties))


def number_of(text: str) -> str:
    """SQL for the number a text says, NULL if it says none that can be counted with (nan, infinity)."""
    return f"CASE WHEN isfinite(try_cast({text} AS DOUBLE)) THEN try_cast({text} AS DOUBLE) END"


def _pointer(property_name: str) -> str:
    """A JSON pointer, which unlike a path can name every property there can be."""
    return "/" + property_name.replace("~", "~0").replace("/", "~1")


def event_keys(cursor: Cursor, names: Iterable[str]) -> list[int]:
    """Keys of those event names that ever occurred."""
    rows = cursor.execute(
        "SELECT name_key FROM event_names WHERE event_name IN (SELECT unnest($names))", {"names": list(names)}
    )
    return sorted(key for (key,) in rows.fetchall())


def meant_keys(cursor: Cursor, names: Iterable[str]) -> list[int]:
    """Keys of the events that are meant by those names: `any_event` is all of them, unless it is one itself."""
    listed = list(names)
    if ANY_EVENT in listed and not event_keys(cursor, [ANY_EVENT]):
        return sorted(key for (key,) in cursor.execute("SELECT name_key FROM event_names").fetchall())
    return event_keys(cursor, listed)


def events_sql(cursor: Cursor, plan: Plan, selectors: Iterable[Selector]) -> str:
    """SQL that holds for rows of `event` that any of the selectors names.

    A bare word that is no event but a feature means the feature; inside a feature a word is an event.
    """
    resolved: list[Selector] = []
    for selector in selectors:
        meant = selector.feature
        if meant is None and not selector.where and len(selector.events) == 1 and selector.events[0] in plan.features:
            meant = None if event_keys(cursor, selector.events) else selector.events[0]
        if meant is None:
            resolved.append(selector)
        else:
            resolved += [
                Selector(events=own.events, where=(*own.where, *selector.where)) for own in feature(plan, meant).events
            ]
    parts = []
    plain: set[int] = set()
    for selector in resolved:
        keys = meant_keys(cursor, selector.events)
        if not selector.where:
            plain.update(keys)
        elif keys:
            tests = [
                property_sql(test, property_text(test.property), property_number(test.property), plan.product.timezone)
                for test in selector.where
            ]
            parts.append(f"(name_key IN ({_numbers(keys)}) AND {' AND '.join(tests)})")
    if plain:
        parts.insert(0, f"name_key IN ({_numbers(sorted(plain))})")
    return f"({' OR '.join(parts)})" if parts else "false"


def active_sql(cursor: Cursor, plan: Plan) -> str:
    """SQL that holds for events that count as activity: the plan's list, or all but vanity events."""
    if plan.active:
        return events_sql(cursor, plan, plan.active)
    rows = cursor.execute("SELECT name_key, event_name FROM event_names ORDER BY 1").fetchall()
    keys = [key for key, event in rows if not is_vanity(event)]
    return f"name_key IN ({_numbers(keys)})" if keys else "false"


def shadowed_features(cursor: Cursor, plan: Plan) -> list[str]:
    """Features whose names, as bare words, mean an event instead, because one of that name has occurred."""
    rows = cursor.execute(
        "SELECT event_name FROM event_names WHERE event_name IN (SELECT unnest($names::VARCHAR[])) ORDER BY 1",
        {"names": list(plan.features)},
    )
    return [name for (name,) in rows.fetchall()]


def feature(plan: Plan, name: str) -> Feature:
    """The feature of that name.

    Raises:
        QuestionError: The plan has no such feature.
    """
    if name not in plan.features:
        raise QuestionError(f"The plan has no feature '{name}'.", allowed=plan.features)
    return plan.features[name]


def _numbers(keys: list[int]) -> str:
    return ", ".join(str(key) for key in keys)
