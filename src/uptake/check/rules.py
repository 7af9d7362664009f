"""Rules: do those they are about have what is asked for, can it ever be so, and is it what a rule is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from uptake.check.finding import Finding
from uptake.check.subject import Subject
from uptake.plan import Condition, Location, Segment, location_text, rules_in
from uptake.plan.alerts import Alert
from uptake.plan.problems import nearest, shown
from uptake.plan.qualified import Qualification
from uptake.signals.signal import catalogue

OF_SIGNALS, OF_SCORES, OF_LABELS = ("signal", "adopters"), ("score", "fall", "decline"), ("placement", "segment")
NUMBERS = (*OF_SIGNALS, *OF_SCORES, "benchmark")
MEMBERSHIP = ("in", "not in")
MOST_OF_A_SHARE = 2.0
"""A share of more than this is meant in percent; some shares, as of seats, can be a little above 1."""


def asked(checked: Subject) -> Iterator[Finding]:
    """What a rule asks for that those it is about do not have, or that can never be."""
    for location, rule in rules_in(checked.plan):
        for below, condition in rule.leaves():
            kind, dot, name = condition.property.partition(".")
            kind, name = (kind, name) if dot else ("signal", kind)
            where = (*location, *below)
            for what, do in (
                *_whose(checked, location, kind, name),
                *_labels(checked, location, kind, name, condition),
                *_numbers(kind, name, condition),
            ):
                yield Finding("error", checked.plan.place(where), f"{location_text(where)}: {what}", do)


Said = Iterator[tuple[str, str]]


def _about(checked: Subject, location: Location) -> tuple[str, ...]:
    """Of whom a rule is: user, account or both."""
    plan, (section, name) = checked.plan, location[:2]
    if section == "placements":
        label = plan.placements[str(name)].labels[int(location[3])]
        return (label.of,) if label.of else plan.placements[str(name)].entities
    if section == "benchmarks":
        return ("account",)
    rules: dict[str, Mapping[str, Alert | Qualification | Segment]] = {
        "alerts": plan.alerts, "qualified": plan.qualified, "segments": plan.segments,
    }  # fmt: skip
    return (rules[str(section)][str(name)].entity,) if section in rules else ()


def _whose(checked: Subject, location: Location, kind: str, name: str) -> Said:
    """A signal that is said of accounts alone, a score, a segment or a placement of others."""
    plan = checked.plan
    known: dict[str, tuple[str, ...]] = {}
    if kind in OF_SIGNALS and name in catalogue() and location[0] != "placements":
        known = {name: tuple(entity for entity in ("user", "account") if catalogue()[name].is_said_of(entity))}
    elif kind in OF_SCORES:
        known = {one: tuple(score.entities) for one, score in plan.all_scores.items()}
    elif kind == "placement":
        known = {one: tuple(scheme.entities) for one, scheme in plan.all_placements.items()}
    elif kind == "segment":
        known = {one: (segment.entity,) for one, segment in plan.segments.items()}
    for entity in _about(checked, location):
        if name in known and entity not in known[name]:
            others = [one for one, of in known.items() if entity in of] if kind not in OF_SIGNALS else []
            allowed = (
                f"Of {entity}s there are {', '.join(others)}." if others else "Leave it out, or ask it of accounts."
            )
            yield f"the rule is about {entity}s, and {shown(name)} is of {known[name][0]}s alone.", allowed


def _labels(checked: Subject, location: Location, kind: str, name: str, condition: Condition) -> Said:
    """A placement or a segment that does not exist, or a label that it does not have."""
    if kind not in OF_LABELS:
        return
    there = checked.plan.all_placements if kind == "placement" else checked.plan.segments
    if name not in there:
        listed = ", ".join(there) or "none yet"
        yield f"there is no {kind} {shown(name)}.", f"{nearest(name, list(there))} Allowed: {listed}.".strip()
        return
    if condition.test not in ("is", "is_not"):
        return
    labels = list(MEMBERSHIP)
    if kind == "placement":
        scheme = checked.plan.all_placements[name]
        of = _about(checked, location) or scheme.entities
        labels = list(
            dict.fromkeys(one.name for entity in of if entity in scheme.entities for one in scheme.labels_of(entity))
        )
    for value in condition.values if labels else ():
        if value not in labels:
            hint = nearest(str(value), labels)
            yield f"{shown(name)} is never {shown(value)}.", f"{hint} Allowed: {', '.join(labels)}.".strip()


def _numbers(kind: str, name: str, condition: Condition) -> Said:
    """A number that is held against a text, and a share that is asked for in percent."""
    if kind not in NUMBERS or condition.test == "exists":
        return
    texts = [value for value in condition.values if isinstance(value, str)]
    if texts or condition.test == "contains":
        what = f"it is a number, and is held against {shown((texts or condition.values)[0])}."
        yield what, "Write gte, gt, lte or lt with a number, such as {gte: 0.5}."
        return
    if condition.test == "is" and kind not in OF_SIGNALS[:1]:
        number = f"{condition.values[0]:g}" if isinstance(condition.values[0], int | float) else condition.values[0]
        yield f"it holds at exactly {number} alone.", f"Write {{gte: {number}}} or {{lt: {number}}}."
    is_share = kind == "signal" and name in catalogue() and catalogue()[name].unit == "share"
    for value in condition.values:
        if is_share and isinstance(value, int | float) and value > MOST_OF_A_SHARE:
            yield f"it is a share, 0 to 1, and never {value:g}.", f"Write {value / 100:g} for {value:g} %."
