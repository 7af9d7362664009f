"""Reference ranges shown beside own values, and those a new workspace opens with.

The latter are the six of a public product adoption glossary, which cites no study: a place to start the
conversation, not a target. A plan may change or drop each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from uptake.plan.problems import Problem, Problems, refuse
from uptake.plan.section import Section
from uptake.plan.words import Text

SOURCE = "Product adoption glossary; cites no study"


class Reference(Section):
    """A range others report, shown beside the own value.

    Args:
        low: Lower end in the metric's unit, shares 0 to 1; None: open.
        high: Upper end, or None.
        source: Who says so.
    """

    low: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    high: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    source: Text

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.low is None and self.high is None:
            raise refuse("has no end", "low", "high", do="Give at least one of them.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise Problems(Problem(("low",), f"is {self.low:g}, more than high", (f"at most {self.high:g}",)))
        return self


@dataclass(frozen=True)
class ReferenceRange:
    """A range others report for a metric.

    Args:
        metric: Name of the metric.
        stage: The stage of adoption it stands for.
        low: Lower end in the metric's unit, shares 0 to 1, durations in seconds; None: open.
        high: Upper end, or None.
        words: The range as the source words it, and how it is meant.
        source: Who says so.
    """

    metric: str
    stage: str
    low: float | None
    high: float | None
    words: str
    source: str = SOURCE


REFERENCE_RANGES: tuple[ReferenceRange, ...] = (
    ReferenceRange("onboarding_completion", "Activation", 0.6, 0.8, "60-80 % of users complete set-up within 7 days"),
    ReferenceRange(
        "time_to_first_value", "First value", None, 86_400, "less than 24 hours from sign-up, written in seconds"
    ),
    ReferenceRange("features_used", "Feature breadth", 5, 7, "5-7 core features per user over 30 days"),
    ReferenceRange("sessions_per_week", "Engagement depth", 3, 5, "3-5 sessions per week, for products of daily use"),
    ReferenceRange("stickiness", "Habit", 0.4, None, "WAU / MAU above 40 %"),
    ReferenceRange(
        "value_realisation", "Value realisation", 0.5, 0.7, "50-70 % of active users reach a success metric"
    ),
)
