"""Placements as history has them: where everyone stood on one day, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from uptake.plan import Label, Placement, Plan
from uptake.scores.history import MADE_BY, begin_of_history
from uptake.segments.tracks import name_of
from uptake.store.projection import Cursor, meta
from uptake.store.sql import literal, name


@dataclass(frozen=True)
class Stood:
    """Where somebody stands by a placement, as history has it.

    Args:
        scheme: The placement.
        label: The label.
        since: The first day of it without a break.
        is_longer: Whether history begins with that day, so that it may have begun before.
        before: The label before, without a gap; None: there was none.
    """

    scheme: Placement
    label: Label
    since: date
    is_longer: bool
    before: Label | None


SINCE = ".since"
"""Ends the column that says since when somebody stands there."""


def of_entity(plan: Plan, entity: str) -> list[Placement]:
    """The plan's placements of users or of accounts."""
    return [scheme for scheme in plan.all_placements.values() if entity in scheme.entities]


def columns(plan: Plan, entity: str) -> tuple[str, ...]:
    """The columns of `on_day_sql` beside the key: `placement.NAME` and since when, for each."""
    names = [name_of(scheme.name) for scheme in of_entity(plan, entity)]
    return tuple(column for one in names for column in (one, one + SINCE))


def orders(plan: Plan, entity: str) -> Mapping[str, tuple[str, ...]]:
    """Column -> its labels in the plan's order."""
    return {name_of(one.name): tuple(label.name for label in one.labels_of(entity)) for one in of_entity(plan, entity)}


def on_day_sql(cursor: Cursor, plan: Plan, entity: str, day: date | None, only: str = "true") -> str:
    """SQL for ({entity}_key, a label and the first day of it for each placement) of everyone on a day.

    The first day is NULL where history begins with it: they may have stood there before. History of another plan says
    nothing, as its labels may be others.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        entity: user or account.
        day: The day; None: history has none.
        only: A condition on `entity_key`.
    """
    is_known = day is not None and meta(cursor, MADE_BY) == plan.version
    first = literal(begin_of_history(cursor, plan)[0])
    told = [column for scheme in of_entity(plan, entity) for column in _told(scheme, entity, first)]
    on = f"""entity = {literal(entity)} AND starts_with(track, {literal(name_of(""))})
            AND valid_from <= {literal(day)} AND valid_to > {literal(day)} AND {only}"""
    return f"""SELECT entity_key AS {entity}_key, {", ".join(told)} FROM history
        WHERE {on if is_known else "false"} GROUP BY entity_key"""


def of_one(cursor: Cursor, plan: Plan, entity: str, id_: str, day: date | None) -> list[Stood]:
    """Where somebody stands on a day by every placement, as far as history by this plan has it."""
    if day is None or meta(cursor, MADE_BY) != plan.version:
        return []
    rows = cursor.execute(
        f"""SELECT track, value, valid_from, valid_to FROM history JOIN {entity}s ON {entity}_key = entity_key
        WHERE entity = $entity AND {entity}_id = $id AND starts_with(track, $tracks) AND valid_from <= $day
        ORDER BY valid_from""",
        {"entity": entity, "id": id_, "tracks": name_of(""), "day": day},
    ).fetchall()
    begin = begin_of_history(cursor, plan)[0]
    found = []
    for scheme in of_entity(plan, entity):
        labels = scheme.labels_of(entity)
        own = [row[1:] for row in rows if row[0] == name_of(scheme.name)]
        if own and own[-1][2] > day:
            value, since, _ = own[-1]
            before = labels[own[-2][0]] if len(own) > 1 and own[-2][2] == since else None
            found.append(Stood(scheme, labels[value], since, since == begin, before))
    return found


def counts(cursor: Cursor, plan: Plan, entity: str, scheme: str, day: date | None) -> dict[str, int]:
    """Label -> how many have it on a day, as history has it; nothing where it has not."""
    sql = f"""SELECT {name(name_of(scheme))}, count(*) FROM ({on_day_sql(cursor, plan, entity, day)})
        WHERE {name(name_of(scheme))} IS NOT NULL GROUP BY ALL"""
    return dict(cursor.execute(sql).fetchall())


def _told(scheme: Placement, entity: str, first: str) -> tuple[str, str]:
    track, column = name_of(scheme.name), f"max({{}}) FILTER (track = {literal(name_of(scheme.name))})"
    labels = [label.name for label in scheme.labels_of(entity)]
    return (
        f"{literal(labels)}[1 + {column.format('value')}] AS {name(track)}",
        f"nullif({column.format('valid_from')}, {first}) AS {name(track + SINCE)}",
    )
