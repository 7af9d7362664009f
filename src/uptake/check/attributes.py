"""Attributes of users and accounts that the plan names: in `eligible`, in launches, and as a start of life."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.conditions import Source, compare, unknown
from uptake.check.finding import Finding
from uptake.check.subject import Subject
from uptake.facts.selection import number_of
from uptake.plan import location_text
from uptake.plan.bands import PAID
from uptake.store.sql import literal


def eligible(checked: Subject) -> Iterator[Finding]:
    """Attributes that nobody has, or values of them that nobody has, as conditions of eligibility or of a launch."""
    for section, parts in (("features", checked.plan.features), ("value_moments", checked.plan.value_moments)):
        for name, part in parts.items():
            for condition in part.eligible:
                side, _, attribute = condition.property.partition(".")
                location = (section, name, "eligible", condition.property)
                yield from compare(checked, location, condition, source(side, attribute))
    for name, launch in checked.plan.launches.items():
        for condition in launch.population:
            side, _, attribute = condition.property.partition(".")
            location = ("launches", name, "population", condition.property)
            yield from compare(checked, location, condition, source(side, attribute))


def starts(checked: Subject) -> Iterator[Finding]:
    """Attributes that nobody has, as starts of life."""
    for entity, points in (("user", checked.plan.start.user), ("account", checked.plan.start.account)):
        for position, point in enumerate(points):
            if point.attribute is not None:
                found = source(entity, point.attribute)
                if not checked.number(f"SELECT count(*) FROM {found.rows}"):
                    yield unknown(checked, ("start", entity, position, "attribute"), found)


def bands(checked: Subject) -> Iterator[Finding]:
    """Attributes that nobody has, or that are no numbers of anybody, with bands."""
    for label, one in checked.plan.bands.items():
        found = source(*label.split(".", 1))
        if not checked.number(f"SELECT count(*) FROM {found.rows}"):
            yield unknown(checked, ("bands", label), found)
        elif not checked.number(f"SELECT count(*) FROM {found.rows} WHERE {found.number} IS NOT NULL"):
            location = ("bands", label)
            yield Finding(
                "warning",
                checked.plan.place(location),
                f"{location_text(location)}: nobody's is a number, so nobody is in one of its {len(one.labels)} bands.",
                "Take the bands away, or import numbers.",
            )


def source(side: str, attribute: str) -> Source:
    """Rows of an attribute.

    Args:
        side: user or account.
        attribute: Its name; `id` is the entity's id itself.
    """
    rows = f"(SELECT text, number FROM {side}_attribute WHERE name = {literal(attribute)})"
    if f"{side}.{attribute}" in PAID:  # told by subscriptions, if there are any
        times = PAID[f"{side}.{attribute}"]
        rows = f"({rows[1:-1]} UNION ALL SELECT ({times} * mrr)::VARCHAR, {times} * mrr FROM contract WHERE mrr > 0)"
    if attribute == "id":
        rows = f"(SELECT {side}_id AS text, {number_of(f'{side}_id')} AS number FROM {side}s)"
    return Source(
        rows=rows,
        text="text",
        number="number",
        called=f"{side}.{attribute}",
        missing=f"no {side}",
        names=f"SELECT name, count(*) FROM {side}_attribute GROUP BY name ORDER BY 2 DESC, 1",
        prefix=f"{side}.",
    )
