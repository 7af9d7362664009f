"""A quorum says how many members of an account, of which roles, must have done what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from uptake.errors import QuestionError
from uptake.plan.criterion import KEYS as CRITERIA_KEYS
from uptake.plan.criterion import MOST_LEVELS, Criteria, read_criteria
from uptake.plan.nesting import read_parts
from uptake.plan.problems import Gathering, Location, Problems, described, refuse, unknown_keys
from uptake.plan.words import read_count, read_text

KEYS = ("members", "role", *CRITERIA_KEYS)
FORMS = ("{members: 2, event: name}", "{role: admin, event: name}", "{all: [...]}", "{any: [...]}")
_FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True)


class Members(BaseModel):
    """So many members each met the criteria.

    Args:
        members: How many different members.
        roles: The roles of which they must have been when they did it; empty: any.
        criteria: What each of them must have done; None: what activates a user.
    """

    model_config = _FROZEN

    kind: Literal["members"] = "members"
    members: int = 1
    roles: tuple[str, ...] = ()
    criteria: Criteria | None = None


class AllParts(BaseModel):
    """Every one of the parts is met."""

    model_config = _FROZEN

    kind: Literal["all"] = "all"
    of: tuple[_Part, ...]


class AnyPart(BaseModel):
    """At least one of the parts is met."""

    model_config = _FROZEN

    kind: Literal["any"] = "any"
    of: tuple[_Part, ...]


Quorum = Members | AllParts | AnyPart
_Part = Annotated[Quorum, Field(discriminator="kind")]
AllParts.model_rebuild()
AnyPart.model_rebuild()


def quorum(value: object) -> Quorum:
    """Reads a quorum as it stands in a plan or in a metric's parameter.

    Raises:
        QuestionError: If it cannot be understood; the message says what is wrong.

    >>> quorum({"all": [{"role": "admin", "event": "sso_set_up"}, {"members": 2, "event": "task"}]}).of[1].members
    2
    """
    try:
        return read_quorum(value)
    except Problems as found:
        raise QuestionError(" ".join(problem.text("The quorum") for problem in found.problems)) from None


def read_quorum(value: object, levels: int = MOST_LEVELS) -> Quorum:
    """Reads a quorum, nested at most `levels` deep.

    A mapping with `role` or `members` is one part, and its `all` and `any` are criteria that each member must meet; in
    one without these they are lists of parts.

    Raises:
        Problems: With locations inside the quorum.
    """
    if isinstance(value, Members | AllParts | AnyPart):
        return value
    if isinstance(value, str):
        return Members(criteria=read_criteria(value))
    if not isinstance(value, Mapping):
        raise refuse(f"is {described(value)}", *FORMS)
    if levels == 0:
        raise refuse(f"is nested more than {MOST_LEVELS} deep")
    if problems := unknown_keys(value, KEYS):
        raise Problems(*problems)
    for key in ("all", "any"):
        if key in value and not {"members", "role"} & set(value):
            of = read_parts(key, value, lambda part: read_quorum(part, levels - 1), "parts")
            return AllParts(of=of) if key == "all" else AnyPart(of=of)
    return _members(value)


def _members(value: Mapping[str, object]) -> Members:
    gathering = Gathering()
    members, roles, done = 1, tuple[str, ...](), None
    with gathering.at("members"):
        members = read_count(value.get("members", 1))
    if "role" in value:
        with gathering.at("role"):
            roles = read_roles(value["role"])
    with gathering.at():
        asked = {key: part for key, part in value.items() if key in CRITERIA_KEYS}
        done = read_criteria(asked) if asked else None
    gathering.end()
    return Members(members=members, roles=roles, criteria=done)


def read_roles(value: object) -> tuple[str, ...]:
    """One role or a list of roles.

    Raises:
        Problems: If it is neither.
    """
    if not isinstance(value, list | tuple):
        return (read_text(value),)
    if not value:
        raise refuse("is an empty list", "a role", "a list of roles")
    gathering = Gathering()
    roles = []
    for position, part in enumerate(value):
        with gathering.at(position):
            roles.append(read_text(part))
    gathering.end()
    return tuple(dict.fromkeys(roles))


def parts(tree: Quorum) -> Iterator[tuple[Location, Members]]:
    """Every single part with its location inside the quorum, in the order written."""
    if isinstance(tree, Members):
        yield (), tree
        return
    for position, part in enumerate(tree.of):
        for location, found in parts(part):
            yield (tree.kind, position, *location), found


QuorumField = Annotated[Quorum, BeforeValidator(read_quorum)]
