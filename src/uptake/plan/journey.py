"""The way from the start of life to value: onboarding, activation, milestones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.plan.feature import EligibleField
from uptake.plan.problems import Problem, Problems, shown, unknown_keys
from uptake.plan.quorum import KEYS as QUORUM_KEYS
from uptake.plan.quorum import AllParts, AnyPart, Members, QuorumField, read_roles
from uptake.plan.section import Reached, Section, key_as_title
from uptake.plan.words import Days, Name, Text


class Step(Reached):
    """A step of onboarding.

    Args:
        name: Its name, unique among the steps.
        title: How people call it.
        required: Whether onboarding is complete without it.
        role: The roles it is meant for; empty: everybody.
        criteria: What must have happened.
    """

    name: Name
    title: Text = Field(default_factory=key_as_title)
    required: bool = True
    role: Annotated[tuple[str, ...], BeforeValidator(read_roles)] = ()


class Onboarding(Section):
    """Setting the product up; complete when every required step is reached in time.

    Args:
        within_days: Days from the start of life.
        steps: The steps in their order.
    """

    within_days: Days = 7
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _steps_are_distinct(self) -> Self:
        first: dict[str, int] = {}
        problems = [
            Problem(("steps", position, "name"), f"is {shown(step.name)}, as is that of step {first[step.name] + 1}")
            for position, step in enumerate(self.steps)
            if first.setdefault(step.name, position) != position
        ]
        if not any(step.required for step in self.steps):
            do = "Onboarding would be complete from the start."
            problems.append(Problem(("steps",), "has no required step", do=do))
        if problems:
            raise Problems(*problems)
        return self


class UserActivation(Reached):
    """When a user is activated: the criteria hold within `within_days` of the user's start of life."""

    within_days: Days = 7


class AccountActivation(Section):
    """When an account is activated: the quorum holds within `within_days` of its start of life.

    Args:
        within_days: Days from the start of life.
        quorum: How many members, of which roles, must have done what; one activated member if nothing is written.
            Its keys stand among those of the section: `{within_days: 14, members: 2}`.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("quorum",)

    within_days: Days = 14
    quorum: QuorumField = Members()

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The section's own keys, then those of a quorum."""
        return (*super().keys(), *QUORUM_KEYS)

    @model_validator(mode="before")
    @classmethod
    def _folded(cls, value: object) -> object:
        if not isinstance(value, Mapping) or isinstance(value.get("quorum"), Members | AllParts | AnyPart):
            return value
        if problems := unknown_keys(value, cls.keys()):
            raise Problems(*problems)
        asked = {key: part for key, part in value.items() if key in QUORUM_KEYS}
        return {key: part for key, part in value.items() if key == "within_days"} | ({"quorum": asked} if asked else {})


class Activation(Section):
    """When users and accounts are activated."""

    user: UserActivation
    account: AccountActivation = AccountActivation()


class Milestone(Reached):
    """A named moment: the first time its criteria hold.

    Args:
        name: Its key in the plan.
        title: How people call it.
        criteria: What must have happened.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name", "criteria")

    name: str
    title: Text = Field(default_factory=key_as_title)


class ValueMoment(Milestone):
    """A milestone that is an outcome customers want.

    Args:
        name: Its key in the plan.
        title: How people call it.
        criteria: What must have happened.
        eligible: Conditions on `user.` and `account.` attributes of those who can reach it; empty: everyone. For
            whoever cannot, not having reached it is no zero: shares and scores leave them out.
    """

    eligible: EligibleField = ()
