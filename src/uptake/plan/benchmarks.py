"""Benchmarks: exemplary customers, and what is measured of them that others are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.kinds import LONGEST_ID
from uptake.plan.condition import Value
from uptake.plan.problems import Gathering, Problem, Problems, described, refuse, shown
from uptake.plan.references import read_params
from uptake.plan.rule import ATTRIBUTES, Rule
from uptake.plan.scores import ADOPTION
from uptake.plan.section import Section, key_as_title, named
from uptake.plan.words import Name, Text, read_name, read_text

FEWEST, MOST = 3, 10
"""How many exemplary customers a benchmark is of."""
ATTAINED = "attainment"
"""What a rule calls the whole of a benchmark, beside its signals."""


def _exemplars(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(f"is {described(value)}", f"a list of {FEWEST} to {MOST} account ids")
    gathering = Gathering()
    found = []
    for position, part in enumerate(value):
        with gathering.at(position):
            found.append(read_text(part, LONGEST_ID))
    gathering.end()
    if len(set(found)) != len(found):
        twice = next(one for one in found if found.count(one) > 1)
        raise refuse(f"has {shown(twice)} twice", "every account once")
    if not FEWEST <= len(found) <= MOST:
        raise refuse(f"has {len(found)} accounts", f"{FEWEST} to {MOST} of them")
    return tuple(found)


def _subject(value: object) -> str:
    """A signal, or `score.NAME`."""
    if not isinstance(value, str):
        raise refuse(f"is {described(value)}", "a signal, such as frequency", "score.NAME")
    kind, dot, rest = value.partition(".")
    if dot and kind != "score":
        raise refuse(f"is {shown(value)}", "a signal, such as frequency", "score.NAME")
    read_name(rest if dot else kind)
    return value


class Proposed(Section):
    """How exemplary customers are found where nobody names them.

    Args:
        by: The score of accounts (`score.NAME`), or the signal, in which they are best; None: the adoption score, or what the
            plan has in its place.
        top: How many.
        least_tenure_days: Days since the start of life before which nobody is an example.
    """

    by: Annotated[str, BeforeValidator(_subject)] | None = None
    top: Annotated[int, Field(ge=FEWEST, le=MOST)] = 5
    least_tenure_days: Annotated[int, Field(ge=0, le=3_660)] = 90


class Measure(Section):
    """One signal of a benchmark.

    Args:
        name: Its key in the plan.
        signal: The signal; the key, if not given.
        better: Whether `higher` or `lower` values are better.
        params: The signal's parameters where they are not the defaults.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    signal: Name = Field(default_factory=lambda data: data["name"])
    better: Literal["higher", "lower"] = "higher"
    params: Annotated[dict[str, Value], BeforeValidator(read_params)] = Field(default_factory=dict)


def _measures(value: object) -> object:
    """`[breadth, frequency]` and `{breadth: higher}` are short for mappings of measures."""
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        value = dict.fromkeys(value)
    if isinstance(value, Mapping):
        return named({key: {"better": part} if isinstance(part, str) else part for key, part in value.items()})
    return value


class Benchmark(Section):
    """A type of customer with its exemplary ones.

    Args:
        name: Its key in the plan.
        title: How people call it.
        where: Who is of the type, over attributes of accounts; None: all. Of several the first that holds counts.
        exemplars: The ids of the exemplary accounts; None: they are proposed.
        proposed: How they are.
        signals: What is measured of them; what the default adoption score is made of, if not given.
        alike: Signals by which customers of the type are alike, however far they have come; empty: those that are measured.
        target: The attainment, 0 to 1, at which somebody has come as far.
        weeks: For how many weeks running it has to hold.
        training: Kinds of touches that train.
    """

    unwritten: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    title: Text = Field(default_factory=key_as_title)
    where: Rule | None = None
    exemplars: Annotated[tuple[str, ...], BeforeValidator(_exemplars)] | None = None
    proposed: Proposed = Proposed()
    signals: Annotated[dict[Name, Measure], BeforeValidator(_measures), Field(min_length=1)] = Field(
        default_factory=lambda: {name: Measure(name=name) for name in ADOPTION}
    )
    alike: tuple[Name, ...] = ()
    target: Annotated[float, Field(gt=0, le=1, strict=False)] = 0.8
    weeks: Annotated[int, Field(ge=1, le=12)] = 3
    training: tuple[Text, ...] = ("training", "webinar")

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        problems = [
            Problem(("where", *location), f"asks for {shown(condition.property)}", ("attributes: account.NAME",))
            for location, condition in (self.where.leaves() if self.where else ())
            if condition.property.partition(".")[0] not in ATTRIBUTES or "." not in condition.property
        ]
        if ATTAINED in self.signals:
            problems.append(Problem(("signals", ATTAINED), "is what a rule calls the whole", ("another name",)))
        if problems:
            raise Problems(*problems)
        return self


DEFAULT_BENCHMARKS = {"all": Benchmark(name="all", title="All accounts")}
"""The benchmark of a plan that has none: the five accounts of the highest adoption score."""
