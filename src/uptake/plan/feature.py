"""Features: which events are a use of them, who can use them, when they count as adopted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field

from uptake.plan.condition import Conditions, read_conditions
from uptake.plan.problems import Problem, Problems
from uptake.plan.product import USAGE_INTERVAL_DAYS, Product
from uptake.plan.section import Section, key_as_title
from uptake.plan.selectors import EVENT_KEYS, Selector, read_selector
from uptake.plan.words import Days, Text

ADOPTED_INTERVALS = 2
"""A feature is adopted within this many of its usage intervals, where the plan does not say."""


class Adopted(Section):
    """When a feature counts as adopted: use on `days` distinct days within `within_days` of first use."""

    days: Days = 2
    within_days: Days = ADOPTED_INTERVALS * USAGE_INTERVAL_DAYS


def _feature_event(value: object) -> Selector:
    return read_selector(value, EVENT_KEYS)


def read_eligible(value: object) -> Conditions:
    """Conditions on attributes of users and accounts."""
    found = read_conditions(value)
    names = dict.fromkeys(condition.property for condition in found)
    strays = [name for name in names if not name.startswith(("user.", "account."))]
    if strays:
        raise Problems(*(Problem((name,), "is no attribute", (f"user.{name}", f"account.{name}")) for name in strays))
    return found


EligibleField = Annotated[Conditions, BeforeValidator(read_eligible)]


class Feature(Section):
    """A feature of the product and how its adoption is told.

    Args:
        name: Its key in the plan.
        title: How people call it.
        events: Which events are a use of it, any of them.
        tag: `core` features make up breadth, `advanced` ones depth, `hidden` ones are not shown.
        module: The part of the product it belongs to, or None.
        eligible: Conditions on `user.` and `account.` attributes of those who can use it; empty: everyone.
        launched_on: First day it could be used, or None.
        cadence_days: How often it is used by nature. In a plan, `product.usage_interval_days` if not given.
        quantity: The event property that is summed as uses; None: each event is one use.
        adopted: When it counts as adopted. In a plan, the window is two cadences if not given.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    title: Text = Field(default_factory=key_as_title)
    events: Annotated[tuple[Annotated[Selector, BeforeValidator(_feature_event)], ...], Field(min_length=1)]
    tag: Literal["core", "advanced", "hidden"] = "core"
    module: Text | None = None
    eligible: EligibleField = ()
    launched_on: date | None = None
    cadence_days: Days = USAGE_INTERVAL_DAYS
    quantity: Text | None = None
    adopted: Adopted = Adopted()

    def completed(self, product: Product) -> Self:
        """The feature with what its file left out, taken from the product."""
        cadence = self.cadence_days if "cadence_days" in self.model_fields_set else product.usage_interval_days
        adopted = self.adopted
        if "within_days" not in adopted.model_fields_set:
            adopted = Adopted(days=adopted.days, within_days=ADOPTED_INTERVALS * cadence)
        return self.model_copy(update={"cadence_days": cadence, "adopted": adopted})
