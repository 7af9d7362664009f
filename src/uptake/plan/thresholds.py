"""Thresholds that no product shares with another: what is much time with little success, and how often is often."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from uptake.plan.problems import Problem, Problems
from uptake.plan.section import Section
from uptake.plan.words import Days, Text

MOST_CLASSES = 6
Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class Labouring(Section):
    """When activity is work against the product; the defaults of the metric `labouring`.

    Args:
        window_days: Days looked back on.
        least_minutes: Minutes in sessions from which on activity is high.
        success_below: Below this share of tasks done, success is low.
        least_tries: The fewest tasks begun on which success is told.
        sentiment_below: Below this, on 0 to 1, an answer is unhappy.
        sentiment_days: Days for which an answer holds.
    """

    window_days: Annotated[int, Field(ge=1, le=366)] = 28
    least_minutes: Annotated[float, Field(ge=0, strict=False)] = 60.0
    success_below: Share = 0.5
    least_tries: Annotated[int, Field(ge=1, le=1000)] = 3
    sentiment_below: Share = 0.4
    sentiment_days: Days = 90


class FrequencyClasses(Section):
    """What is called often; the defaults of the metric `frequency_classes`, ChurnZero's for 14 days where not given.

    Args:
        window_days: Days looked back on.
        classes: Class -> least number of active days, the most first, the last from 0.
    """

    window_days: Days = 14
    classes: dict[Text, Annotated[int, Field(ge=0, le=3_660)]] = Field(
        default_factory=lambda: {"daily": 9, "weekly": 5, "occasional": 2, "inactive": 0}
    )

    @model_validator(mode="after")
    def _descends(self) -> FrequencyClasses:
        days = list(self.classes.values())
        if not 2 <= len(days) <= MOST_CLASSES or days != sorted(set(days), reverse=True) or days[-1] != 0:
            wanted = f"2 to {MOST_CLASSES} classes with their least days, the most first, the last from 0"
            raise Problems(Problem(("classes",), f"is {self.text}", (wanted,)))
        for name, least in self.classes.items():
            if set(name) & set(":,"):
                raise Problems(Problem(("classes", name), "is not a name", ("text without : and ,",)))
            if least > self.window_days:
                raise Problems(Problem(("classes", name), f"is {least}", (f"at most window_days, {self.window_days}",)))
        return self

    @property
    def text(self) -> str:
        """The classes as the metric's parameter has them: `daily:9,inactive:0`."""
        return ",".join(f"{name}:{least}" for name, least in self.classes.items())
