"""A rule as a form shows it: its conditions in words, its thresholds as fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from uptake.plan import Behaviour, Group, Location, Plan, location_text
from uptake.plan.condition import BOUNDS, IN_WORDS
from uptake.plan.quoting import number
from uptake.segments.words import against, asked_for
from uptake.signals.signal import catalogue, definition, find
from uptake.web.words import plan_words as wording

Shown = Mapping[Location, str]
"""The numbers of something in the plan as a form shows them, by where they stand in it."""


@dataclass(frozen=True)
class Field:
    """A number of a score, or a threshold.

    Args:
        name: Its name in the form, `components.breadth.weight`.
        label: What it is, for readers of screens.
        value: What the form shows; empty where the signal's own is taken.
        own: The signal's own, where it has one.
    """

    name: str
    label: str
    value: str
    own: str


@dataclass(frozen=True)
class Line:
    """A condition of a rule.

    Args:
        about: What is asked for, in words.
        bound: What it is held against, in words; of a threshold the words before its number.
        unit: What stands after a threshold's number: "days", or of what it is a share; mostly nothing.
        field: The threshold; None: it is none.
        then: What stands behind it in the same line; None: nothing.
    """

    about: str
    bound: str
    unit: str
    field: Field | None
    then: Line | None = None


@dataclass(frozen=True)
class Ways:
    """Conditions that hold together, or of which one is enough.

    Args:
        kind: all or any.
        lines: The conditions.
        groups: Further ones inside.
    """

    kind: str
    lines: Sequence[Line]
    groups: Sequence[Ways]


def ways(read: Plan, entity: str, rule: Group, location: Location, shown: Shown) -> Ways:
    """A rule as it is shown: alternatives of one condition as lines, and no group of a single group."""
    lines, groups = list[Line](), list[Ways]()
    for condition in rule.conditions:
        about, at = asked_for(condition.property, read), (*location, condition.property, condition.test)
        if condition.test in BOUNDS and at in shown:
            lines.append(own(about, IN_WORDS[condition.test], _unit_of(condition.property), at, shown))
        else:
            lines.append(Line(about, against(condition, read, entity), "", None))
    for group in rule.of:
        parts = [
            ways(read, entity, part, (*location, group.kind, position), shown) for position, part in enumerate(group.of)
        ]
        single = [line for part in parts if len(part.lines) == 1 and not part.groups for line in part.lines]
        groups.append(Ways(group.kind, single, [part for part in parts if len(part.lines) != 1 or part.groups]))
    return groups[0] if not lines and len(groups) == 1 else Ways(rule.kind, lines, groups)


OFTEN = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}
WITHIN = {"last_days": ("in the last", "days"), "more_than_days": ("more than", "days ago")}
"""Numbers of what somebody did -> the words around them."""


def deeds(read: Plan, did: Sequence[Behaviour], location: Location, shown: Shown) -> Ways:
    """What somebody did, how often and within which days, a line each."""
    return Ways("all", [_deed(read, one, (*location, position), shown) for position, one in enumerate(did)], [])


def _deed(read: Plan, one: Behaviour, location: Location, shown: Shown) -> Line:
    what = " ".join(part for part in (wording.selector(one.selector, read.events), wording.WHOSE[one.scope]) if part)
    days = Line("", wording.span(one), "", None) if wording.span(one) else None
    for key, (before, after) in WITHIN.items():
        if (at := (*location, key)) in shown:
            days = own("", before, after, at, shown, f"{what}, days")
    for key, bound in OFTEN.items():
        if (at := (*location, key)) in shown:
            return replace(own(what, bound, "times", at, shown), then=days)
    return Line(what, wording.often(one), "", None, days)


def own(about: str, bound: str, unit: str, location: Location, shown: Shown, label: str = "") -> Line:
    """A number between words, as a line with a field."""
    called = label or f"{about} {bound}".strip()
    return Line(about, bound, unit, Field(location_text(location), called, shown[location], ""))


def _unit_of(subject: str) -> str:
    """What a threshold counts, where its name does not say."""
    is_days = subject in catalogue() and find(subject).unit == "days"
    return "days" if is_days and "days" not in definition(subject).title.lower() else ""


def text_of(value: float | None) -> str:
    """A number as a field has it; empty where there is none."""
    return "" if value is None else number(value)
