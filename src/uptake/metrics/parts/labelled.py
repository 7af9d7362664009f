"""Rows with their labels, as SQL: what each entity was when it counts, and whether the conditions held."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from uptake.facts.selection import property_number, property_sql, property_text
from uptake.metrics.core.dimensions import (
    ANY_TIME,
    AT_EVENT,
    EVENT,
    IN,
    MISSING,
    OUT,
    Attribute,
    Dimension,
    EventProperty,
    Membership,
    Memberships,
    Placed,
)
from uptake.metrics.core.grain import MEMBER, Grain
from uptake.metrics.parts.attributes import in_bands, names_bands
from uptake.plan import Condition, Group
from uptake.store.sql import literal, name

Test = tuple[Dimension, Condition]


def labelled(
    grain: Grain,
    by: Sequence[Dimension],
    where: Sequence[Test],
    zone: str,
    *,
    brings_properties: bool = False,
    rows: str = "entity_row",
) -> str:
    """SQL for the relation `labelled`: the rows of `entity_row` with a column a breakdown, filtered.

    Where a breakdown is by every value somebody had, or by all segments, there is a row for each of them.

    Args:
        grain: Whose rows they are.
        by: What to break down by.
        where: Conditions that all must hold.
        zone: The product's time zone, in which dates begin.
        brings_properties: Whether the rows have the properties of their events, as JSON in `properties`.
        rows: The relation they are rows of.
    """
    looked_up = _LookedUp(grain, zone, brings_properties)
    columns = "".join(f", {looked_up.label(one)} AS {name(one.label)}" for one in by)
    tests = [looked_up.test(one, condition) for one, condition in where]
    condition = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT r.*{columns} FROM {rows} r {' '.join(looked_up.joins)}{condition}"


class _LookedUp:
    """Joins to what is looked up, each once.

    Args:
        grain: Whose rows they are.
        zone: The product's time zone.
        brings_properties: Whether the rows have the properties of their events.
    """

    def __init__(self, grain: Grain, zone: str, brings_properties: bool) -> None:
        self.grain, self.zone, self.brings_properties = grain, zone, brings_properties
        self.joins: list[str] = []
        self._aliases: dict[object, str] = {}

    def label(self, one: Dimension) -> str:
        """SQL for the label."""
        if isinstance(one, Membership):
            return f"CASE WHEN {self.holds(one)} THEN {literal(IN)} ELSE {literal(OUT)} END"
        if isinstance(one, Placed):
            return self._placed(one)
        if isinstance(one, Memberships):
            names = ", ".join(
                f"CASE WHEN {self.holds(part)} THEN {literal(part.segment.name)} END" for part in one.parts
            )
            found = f"list_filter([{names}]::VARCHAR[], lambda segment: segment IS NOT NULL)"
            return f"unnest(coalesce(nullif({found}, []), [{literal(MISSING)}]))"
        return f"coalesce({_said(one, *self.columns(one))}, {literal(MISSING)})"

    def test(self, one: Dimension, condition: Condition) -> str:
        """SQL for a condition."""
        if isinstance(one, Membership):
            return property_sql(condition, f"({self.label(one)})", "NULL::DOUBLE", self.zone)
        if isinstance(one, Placed):
            said = (
                f"nullif({self._placed(one)}, {literal(MISSING)})"  # who stands nowhere has no place to be asked about
            )
            return property_sql(condition, said, "NULL::DOUBLE", self.zone)
        if isinstance(one, Memberships):
            named = [part for part in one.parts if condition.test == "exists" or part.segment.name in condition.values]
            is_in_some = " OR ".join(self.holds(part) for part in named) or "false"
            is_negative = condition.test == "is_not" or condition.values == (False,)
            return f"{'NOT ' if is_negative else ''}({is_in_some})"
        if isinstance(one, Attribute) and one.mode == ANY_TIME and one.name != "id":
            return self._ever(one, condition)
        return _holds(one, condition, *self.columns(one), self.zone)

    def holds(self, one: Membership) -> str:
        """SQL for whether somebody is in a segment, never NULL."""
        if one.segment.where is not None:
            return self._group(one, one.segment.where)
        if one.segment.is_by_day:
            return f"{self._written(one.label, f'segment.{one.segment.name}', one.entity, one.mode)}.value IS NOT NULL"
        alias = self._join(
            one.label,
            "segment_list",
            lambda a: f"{a}.segment = {literal(one.segment.name)} AND {a}.entity_key = {self._key(one.entity)}",
        )
        return f"{alias}.entity_key IS NOT NULL"

    def _placed(self, one: Placed) -> str:
        """SQL for the name of the label, `(none)` where nothing is written down of the day."""
        alias = self._written(one.label, f"placement.{one.scheme.name}", one.entity, one.mode)
        names = " ".join(f"WHEN {number} THEN {literal(named)}" for number, named in enumerate(one.labels))
        return f"CASE {alias}.value {names} ELSE {literal(MISSING)} END"

    def _written(self, key: object, track: str, entity: str, mode: str) -> str:
        """The alias of what history has of the day that ended last, or was on, at the moment that counts."""
        moment = "r.anchor_at" if mode == AT_EVENT else "$as_of"
        local = f"timezone({literal(self.zone)}, timezone('UTC', {moment} - INTERVAL 1 MICROSECOND))::DATE"
        whose = f"{{0}}.track = {literal(track)} AND {{0}}.entity = {literal(entity)} AND {{0}}.entity_key = {self._key(entity)}"
        return self._join(
            key, "history", f"{whose} AND {{0}}.valid_from <= {local} AND {{0}}.valid_to > {local}".format
        )

    def columns(self, attribute: Attribute | EventProperty) -> tuple[str, str]:
        """SQL for the text and the number of an attribute, or of a property of the event that was the start."""
        if isinstance(attribute, EventProperty):
            if self.brings_properties:
                return property_text(attribute.name, "r.properties"), property_number(attribute.name, "r.properties")
            began = "{0}.entity_key = r.entity_key AND {0}.started_at = r.anchor_at".format
            properties = f"{self._join(EVENT, 'starting_event', began)}.properties"
            return property_text(attribute.name, properties), property_number(attribute.name, properties)
        entity, key = attribute.entity, self._key(attribute.entity)
        if attribute.name == "id":
            alias = self._join((entity, "id"), f"{entity}s", lambda a: f"{a}.{entity}_key = {key}")
            return f"{alias}.{entity}_id", f"try_cast({alias}.{entity}_id AS DOUBLE)"
        table, named = attribute.table, f"name = {literal(attribute.name)}"
        if attribute.mode == ANY_TIME:
            held = (
                "text, number"
                if attribute.bands is None
                else f"{_said(attribute, 'text', 'number')} AS text, NULL AS number"
            )
            values = f"(SELECT DISTINCT {entity}_key, {held} FROM {table} WHERE {named} AND valid_from < $as_of)"
            alias = self._join(attribute, values, lambda a: f"{a}.{entity}_key = {key}")
        elif attribute.mode == AT_EVENT:
            then = "r.anchor_at >= {0}.valid_from AND r.anchor_at < {0}.valid_to".format
            alias = self._join(attribute, table, lambda a: f"{a}.{entity}_key = {key} AND {a}.{named} AND {then(a)}")
        else:
            then = "{0}.valid_from < $as_of AND {0}.valid_to >= $as_of".format
            alias = self._join(attribute, table, lambda a: f"{a}.{entity}_key = {key} AND {a}.{named} AND {then(a)}")
        return f"{alias}.text", f"{alias}.number"

    def _ever(self, attribute: Attribute, condition: Condition) -> str:
        """SQL for a condition on whatever the attribute was: some value meets it, or none does what it denies."""
        is_negative = condition.test == "is_not" or condition.values == (False,)
        if condition.test == "is_not":
            condition = condition.model_copy(update={"test": "is"})
        elif condition.test == "exists":
            condition = condition.model_copy(update={"values": (True,)})
        entity = attribute.entity
        return f"""{"NOT " if is_negative else ""}EXISTS (
            SELECT 1 FROM {attribute.table} v WHERE v.{entity}_key = {self._key(entity)}
            AND v.name = {literal(attribute.name)} AND v.valid_from < $as_of
            AND {_holds(attribute, condition, "v.text", "v.number", self.zone)})"""

    def _group(self, one: Membership, group: Group) -> str:
        parts = [
            _holds(attribute, condition, *self.columns(attribute), self.zone)
            for attribute, condition in ((one.attribute(condition), condition) for condition in group.conditions)
        ]
        parts += [self._group(one, part) for part in group.of]
        return f"({(' AND ' if group.kind == 'all' else ' OR ').join(parts)})"

    def _join(self, key: object, relation: str, condition: Callable[[str], str]) -> str:
        """The alias of a relation, joined where a condition on its alias holds."""
        if key not in self._aliases:
            self._aliases[key] = alias = f"a{len(self._aliases)}"
            self.joins.append(f"LEFT JOIN {relation} {alias} ON {condition(alias)}")
        return self._aliases[key]

    def _key(self, entity: str) -> str:
        if self.grain.name == MEMBER.name:
            return "(r.entity_key & 4294967295)" if entity == "user" else "(r.entity_key >> 32)"
        return "r.entity_key"


def _said(one: Attribute | EventProperty, text: str, number: str) -> str:
    """SQL for what somebody is called by it, given SQL for its text and number."""
    return in_bands(one.bands, text, number) if isinstance(one, Attribute) and one.bands else text


def _holds(one: Attribute | EventProperty, condition: Condition, text: str, number: str, zone: str) -> str:
    """SQL for a condition, on the number or, where it names bands, on the band."""
    if isinstance(one, Attribute) and names_bands(one.bands, condition):
        text = _said(one, text, number)
    return property_sql(condition, text, number, zone)
