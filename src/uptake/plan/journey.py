"""The way from the start of life to value: onboarding, activation, milestones."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from uptake.plan.problems import Problem, Problems, shown
from uptake.plan.section import Reached, Section, key_as_title
from uptake.plan.words import Days, Name, Text


class Step(Reached):
    """A step of onboarding.

    Args:
        name: Its name, unique among the steps.
        title: How people call it.
        required: Whether onboarding is complete without it.
        criteria: What must have happened.
    """

    name: Name
    title: Text = Field(default_factory=key_as_title)
    required: bool = True


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
    """When an account is activated: `members` of its members are, within `within_days` of its start of life."""

    within_days: Days = 14
    members: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class Activation(Section):
    """When users and accounts are activated."""

    user: UserActivation
    account: AccountActivation = AccountActivation()


class Milestone(Reached):
    """A named moment: the first time its criteria hold. Value moments are milestones too.

    Args:
        name: Its key in the plan.
        title: How people call it.
        criteria: What must have happened.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name", "criteria")

    name: str
    title: Text = Field(default_factory=key_as_title)
