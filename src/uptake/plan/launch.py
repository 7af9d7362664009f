"""Launches: a feature that is brought to some people from one day on, and how many of them should take it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from uptake.plan.condition import Conditions
from uptake.plan.feature import read_eligible
from uptake.plan.problems import Gathering, described, refuse
from uptake.plan.section import Section, key_as_title
from uptake.plan.selectors import Selector, read_selector
from uptake.plan.words import Days, Name, Text, read_text

CURVES = ("tried", "again", "adopted", "kept")
"""How far somebody can get with a launched feature."""


class LaunchChannel(BaseModel):
    """A way by which a launch was made known.

    Args:
        name: How people call it.
        reached: The event that says whom it reached, or None where nothing says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    reached: Selector | None = None


def _channels(value: object) -> tuple[LaunchChannel, ...]:
    if isinstance(value, tuple) and all(isinstance(part, LaunchChannel) for part in value):
        return value
    gathering = Gathering()
    found = []
    if isinstance(value, Mapping):
        for name, reached in value.items():
            with gathering.at(name):
                channel = read_text(name)
                found.append(LaunchChannel(name=channel, reached=None if reached is None else read_selector(reached)))
    elif isinstance(value, list | tuple):
        for position, name in enumerate(value):
            with gathering.at(position):
                found.append(LaunchChannel(name=read_text(name)))
    else:
        raise refuse(f"is {described(value)}", "[newsletter, in-app]", "{newsletter: newsletter_clicked, in-app: null}")
    gathering.end()
    return tuple(found)


class Launch(Section):
    """A launch of a feature.

    Args:
        name: Its key in the plan.
        title: How people call it.
        feature: The feature of the plan.
        launched_on: The first day; the feature's own if not given.
        population: Conditions on `user.` and `account.` attributes of those it is for, beside the feature's `eligible`.
        clock: Whether days are counted for everyone from the launch, or for each from when they first could use the
            feature, by a role, a team or a plan they got later too.
        target: The share of those it is for that should get there, or None.
        target_of: What they should do: try it, use it again, adopt it, keep it.
        within_days: Days in which they should.
        channels: How it was made known, and by which event each says whom it reached.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    title: Text = Field(default_factory=key_as_title)
    feature: Name
    launched_on: date | None = None
    population: Annotated[Conditions, BeforeValidator(read_eligible)] = ()
    clock: Literal["launch", "exposure"] = "launch"
    target: Annotated[float, Field(gt=0, le=1)] | None = None
    target_of: Literal["tried", "again", "adopted", "kept"] = "adopted"
    within_days: Days = 90
    channels: Annotated[tuple[LaunchChannel, ...], BeforeValidator(_channels)] = ()
