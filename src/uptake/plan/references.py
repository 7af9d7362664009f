"""Reference ranges shown beside own values, and those a new workspace opens with.

The latter are the six of a public product adoption glossary, which cites no study: a place to start the
conversation, not a target. A plan may change or drop each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.plan.condition import Value, read_value
from uptake.plan.problems import Gathering, Problem, Problems, described, refuse
from uptake.plan.section import Section
from uptake.plan.words import Name, Text, read_text

SOURCE = "Product adoption glossary; cites no study"


def read_params(value: object) -> dict[str, Value]:
    """Reads a mapping of parameters to single values."""
    if not isinstance(value, Mapping):
        raise refuse(f"is {described(value)}", "a mapping of parameters to values, such as {short_days: 7}")
    gathering = Gathering()
    found: dict[str, Value] = {}
    for name, given in value.items():
        with gathering.at(name):
            if given is None:
                raise refuse("is empty", "text", "a number", "true", "false")
            found[read_text(name)] = read_value(given)
    gathering.end()
    return found


class Reference(Section):
    """A range others report, shown beside the own value where exactly its metric and parameters are asked.

    Whether there is such a metric, and whether it takes such parameters, is for `uptake check` to say.

    Args:
        name: Its key in the plan.
        metric: The metric it is about; the key, if not given.
        params: The metric's parameters, where they are not the defaults.
        low: Lower end in the metric's unit, shares 0 to 1; None: open.
        high: Upper end, or None.
        source: Who says so.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    metric: Name = Field(default_factory=lambda data: data["name"])
    params: Annotated[dict[str, Value], BeforeValidator(read_params)] = Field(default_factory=dict)
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
        key: Its key in a plan; empty: the metric.
        params: The metric's parameters where they are not the defaults.
    """

    metric: str
    stage: str
    low: float | None
    high: float | None
    words: str
    source: str = SOURCE
    key: str = ""
    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its key in a plan."""
        return self.key or self.metric


REFERENCE_RANGES: tuple[ReferenceRange, ...] = (
    ReferenceRange("onboarding_completion", "Activation", 0.6, 0.8, "60-80 % of users complete set-up within 7 days"),
    ReferenceRange(
        "time_to_first_value", "First value", None, 86_400, "less than 24 hours from sign-up, written in seconds"
    ),
    ReferenceRange("features_used", "Feature breadth", 5, 7, "5-7 core features per user over 30 days"),
    ReferenceRange("sessions_per_week", "Engagement depth", 3, 5, "3-5 sessions per week, for products of daily use"),
    ReferenceRange(
        "stickiness", "Habit", 0.4, None, "WAU / MAU above 40 %",
        key="weekly_habit", params={"short_days": 7, "long_days": 30},
    ),
    ReferenceRange(
        "value_realisation", "Value realisation", 0.5, 0.7, "50-70 % of active users reach a success metric"
    ),
)  # fmt: skip
