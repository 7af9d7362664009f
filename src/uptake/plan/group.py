"""Groups of conditions, nested under all and any: `{plan: Pro, any: [{seats: {gte: 10}}, {industry: Software}]}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from uptake.plan.condition import Condition, Conditions, read_conditions
from uptake.plan.problems import Gathering, Location, described, refuse

MOST_LEVELS = 10


class Group(BaseModel):
    """Conditions and further groups of them, of which all, or any, must hold.

    Args:
        kind: `all` or `any`.
        conditions: Conditions on attributes, `user.role`, `account.plan`.
        of: Groups inside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["all", "any"]
    conditions: Conditions = ()
    of: tuple[Group, ...] = ()

    def leaves(self) -> Iterator[tuple[Location, Condition]]:
        """Every condition with its location, as it was written below `where`."""
        for condition in self.conditions:
            yield (condition.property,), condition
        for group in self.of:
            for position, part in enumerate(group.of):
                for location, condition in part.leaves():
                    yield (group.kind, position, *location), condition


def read_group(value: object, property_of: Callable[[str], str], apart: str = "", levels: int = MOST_LEVELS) -> Group:
    """Reads a mapping all of whose keys must hold.

    Args:
        value: What was written; the keys `all` and `any` hold lists of such mappings.
        property_of: A key as it was written -> what is meant; raises `Problems` for one that cannot be.
        apart: How something that is called `all` or `any` is written; empty: there is no such thing.
        levels: How deep it may be nested.

    Raises:
        Problems: With locations inside the mapping.
    """
    if isinstance(value, Group):
        return value
    if not isinstance(value, Mapping) or not value:
        what = "is an empty mapping" if value == {} else f"is {described(value)}"
        raise refuse(what, "a mapping of attributes to tests, such as {plan: Pro}", "all and any, with a list of these")
    if levels == 0:
        raise refuse(f"is nested more than {MOST_LEVELS} deep")
    gathering = Gathering()
    conditions, groups = list[Condition](), list[Group]()
    for key, given in value.items():
        if key in ("all", "any"):
            with gathering.at(key):
                groups.append(_list_of_groups(key, given, property_of, apart, levels))
        else:
            with gathering.at():
                conditions += (
                    condition.model_copy(update={"property": property_of(condition.property)})
                    for condition in read_conditions({key: given})
                )
    gathering.end()
    return Group(kind="all", conditions=tuple(conditions), of=tuple(groups))


def _list_of_groups(
    kind: Literal["all", "any"], given: object, property_of: Callable[[str], str], apart: str, levels: int
) -> Group:
    if not isinstance(given, list | tuple) or not given:
        wanted = "a list of mappings, such as [{plan: Pro}, {seats: {gte: 10}}]"
        do = f"{apart}{kind}." if apart else ""
        raise refuse("is an empty list" if given == () else f"is {described(given)}", wanted, do=do)
    gathering = Gathering()
    parts = []
    for position, part in enumerate(given):
        with gathering.at(position):
            parts.append(read_group(part, property_of, apart, levels - 1))
    gathering.end()
    return Group(kind=kind, of=tuple(parts))
