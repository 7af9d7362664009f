"""Scores: what makes users and accounts stand high or low, from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.plan.condition import Value
from uptake.plan.problems import Problem, Problems, shown
from uptake.plan.references import read_params
from uptake.plan.section import Section, key_as_title, named
from uptake.plan.words import Name, Text

Finite = Annotated[float, Field(allow_inf_nan=False)]
ENTITIES = ("user", "account")


class Step(Section):
    """What a component is worth from a value of its signal on.

    Args:
        at: The value, this one included.
        points: How much it is worth, 0 to 100.
    """

    at: Finite
    points: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Component(Section):
    """One part of a score: a signal, its weight, and how its values become 0 to 1.

    Args:
        name: Its key in the plan.
        signal: The signal; the key, if not given.
        weight: Its weight beside the others; they need not add up to 1.
        params: The signal's parameters where they are not the defaults.
        worst: The value that stands for 0, or None: the signal's own.
        best: The value that stands for 1, or None: the signal's own. Less than `worst` where less is better.
        ranked: Whether the value is held against peers instead: 0 for nothing, else the share of the peers with
            anything that have less, half of those level with one included. None: as the signal is by nature.
        points: What it is worth by steps of its values instead, from the lowest to the highest; below the first as in it.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    signal: Name = Field(default_factory=lambda data: data["name"])
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    params: Annotated[dict[str, Value], BeforeValidator(read_params)] = Field(default_factory=dict)
    worst: Finite | None = None
    best: Finite | None = None
    ranked: bool | None = None
    points: Annotated[tuple[Step, ...], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.points is not None:
            beside = [name for name in ("worst", "best", "ranked") if getattr(self, name) is not None]
            if beside:
                raise Problems(Problem((beside[0],), "is said beside points", ("one of the two",)))
            for number, (before, step) in enumerate(pairwise(self.points), 1):
                if step.at <= before.at:
                    allowed = (f"more than {before.at:g}",)
                    raise Problems(
                        Problem(("points", number, "at"), f"is {step.at:g}, not above the one before", allowed)
                    )
        if self.worst is not None and self.worst == self.best:
            raise Problems(Problem(("best",), f"is {shown(self.best)}, as is worst", ("another value",)))
        return self


def _weights(value: object) -> object:
    """`{breadth: 0.3}` is short for `{breadth: {weight: 0.3}}`."""
    if isinstance(value, Mapping):
        short = {
            key: {"weight": part} if isinstance(part, bool | int | float | str) else part for key, part in value.items()
        }
        return named(short)
    return value


class Bands(Section):
    """Where good and poor begin.

    Args:
        good: Scores from here up are good, this one included.
        poor: Scores below this are poor; between the two they are average.
    """

    good: Annotated[float, Field(ge=0, le=100)] = 70.0
    poor: Annotated[float, Field(ge=0, le=100)] = 40.0

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.poor >= self.good:
            raise Problems(Problem(("poor",), f"is {self.poor:g}, not less than good", (f"less than {self.good:g}",)))
        return self


class Score(Section):
    """A score of users or accounts.

    Args:
        name: Its key in the plan.
        title: How people call it.
        entities: Of whom: user, account or both.
        model: `linear`: the weighted mean of the components that are known. `strict`: the worst of them.
        components: Components by name. One whose signal is said of accounts alone has no part in a user's score.
        peers: The attribute whose value peers have in common; None: everyone is a peer.
        shrink: Whether the score of an account with few users is drawn towards its peers', by how little they tell.
        higher_is: better, or worse for a score of risk.
        bands: Where good and poor begin; of a score of risk, good ends where they say poor begins.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    title: Text = Field(default_factory=key_as_title)
    entities: tuple[Literal["user", "account"], ...] = ENTITIES  # type: ignore[assignment]  # a tuple of these literals
    model: Literal["linear", "strict"] = "linear"
    components: Annotated[dict[Name, Component], BeforeValidator(_weights), Field(min_length=1)]
    peers: Text | None = None
    shrink: bool = True
    higher_is: Literal["better", "worse"] = "better"
    bands: Bands = Bands()


def _default(name: str, title: str, entities: tuple[str, ...], weights: Mapping[str, float]) -> Score:
    components = {key: Component(name=key, weight=weight) for key, weight in weights.items()}
    return Score.model_validate({"name": name, "title": title, "entities": entities, "components": components})


ADOPTION = dict.fromkeys(("breadth", "core_days", "regularity", "seat_coverage", "value_reached"), 0.2)
"""Equal weights: nothing known beforehand says that one tells more than another (docs/truth.md)."""
ENGAGEMENT = {"value_events": 0.5, "frequency": 0.35, "session_time": 0.15}
HEALTH = (
    {"breadth": 0.1, "frequency": 0.15, "seat_coverage": 0.1}  # adoption
    | {"value_reached": 0.15, "trend": 0.1}  # outcome
    | {"nps": 0.1, "pulse": 0.1, "support_load": 0.05}  # sentiment and support
    | {"revenue_kept": 0.05, "seats_used": 0.05, "relationship": 0.05}  # commercial, and how close we are
)
DEFAULT_SCORES = {
    score.name: score
    for score in (
        _default("adoption", "Adoption score", ENTITIES, ADOPTION),
        _default("engagement", "Engagement score", ENTITIES, ENGAGEMENT),
        _default("health", "Health score", ("account",), HEALTH),
    )
}
"""Scores of a plan that has none, so that there are numbers from the first import on."""
