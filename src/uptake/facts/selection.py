"""Events that a selector of the plan names, as SQL over the table `event`.

A selector is the same everywhere: an event name, an event with conditions on its properties, or a
feature of the plan. Event names become keys here once, so that facts compare integers only.
"""

from __future__ import annotations

from collections.abc import Iterable

from uptake.errors import QuestionError
from uptake.plan import Condition, Feature, Plan, Selector, is_vanity
from uptake.store.projection import Cursor
from uptake.store.sql import literal

COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def property_sql(condition: Condition, text: str, number: str) -> str:
    """SQL for one condition, given SQL for the property's text and number; a missing property never fits.

    Only `exists: false` and `is_not` hold for a row without the property: not being Free includes
    having no plan at all.
    """
    match condition.test:
        case "exists":
            return f"({text} IS {'NOT ' if condition.values[0] else ''}NULL)"
        case "is":
            return f"coalesce({text} IN ({_texts(condition)}), false)"
        case "is_not":
            return f"coalesce({text} NOT IN ({_texts(condition)}), true)"
        case "contains":
            parts = " OR ".join(f"contains(lower({text}), lower({literal(str(value))}))" for value in condition.values)
            return f"coalesce({parts}, false)"
    return f"coalesce({number} {COMPARE[condition.test]} {literal(condition.values[0])}, false)"


def _texts(condition: Condition) -> str:
    return ", ".join(literal(as_text(value)) for value in condition.values)


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
    return f"json_extract_string({properties}, {literal(_path(property_name))})"


def property_number(property_name: str, properties: str = "properties") -> str:
    """SQL for the number in an event's property, NULL if it is none."""
    return f"try_cast({property_text(property_name, properties)} AS DOUBLE)"


def _path(property_name: str) -> str:
    return '$."' + property_name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def event_keys(cursor: Cursor, names: Iterable[str]) -> list[int]:
    """Keys of those event names that ever occurred."""
    rows = cursor.execute("SELECT name_key FROM event_names WHERE event_name IN (SELECT unnest($names))", {"names": list(names)})
    return sorted(key for (key,) in rows.fetchall())


def events_sql(cursor: Cursor, plan: Plan, selectors: Iterable[Selector]) -> str:
    """SQL that holds for rows of `event` that any of the selectors names."""
    parts = []
    plain: list[int] = []
    for selector in selectors:
        names, where = selector.events, selector.where
        if selector.feature is not None:
            parts.append(events_sql(cursor, plan, feature(plan, selector.feature).events))
            continue
        keys = event_keys(cursor, names)
        if not keys and len(names) == 1 and names[0] in plan.features and not where:
            # a bare word that is no event but a feature means the feature
            parts.append(events_sql(cursor, plan, plan.features[names[0]].events))
            continue
        if not where:
            plain += keys
        elif keys:
            tests = [property_sql(test, property_text(test.property), property_number(test.property)) for test in where]
            parts.append(f"(name_key IN ({_numbers(keys)}) AND {' AND '.join(tests)})")
    if plain:
        parts.insert(0, f"name_key IN ({_numbers(sorted(set(plain)))})")
    parts = [part for part in parts if part != "false"]
    return f"({' OR '.join(parts)})" if parts else "false"


def active_sql(cursor: Cursor, plan: Plan) -> str:
    """SQL that holds for events that count as activity: the plan's list, or all but vanity events."""
    if plan.active:
        return events_sql(cursor, plan, plan.active)
    rows = cursor.execute("SELECT name_key, event_name FROM event_names ORDER BY 1").fetchall()
    keys = [key for key, event in rows if not is_vanity(event)]
    return f"name_key IN ({_numbers(keys)})" if keys else "false"


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
