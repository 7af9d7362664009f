"""Alerts: what somebody wants to hear of on the day it begins to hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from uptake.plan.problems import Problem, Problems
from uptake.plan.rule import ATTRIBUTES, Rule, read_rule
from uptake.plan.scores import Score
from uptake.plan.section import Section, key_as_title
from uptake.plan.words import Name, Text

SEVERITIES = ("high", "medium", "low")
CLEAR_BY = 5.0
"""Points beyond its threshold at which the alert on a score clears where the plan has no alerts."""
OWNER = "account.owner"
"""The attribute that names who looks after an account, where the plan has no alerts."""
FELL_BY, CLEARED_BELOW = 0.2, 0.1
"""From which lasting fall of a score on there is an alert, and below which it clears, where the plan has none."""


class Alert(Section):
    """A rule whose beginning is told once for each user or account.

    Args:
        name: Its key in the plan.
        title: How people call it.
        entity: Of whom it is told: user or account.
        when: What begins to hold.
        clears: What must hold before it can be told again; None: that `when` does not.
        quiet_days: Days after it was told in which it is not told again, even if it cleared.
        severity: high, medium or low.
        owner: Who is to hear of it: a text, or an attribute, `account.owner`.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: Name
    title: Text = Field(default_factory=key_as_title)
    entity: Literal["user", "account"] = "account"
    when: Rule
    clears: Rule | None = None
    quiet_days: Annotated[int, Field(ge=0, le=366)] = 28
    severity: Literal["high", "medium", "low"] = "medium"
    owner: Text | None = None

    @model_validator(mode="after")
    def _asks_of_its_entity(self) -> Self:
        if self.owner_attribute is not None and not self.owner_attribute:
            side = (self.owner or "").partition(".")[0]
            raise Problems(Problem(("owner",), f"is {self.owner}", (f"{side}.ATTRIBUTE", "a text")))
        return self

    @property
    def owner_attribute(self) -> str | None:
        """The attribute that names the owner, without `account.`; None: the plan names nobody, or somebody."""
        side, dot, attribute = (self.owner or "").partition(".")
        return attribute if dot and side in ATTRIBUTES else None


def default_alerts(scores: Iterable[Score]) -> dict[str, Alert]:
    """Alerts of a plan that has none: that the health of accounts becomes poor, and that it falls for good.

    A fall against the four weeks before is mostly a bad week (docs/truth.md), so the one that is told has lasted.

    Args:
        scores: The plan's scores; without one of accounts called health there are none.
    """
    health = next((score for score in scores if score.name == "health" and "account" in score.entities), None)
    if health is None:
        return {}
    if health.higher_is == "better":
        edge, beyond, back = health.bands.poor, "lt", "gte"
        inside = min(100.0, edge + CLEAR_BY)
    else:
        edge, beyond, back = health.bands.good, "gte", "lt"
        inside = max(0.0, edge - CLEAR_BY)
    poor = Alert(
        name="health_poor",
        title=f"{health.title} became poor",
        when=read_rule({"score.health": {beyond: edge}}),
        clears=read_rule({"score.health": {back: inside}}),
        severity="high",
        owner=OWNER,
    )
    if health.higher_is == "worse":
        return {poor.name: poor}
    fell = Alert(
        name="health_fell",
        title=f"{health.title} fell lastingly",
        when=read_rule({"decline.health": {"gte": FELL_BY}}),
        clears=read_rule({"decline.health": {"lt": CLEARED_BELOW}}),
        owner=OWNER,
    )
    return {poor.name: poor, fell.name: fell}
