"""Properties of events that the plan names: in conditions, and as the quantity of a feature."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.conditions import Source, compare, unknown
from uptake.check.finding import Finding, percent
from uptake.check.subject import Subject
from uptake.facts.selection import event_keys, events_sql, property_number, property_text
from uptake.plan import location_text
from uptake.plan.problems import shown

MOST_LOOKED_AT = 10_000
"""Events whose properties are listed to propose the right one."""


def conditions(checked: Subject) -> Iterator[Finding]:
    """Conditions on a property that no such event has, or on a value that none has."""
    for location, chosen in checked.plan.selectors():
        names = list(dict.fromkeys(name for part in checked.meant(chosen) for name in part.events))
        keys = event_keys(checked.cursor, names) if chosen.where else []
        if not keys:
            continue
        rows = f"name_key IN ({', '.join(str(key) for key in keys)})"
        missing = "no event of the feature" if chosen.feature else f"no {' or '.join(map(shown, names))} event"
        for condition in chosen.where:
            source = _source(condition.property, rows, missing)
            yield from compare(checked, (*location, "where", condition.property), condition, source)


def quantities(checked: Subject) -> Iterator[Finding]:
    """Quantities that a feature's events do not have, or that are no numbers."""
    for name, feature in checked.plan.features.items():
        chosen = events_sql(checked.cursor, checked.plan, feature.events)
        if feature.quantity is None or chosen == "false":
            continue
        location = ("features", name, "quantity")
        source = _source(feature.quantity, chosen, "no event of the feature")
        rows, texts, numbers = checked.cursor.execute(
            f"SELECT count(*), count({source.text}), count({source.number}) FROM {source.rows}"
        ).fetchall()[0]
        where, subject = checked.plan.place(location), f"{location_text(location)}: {shown(feature.quantity)}"
        if rows and not texts:
            yield unknown(checked, location, source)
        elif texts and not numbers:
            yield Finding("error", where, f"{subject} is never a number.", "Name a property that can be added up.")
        elif numbers < rows:
            lacking = f"{rows - numbers:,} of {rows:,} events of the feature ({percent(rows - numbers, rows)})"
            yield Finding("warning", where, f"{subject} is no number in {lacking}.", "They add nothing to its use.")


def acquisition(checked: Subject) -> Iterator[Finding]:
    """Properties, or values of them, that no event has, as conditions of channels."""
    found = checked.plan.acquisition
    for channel in found.channels if found is not None else ():
        for condition in channel.where:
            location = ("acquisition", "channels", channel.name, condition.property)
            yield from compare(checked, location, condition, _source(condition.property, "true", "no event"))


def _source(name: str, chosen: str, missing: str) -> Source:
    return Source(
        rows=f"(SELECT properties FROM event WHERE {chosen})",
        text=property_text(name),
        number=property_number(name),
        called=name,
        missing=missing,
        names=f"""SELECT name, count(*) FROM (
                SELECT unnest(json_keys(properties)) AS name FROM (
                    SELECT properties FROM event WHERE {chosen} AND properties IS NOT NULL LIMIT {MOST_LOOKED_AT}
                )
            ) GROUP BY 1 ORDER BY 2 DESC, 1""",
    )
