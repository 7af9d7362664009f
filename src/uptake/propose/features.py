"""Features read out of event names: `task_created` and `task_completed` are the feature tasks."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.plan import ProposedFeature
from uptake.plan.words import MOST_CHARACTERS, free_name
from uptake.propose.observed import RARE, Observed
from uptake.propose.words import is_making, is_noise, parts, plural, singular
from uptake.store.projection import Cursor

MOST_FEATURES = 30
CORE = 2
"""A feature is core if at least half as many users used it as the most used one; the others are advanced."""


def propose(cursor: Cursor, observed: Sequence[Observed], active: Sequence[Observed]) -> tuple[ProposedFeature, ...]:
    """Proposes features: events that are about the same thing, at least one of them activity.

    Args:
        cursor: A cursor of the projection.
        observed: All events.
        active: Those proposed as activity.

    Returns:
        The most used first; noise and vanity are in none, and no event is in two.
    """
    groups = group([event for event in observed if event.use.users and not is_noise(event.use.name)])
    active_keys = {event.key for event in active}
    groups = [events for events in groups if any(event.key in active_keys for event in events)]
    reach = _users(cursor, [[event.key for event in events] for events in groups])
    ranked = sorted(zip(reach, groups, strict=True), key=lambda row: -row[0])
    kept = [row for row in ranked if row[0] * RARE >= ranked[0][0]][:MOST_FEATURES]
    names = _names([titled(events) for _, events in kept])
    return tuple(
        ProposedFeature(
            name=name,
            title=titled(events),
            events=tuple(event.use.name for event in events),
            tag="core" if users * CORE >= kept[0][0] else "advanced",
        )
        for name, (users, events) in zip(names, kept, strict=True)
    )


def group(events: Sequence[Observed]) -> list[list[Observed]]:
    """Events by what they are about, in the order given."""
    things = [parts(event.use.name)[0] for event in events]
    # A first word that all share, a product's name or "ui", tells nothing apart.
    while len(set(things)) > 1 and all(len(thing) > 1 and thing[0] == things[0][0] for thing in things):
        things = [thing[1:] for thing in things]
    groups: dict[tuple[str, ...], list[Observed]] = {}
    for event, thing in zip(events, things, strict=True):
        key = (*thing[:-1], singular(thing[-1])) if thing else (event.use.name,)
        groups.setdefault(key, []).append(event)
    return list(groups.values())


def titled(events: Sequence[Observed]) -> str:
    """How people may call the feature: `Tasks` where tasks are made, `Timeline` where one is only opened."""
    thing, _ = parts(events[0].use.name)
    if not thing:
        return events[0].use.name[:MOST_CHARACTERS]
    noun = singular(thing[-1])
    is_many = any(is_making(parts(event.use.name)[1]) for event in events)
    text = " ".join((*thing[:-1], plural(noun) if is_many else noun))
    return (text[:1].upper() + text[1:])[:MOST_CHARACTERS]


def _names(titles: list[str]) -> list[str]:
    """Titles as names of the plan, all different."""
    names = list[str]()
    for title in titles:
        names.append(free_name(title, names, "feature"))
    return names


def _users(cursor: Cursor, groups: list[list[int]]) -> list[int]:
    """Distinct users of each group of events."""
    if not groups:
        return []
    pairs = [(number, key) for number, keys in enumerate(groups) for key in keys]
    rows = cursor.execute(
        """WITH grouped AS (SELECT unnest($numbers) AS number, unnest($keys) AS name_key)
        SELECT number, count(DISTINCT user_key) FROM event JOIN grouped USING (name_key) GROUP BY number""",
        {"numbers": [number for number, _ in pairs], "keys": [key for _, key in pairs]},
    )
    users = dict(rows.fetchall())
    return [users.get(number, 0) for number in range(len(groups))]
