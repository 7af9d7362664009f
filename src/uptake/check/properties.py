"""Properties of events that the plan names: in conditions, and as the quantity of a feature."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.conditions import Source, compare, unknown
from uptake.check.finding import Finding, percent
from uptake.check.subject import Subject
from uptake.facts.selection import events_sql, meant_keys, property_number, property_text
from uptake.plan import Feature, location_text
from uptake.plan.problems import shown

MOST_LOOKED_AT = 10_000
"""Events whose properties are listed to propose the right one."""

Counts = tuple[int, int, int]
"""Rows, those with the property, those with a number in it."""


def conditions(checked: Subject) -> Iterator[Finding]:
    """Conditions on a property that no such event has, or on a value that none has."""
    for location, chosen in checked.plan.selectors():
        names = list(dict.fromkeys(name for part in checked.meant(chosen) for name in part.events))
        keys = meant_keys(checked.cursor, names) if chosen.where else []
        if not keys:
            continue
        rows = f"name_key IN ({', '.join(str(key) for key in keys)})"
        missing = "no event of the feature" if chosen.feature else f"no {' or '.join(map(shown, names))} event"
        for condition in chosen.where:
            source = _source(condition.property, rows, missing)
            yield from compare(checked, (*location, "where", condition.property), condition, source)


def quantities(checked: Subject) -> Iterator[Finding]:
    """Quantities that a feature's events do not have, or that are no numbers."""
    counted = _Counted(checked)
    for name, feature in checked.plan.features.items():
        chosen = events_sql(checked.cursor, checked.plan, feature.events)
        if feature.quantity is None or chosen == "false":
            continue
        location = ("features", name, "quantity")
        rows, texts, numbers = counted.of(feature.quantity, feature, chosen)
        where, subject = checked.plan.place(location), f"{location_text(location)}: {shown(feature.quantity)}"
        if rows and not texts:
            yield unknown(checked, location, _source(feature.quantity, chosen, "no event of the feature"))
        elif texts and not numbers:
            yield Finding("error", where, f"{subject} is never a number.", "Name a property that can be added up.")
        elif numbers < rows:
            lacking = f"{rows - numbers:,} of {rows:,} events of the feature ({percent(rows - numbers, rows)})"
            yield Finding("warning", where, f"{subject} is no number in {lacking}.", "They add nothing to its use.")


class _Counted:
    """How many events have a property, and how many a number in it: of all event names in one pass over the events.

    Args:
        checked: The plan and its data.
    """

    def __init__(self, checked: Subject) -> None:
        self._checked = checked
        self._by_name: dict[str, dict[str, Counts]] = {}

    def of(self, quantity: str, feature: Feature, chosen: str) -> Counts:
        """Rows, texts and numbers of a feature's events.

        Args:
            quantity: The property.
            feature: The feature.
            chosen: SQL that holds for its events.
        """
        if any(selector.where for selector in feature.events):
            return self._count(quantity, "true", f"WHERE {chosen}").get("true", (0, 0, 0))
        if quantity not in self._by_name:
            self._by_name[quantity] = self._count(quantity, "event_name", "JOIN event_names USING (name_key)")
        names = {name for selector in feature.events for name in selector.events}
        found = [counts for name, counts in self._by_name[quantity].items() if name in names]
        rows, texts, numbers = map(sum, zip((0, 0, 0), *found, strict=True))
        return rows, texts, numbers

    def _count(self, quantity: str, group: str, which: str) -> dict[str, Counts]:
        text, number = property_text(quantity), property_number(quantity)
        found = self._checked.cursor.execute(
            f"SELECT {group}::VARCHAR, count(*), count({text}), count({number}) FROM event {which} GROUP BY 1"
        )
        return {key: (rows, texts, numbers) for key, rows, texts, numbers in found.fetchall()}


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
