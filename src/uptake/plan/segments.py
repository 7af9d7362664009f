"""Segments: named sets of users or accounts, told by their attributes or by a list of ids."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from uptake.kinds import LONGEST_ID
from uptake.plan.behaviour import Behaviour
from uptake.plan.group import Group, read_group
from uptake.plan.problems import Gathering, Problem, Problems, described, refuse, shown
from uptake.plan.rule import Rule
from uptake.plan.section import Section, key_as_title
from uptake.plan.words import Text, read_text

SIDES = ("user", "account")
FOLDER = "lists"
"""Where in the plan's folder lists of ids are."""
_LIST = re.compile(rf"{FOLDER}/[A-Za-z0-9_-][A-Za-z0-9_.-]{{0,99}}\.csv")


def _attribute(name: str, entity: str) -> str:
    side, dot, rest = name.partition(".")
    if not dot or side not in SIDES:
        return f"{entity}.{name}"
    if side != entity:
        do = f"Make a segment of {side}s of it; a question may take several segments."
        raise Problems(Problem((name,), f"is an attribute of {side}s in a segment of {entity}s", do=do))
    if not rest:
        raise Problems(Problem((name,), "is no attribute", (f"{entity}.NAME",)))
    return name


def _where(value: object, info: ValidationInfo) -> Group:
    entity = str(info.data.get("entity", "user"))
    return read_group(value, lambda name: _attribute(name, entity), f"An attribute of that name is {entity}.")


def is_list(value: str) -> bool:
    """Whether this can be the name of a list's file.

    >>> is_list("lists/pilot.csv"), is_list("lists/../plan.csv"), is_list("pilot.csv")
    (True, False, False)
    """
    return _LIST.fullmatch(value) is not None


def _list(value: object) -> str:
    if not isinstance(value, str) or not is_list(value):
        raise refuse(f"is {shown(value)}", f"a file {FOLDER}/NAME.csv in the folder of the plan")
    return value


def _ids(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(f"is {described(value)}", "a list of ids")
    gathering = Gathering()
    found = []
    for position, part in enumerate(value):
        with gathering.at(position):
            found.append(read_text(part, LONGEST_ID))
    gathering.end()
    return tuple(sorted(set(found)))


class Segment(Section):
    """A named set of users or accounts, to filter by and to break down by.

    Say `where` for a segment by attributes: who belongs to it changes as they do. Say `when`, `did` or both for one by
    what is known of them on each day, and by what they did. Say `list` or `ids` for one whose members are named; it
    holds always.

    Args:
        name: Its key in the plan.
        entity: user or account.
        title: How people call it.
        where: Conditions on attributes of the entity that all must hold; under `all` and `any` are lists of such.
        when: A rule over signals, scores, placements, attributes and other segments, as of the end of each day.
        did: What they did, how often and when; all of it must hold.
        list: A CSV file, `lists/NAME.csv` in the folder of the plan, with a column user_id or account_id.
        ids: The ids themselves, where they are few.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    entity: Literal["user", "account"]
    title: Text = Field(default_factory=key_as_title)
    where: Annotated[Group, BeforeValidator(_where)] | None = None
    when: Rule | None = None
    did: Annotated[tuple[Behaviour, ...], Field(min_length=1)] | None = None
    list: Annotated[str, BeforeValidator(_list)] | None = None
    ids: Annotated[tuple[str, ...], BeforeValidator(_ids)] | None = None

    @model_validator(mode="after")
    def _is_told_in_one_way(self) -> Self:
        ways = [way for way in ("where", "when", "did", "list", "ids") if getattr(self, way) is not None]
        # a list's ids are read with the plan
        if ways not in (["where"], ["when"], ["did"], ["when", "did"], ["list"], ["ids"], ["list", "ids"]):
            what = f"has {' and '.join(ways)}" if ways else "does not say who belongs to it"
            raise refuse(what, "where", "when", "did", "list", "ids", do="Give one of them.")
        return self

    @property
    def is_by_day(self) -> bool:
        """Whether who is in it is told by what is known at the end of each day: by a rule, or by what they did."""
        return self.when is not None or self.did is not None

    @property
    def is_list(self) -> bool:
        """Whether its members are named."""
        return self.where is None and not self.is_by_day

    @property
    def members(self) -> tuple[str, ...]:
        """The ids of those who were named; empty for a segment by attributes."""
        return self.ids or ()
