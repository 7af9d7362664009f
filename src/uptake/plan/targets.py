"""Targets: where a metric is to be by when, and who answers for it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.plan.condition import Value
from uptake.plan.problems import Problem, Problems, shown
from uptake.plan.references import read_params
from uptake.plan.section import Section
from uptake.plan.words import Name, Text

Number = Annotated[float, Field(allow_inf_nan=False)]


class Target(Section):
    """A metric that is to go from one value to another between two days.

    Whether there is such a metric, and whether it takes such parameters, is for `uptake check` to say.

    Args:
        name: Its key in the plan.
        metric: The metric it is about; the key, if not given.
        params: The metric's parameters, and `entity`, where they are not the defaults.
        pick: The row that is meant where the metric answers with several, such as {measure: active}.
        baseline: The value on the first day, in the metric's unit: shares 0 to 1, durations in seconds.
        target: The value wanted on the last day.
        start: First day.
        due: Last day.
        direction: Which way it is to go: `up` or `down`; from baseline to target, if not given.
        owner: Who answers for it, or None: whoever owns the metric.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    metric: Name = Field(default_factory=lambda data: data["name"])
    params: Annotated[dict[str, Value], BeforeValidator(read_params)] = Field(default_factory=dict)
    pick: Annotated[dict[str, Value], BeforeValidator(read_params)] = Field(default_factory=dict)
    baseline: Number
    target: Number
    start: date
    due: date
    direction: Literal["up", "down"] = Field(
        default_factory=lambda data: "up" if data["target"] > data["baseline"] else "down"
    )
    owner: Text | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        problems = []
        if self.due <= self.start:
            problems.append(Problem(("due",), f"is {shown(self.due)}, not after start", (f"after {self.start}",)))
        if self.target == self.baseline:
            problems.append(Problem(("target",), f"is {self.target:g}, as is baseline", ("another value",)))
        elif (self.target > self.baseline) != (self.direction == "up"):
            way = "up" if self.target > self.baseline else "down"
            problems.append(Problem(("direction",), f"is {self.direction}, but baseline to target goes {way}", (way,)))
        if problems:
            raise Problems(*problems)
        return self
