"""Rules: what must hold of a user or an account on a day, over signals, scores, attributes and segments.

`{frequency: {gte: 0.5}, any: [{score.adoption: {lt: 40}}, {account.plan: Free}]}`: a name without a dot is a signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf, isfinite
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator

from uptake.plan.condition import BOUNDS, Condition
from uptake.plan.group import Group, read_group
from uptake.plan.problems import Location, Problem, Problems
from uptake.plan.section import Section
from uptake.plan.words import read_name

KINDS = (
    "score",
    "fall",
    "decline",
    "adopters",
    "benchmark",
    "segment",
    "placement",
    "survey",
    "answer",
    "user",
    "account",
)
"""What stands before the dot. `fall.NAME` is by what share a score is below its own mean of the four weeks before;
`decline.NAME` by what share it has been below what it was eight weeks before for as long as two of somebody's rhythms;
`adopters.NAME` is a signal over its median among those who have adopted; `benchmark.NAME` is a signal over the
benchmark's; `placement.NAME` is where another scheme put somebody; `segment.NAME` is `in` or `not in`; `survey.NAME` is
the latest rating in a survey, `answer.NAME` the latest answer in words."""
ATTRIBUTES = ("user", "account")
SCALES: Mapping[str, tuple[float, float]] = {"score": (0.0, 100.0), "fall": (-inf, 1.0), "decline": (-inf, 1.0)}
"""Between which numbers what a rule asks for lies; who has risen has fallen by less than nothing."""


def read_rule(value: object) -> Group:
    """Reads a rule.

    Raises:
        Problems: With locations inside the rule.
    """
    rule = read_group(value, read_subject)
    off = [problem for below, condition in rule.leaves() for problem in _off_scale(below, condition)]
    if off:
        raise Problems(*off)
    return rule


def _off_scale(below: Location, condition: Condition) -> Iterator[Problem]:
    """A threshold that nothing can ever lie on the other side of: the rule would hold for everyone, or for nobody."""
    lowest, highest = SCALES.get(condition.property.partition(".")[0], (-inf, inf))
    bound = condition.values[0]
    if condition.test not in BOUNDS or isinstance(bound, str) or lowest <= bound <= highest:
        return
    allowed = f"{lowest:g} to {highest:g}" if isfinite(lowest) else f"a share, at most {highest:g}"
    is_percent = not isfinite(lowest) and 2.0 <= bound <= 100.0
    do = f"Write {bound / 100:g} for {bound:g} %." if is_percent else ""
    yield Problem((*below, condition.test), f"is {bound:g}", (allowed,), do)


def read_subject(name: str) -> str:
    """What a rule asks for, as it was written.

    Raises:
        Problems: A rule cannot ask for it.
    """
    kind, dot, rest = name.partition(".")
    if not dot:
        return read_name(name)
    if kind not in KINDS or not rest:
        allowed = ("a signal, such as frequency", *(f"{kind}.NAME" for kind in KINDS))
        raise Problems(Problem((name,), "is nothing a rule can ask for", allowed))
    if kind not in ATTRIBUTES:
        read_name(rest)
    return name


def subjects(rule: Group) -> Iterable[tuple[str, str]]:
    """What a rule asks for, as kind and name; signals have the kind `signal`."""
    for _, condition in rule.leaves():
        kind, dot, rest = condition.property.partition(".")
        yield (kind, rest) if dot else ("signal", kind)


def rules_in(section: Section, location: Location = ()) -> Iterator[tuple[Location, Group]]:
    """Every rule that a section of the plan, or one inside it, holds, with where it stands."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if _says_rule(field.metadata) or _is_of_rules(field.annotation):
            yield from _parts(value, (*location, name), Group)
        else:
            for below, inside in _parts(value, (*location, name), Section):
                yield from rules_in(inside, below)


def _is_of_rules(annotation: object) -> bool:
    return _says_rule(getattr(annotation, "__metadata__", ())) or any(map(_is_of_rules, get_args(annotation)))


def _says_rule(metadata: Iterable[object]) -> bool:
    return any(isinstance(one, BeforeValidator) and one.func is read_rule for one in metadata)


def _parts(value: object, location: Location, kind: type) -> Iterator[tuple[Location, Any]]:
    """What a field holds of a kind: itself, or in a mapping or a tuple."""
    if isinstance(value, kind):
        yield location, value
    elif isinstance(value, Mapping | tuple):
        for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _parts(part, (*location, key), kind)


Rule = Annotated[Group, BeforeValidator(read_rule)]
