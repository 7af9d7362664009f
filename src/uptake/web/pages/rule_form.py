"""A rule as a form shows it: its conditions in words, its thresholds as fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uptake.plan import Group, Location, Plan, location_text
from uptake.plan.condition import BOUNDS, IN_WORDS
from uptake.plan.quoting import number
from uptake.segments.words import against, asked_for
from uptake.signals.signal import catalogue, definition, find

Known = Mapping[Location, float | None]
"""The numbers of a score or a placement, by where they stand in it; None where a score takes the signal's own."""


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
    """

    about: str
    bound: str
    unit: str
    field: Field | None


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


def ways(read: Plan, entity: str, rule: Group, location: Location, shown: Known) -> Ways:
    """A rule as it is shown: alternatives of one condition as lines, and no group of a single group."""
    lines, groups = list[Line](), list[Ways]()
    for condition in rule.conditions:
        about, at = asked_for(condition.property, read), (*location, condition.property, condition.test)
        if condition.test in BOUNDS and at in shown:
            bound = IN_WORDS[condition.test]
            lines.append(
                Line(
                    about,
                    bound,
                    _unit_of(condition.property),
                    Field(location_text(at), f"{about} {bound}", text_of(shown[at]), ""),
                )
            )
        else:
            lines.append(Line(about, against(condition, read, entity), "", None))
    for group in rule.of:
        parts = [
            ways(read, entity, part, (*location, group.kind, position), shown) for position, part in enumerate(group.of)
        ]
        single = [line for part in parts if len(part.lines) == 1 and not part.groups for line in part.lines]
        groups.append(Ways(group.kind, single, [part for part in parts if len(part.lines) != 1 or part.groups]))
    return groups[0] if not lines and len(groups) == 1 else Ways(rule.kind, lines, groups)


def _unit_of(subject: str) -> str:
    """What a threshold counts, where its name does not say."""
    is_days = subject in catalogue() and find(subject).unit == "days"
    return "days" if is_days and "days" not in definition(subject).title.lower() else ""


def text_of(value: float | None) -> str:
    """A number as a field has it; empty where there is none."""
    return "" if value is None else number(value)
