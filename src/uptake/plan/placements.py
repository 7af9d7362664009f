"""Placements: where everyone stands, told by ordered rules of which the first that holds wins."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.plan.problems import Gathering, Problem, Problems, described, refuse, shown
from uptake.plan.rule import Rule, read_subject
from uptake.plan.scores import ENTITIES
from uptake.plan.section import Section, key_as_title
from uptake.plan.words import Name, Text

UNKNOWN = "unknown"
"""The label of those of whom nothing is known that a scheme needs."""
Entity = Literal["user", "account"]


def _needs(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(f"is {described(value)}", "a list of what a rule can ask for, such as [breadth]")
    gathering = Gathering()
    found = []
    for position, part in enumerate(value):
        with gathering.at(position):
            if not isinstance(part, str):
                raise refuse(f"is {described(part)}", "a signal, such as breadth")
            found.append(read_subject(part))
    gathering.end()
    return tuple(found)


class Label(Section):
    """One of the places of a scheme.

    Args:
        name: Its name, unique in the scheme.
        title: How people call it.
        of: Whose it is, where only users, or only accounts, have it; None: of all.
        when: What must hold; the last label has none and takes the rest.
    """

    name: Name
    title: Text = Field(default_factory=key_as_title)
    of: Entity | None = None
    when: Rule | None = None


class Placement(Section):
    """A scheme that puts every user, or every account, in one place on every day.

    Args:
        name: Its key in the plan.
        title: How people call it.
        entities: Whom it places: user, account or both.
        ladder: Whether the labels are steps, the highest first.
        needs: What has to be known of somebody; without it their place is `unknown`.
        labels: The places in the order in which they are tried; the first whose rule holds wins.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    title: Text = Field(default_factory=key_as_title)
    entities: tuple[Entity, ...] = ENTITIES  # type: ignore[assignment]  # a tuple of these literals
    ladder: bool = False
    needs: Annotated[tuple[str, ...], BeforeValidator(_needs)] = ()
    labels: Annotated[tuple[Label, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _are_complete_and_exclusive(self) -> Self:
        problems: dict[Problem, None] = {}
        for entity in self.entities:
            own = [(number, label) for number, label in enumerate(self.labels) if label.of in (None, entity)]
            if not own or own[-1][1].when is not None:
                do = f"End with a label without when; it takes the {entity}s that are left."
                problems[Problem(("labels",), f"has no place for every {entity}", do=do)] = None
            seen: dict[str, int] = {}
            for number, label in own:
                at = ("labels", number)
                if label.name == UNKNOWN:
                    problems[Problem((*at, "name"), f"is {shown(UNKNOWN)}, the label of needs", ("another name",))] = (
                        None
                    )
                if seen.setdefault(label.name, number) != number:
                    what = f"is {shown(label.name)}, as is that of label {seen[label.name] + 1}"
                    do = "Give it another name, or join both rules under any."
                    problems[Problem((*at, "name"), what, do=do)] = None
                if label.when is None and number != own[-1][0]:
                    do = "Say when it holds: without that it takes everyone, and those after it nobody."
                    problems[Problem((*at, "when"), "is missing", do=do)] = None
        if problems:
            raise Problems(*problems)
        return self

    def labels_of(self, entity: str) -> tuple[Label, ...]:
        """The labels that users, or accounts, can have, in order; `unknown` is the last where something is needed."""
        own = tuple(label for label in self.labels if label.of in (None, entity))
        return (*own, Label(name=UNKNOWN, title="Not known yet")) if self.needs else own
