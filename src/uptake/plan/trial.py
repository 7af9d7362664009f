"""The trial: how long accounts may try the product, and what they should have done by its end."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from uptake.plan.feature import EligibleField
from uptake.plan.journey import Milestone
from uptake.plan.section import Section, named
from uptake.plan.words import Days, Name, Text


class Trial(Section):
    """A trial or proof of concept of accounts, whose criteria are ticked by what their users do.

    Args:
        start: The moment at which it begins.
        accounts: Conditions on `account.` attributes of those on trial; the trial begins when they first hold.
        within_days: Days it lasts.
        converts: The moment that ends it well.
        criteria: What should have happened, by name, in the order in which it is shown.
    """

    start: Text = "start_of_life"
    accounts: EligibleField = ()
    within_days: Days = 30
    converts: Text = "paid"
    criteria: Annotated[dict[Name, Milestone], BeforeValidator(named)] = Field(min_length=1)
