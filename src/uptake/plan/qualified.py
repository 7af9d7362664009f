"""Who qualifies: users and accounts that a rule picks out for somebody to talk to, and what is hoped of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from uptake.plan.rule import Rule, read_rule
from uptake.plan.scores import Score
from uptake.plan.section import Section, key_as_title
from uptake.plan.words import Days, Name, Text

PROMOTER = {"any": [{"nps": {"exists": False}}, {"nps": {"gte": 50}}]}
"""Who was never asked is not left out; who was asked has to recommend the product."""


class Qualification(Section):
    """A rule that users or accounts qualify by.

    Args:
        name: Its key in the plan.
        title: How people call those who qualify.
        entity: Who qualifies: user or account.
        when: What must hold.
        converts: Outcomes that are hoped for, by name, as they were imported; none: nobody can say what it is good for.
        within_days: Days after qualifying in which they count.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: Name
    title: Text = Field(default_factory=key_as_title)
    entity: Literal["user", "account"] = "account"
    when: Rule
    converts: tuple[Text, ...] = ()
    within_days: Days = 30


def default_qualified(scores: Mapping[str, Score]) -> dict[str, Qualification]:
    """Those that every plan has: users who could speak for the product, and accounts that could."""
    power = {"frequency": {"gte": 0.75}, "breadth": {"gte": 0.5}, "tenure_days": {"gte": 90}, **PROMOTER}
    found = [Qualification(name="power_users", title="Power users", entity="user", when=read_rule(power))]
    adoption = scores.get("adoption")
    if adoption is not None and "account" in adoption.entities and adoption.higher_is == "better":
        reference = {"score.adoption": {"gte": adoption.bands.good}, "value_reached": {"gte": 0.5}, **PROMOTER}
        found.append(Qualification(name="references", when=read_rule(reference)))
    return {one.name: one for one in found}
