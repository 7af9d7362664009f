"""Acquisition: how users came to the product, told by the properties of their first events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from uptake.plan.condition import Conditions, read_conditions
from uptake.plan.problems import Gathering, described, refuse
from uptake.plan.section import Section
from uptake.plan.words import Days, Text, read_text

ATTRIBUTE = "acquisition_channel"
"""The attribute of users and accounts that the channel becomes."""


class Channel(BaseModel):
    """A channel and the conditions on an event's properties that all must hold for it.

    Args:
        name: What users of the channel have as `acquisition_channel`.
        where: The conditions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    where: Conditions


def _channels(value: object) -> tuple[Channel, ...]:
    if isinstance(value, tuple) and all(isinstance(part, Channel) for part in value):
        return value
    if not isinstance(value, Mapping) or not value:
        what = "is an empty mapping" if value == {} else f"is {described(value)}"
        raise refuse(what, "channels with conditions, such as {paid search: {utm_medium: cpc}}")
    gathering = Gathering()
    found = []
    for name, where in value.items():
        with gathering.at(name):
            conditions = read_conditions(where)
            if not conditions:
                raise refuse("has no condition", "conditions on properties of events, such as {utm_medium: cpc}")
            found.append(Channel(name=read_text(name), where=conditions))
    gathering.end()
    return tuple(found)


class Acquisition(Section):
    """The channel by which users came, as the attribute `acquisition_channel` of users, and of accounts by their first.

    The first touch is a user's first event with any of the properties that the channels name, if it came within
    `within_days` of the user's first event. The first channel whose conditions hold for it is the user's.

    Args:
        channels: Channel -> conditions on the properties of the first touch; the first that holds wins.
        other: The channel of a touch for which none holds.
        within_days: How long after the first event a touch still says how somebody came.
    """

    channels: Annotated[tuple[Channel, ...], BeforeValidator(_channels)]
    other: Text = "other"
    within_days: Days = Field(default=1)

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that the channels name, each once."""
        return tuple(dict.fromkeys(test.property for channel in self.channels for test in channel.where))
