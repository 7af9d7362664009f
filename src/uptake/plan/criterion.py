"""Criteria say what must have happened: an event so many times, all of a list, any of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from uptake.errors import QuestionError
from uptake.plan.nesting import read_parts
from uptake.plan.problems import Gathering, Location, Problems, described, refuse, unknown_keys
from uptake.plan.selectors import KEYS as SELECTOR_KEYS
from uptake.plan.selectors import Selector, read_selector
from uptake.plan.words import read_count

KEYS = (*SELECTOR_KEYS, "at_least", "all", "any")
FORMS = ("{event: name, at_least: 1}", "{feature: name}", "{all: [...]}", "{any: [...]}")
MOST_LEVELS = 10
_FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True)


class Criterion(BaseModel):
    """Events of the selector happened at least so many times.

    Args:
        selector: Which events count.
        at_least: How many of them, at least 1.
    """

    model_config = _FROZEN

    kind: Literal["event"] = "event"
    selector: Selector
    at_least: int = 1


class All(BaseModel):
    """Every one of the parts is met; there is at least one."""

    model_config = _FROZEN

    kind: Literal["all"] = "all"
    of: tuple[_Part, ...]


class Any(BaseModel):
    """At least one of the parts is met."""

    model_config = _FROZEN

    kind: Literal["any"] = "any"
    of: tuple[_Part, ...]


Criteria = Criterion | All | Any
_Part = Annotated[Criteria, Field(discriminator="kind")]
All.model_rebuild()
Any.model_rebuild()


def criteria(value: str | Mapping[str, object] | Criteria) -> Criteria:
    """Reads criteria as they stand in a plan or in a metric's parameter.

    Raises:
        QuestionError: If they cannot be understood; the message says what is wrong.

    >>> criteria({"any": ["report_exported", {"event": "task_created", "at_least": 3}]}).of[1].at_least
    3
    """
    try:
        return read_criteria(value)
    except Problems as found:
        raise QuestionError(" ".join(problem.text("The criterion") for problem in found.problems)) from None


def read_criteria(value: object, levels: int = MOST_LEVELS) -> Criteria:
    """Reads criteria, nested at most `levels` deep.

    Raises:
        Problems: With locations inside the criteria.
    """
    if isinstance(value, Criterion | All | Any):
        return value
    if isinstance(value, str):
        return Criterion(selector=read_selector(value))
    if not isinstance(value, Mapping):
        raise refuse(f"is {described(value)}", *FORMS)
    if levels == 0:
        raise refuse(f"is nested more than {MOST_LEVELS} deep")
    if problems := unknown_keys(value, KEYS):
        raise Problems(*problems)
    forms = [key for key in ("all", "any", "event", "feature") if key in value]
    if len(forms) != 1:
        what = f"has {' and '.join(forms)}" if forms else "says nothing that must happen"
        raise refuse(what, *FORMS, do="Write exactly one of them; all and any may be nested.")
    if forms[0] in ("all", "any"):
        of = read_parts(forms[0], value, lambda part: read_criteria(part, levels - 1), "criteria")
        return All(of=of) if forms[0] == "all" else Any(of=of)
    return _criterion(value)


def _criterion(value: Mapping[str, object]) -> Criterion:
    gathering = Gathering()
    at_least, chosen = 1, Selector()
    with gathering.at():
        chosen = read_selector({key: value[key] for key in value if key != "at_least"})
    with gathering.at("at_least"):
        at_least = read_count(value.get("at_least", 1))
    gathering.end()
    return Criterion(selector=chosen, at_least=at_least)


def leaves(tree: Criteria) -> Iterator[tuple[Location, Criterion]]:
    """Every single criterion of the tree with its location inside it, in the order written."""
    if isinstance(tree, Criterion):
        yield (), tree
        return
    for position, part in enumerate(tree.of):
        for location, criterion in leaves(part):
            yield (tree.kind, position, *location), criterion


CriteriaField = Annotated[Criteria, BeforeValidator(read_criteria)]
