"""Reasons in words: what was found, and what it was held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from uptake.charts import words
from uptake.metrics.kinds.journey import STEPS
from uptake.plan import Condition, Plan
from uptake.plan.condition import IN_WORDS
from uptake.scores.phrases import BELOW
from uptake.segments.why import Found, Reason
from uptake.signals.signal import catalogue, definition, find

FLAGS = ("activated", "adopted", "value_reached")
"""Signals that are yes or no of a user."""
SURVEYS = {"survey": "Rating in", "answer": "Answer to"}
"""What is said of a survey: the latest rating, or the latest answer in words."""
OVER = {"adopters": "of what is usual", "benchmark": "of the benchmark"}
"""What shares are of: the median of those who have adopted, or of exemplary customers."""


def told(reasons: Iterable[Reason], plan: Plan, entity: str) -> tuple[Reason, ...]:
    """Reasons with their sentences."""
    return tuple(replace(one, says=says(one, plan, entity)) for one in reasons)


def joined(reasons: Iterable[Reason]) -> str:
    """Several reasons as one text."""
    return "; ".join(one.says for one in reasons)


def says(reason: Reason, plan: Plan, entity: str) -> str:
    """A reason as a phrase: "Frequency 42 %, before 62 % (at least 50 %)"."""
    found = _value(reason.subject, reason.found, plan, entity)
    before = f", before {_value(reason.subject, reason.before, plan, entity)}" if reason.held is not None else ""
    if reason.test == "exists":
        wanted = "has to be known" if reason.values[0] else "not known"
        return title(reason.subject, plan) + (
            f" {found}{before}" if reason.found is not None or before else f" {wanted}"
        )
    bound = " or ".join(_value(reason.subject, value, plan, entity) for value in reason.values)
    held = f"{IN_WORDS[reason.test]} {bound}".strip()
    of = f" {OVER[kind]}" if (kind := reason.subject.partition(".")[0]) in OVER else ""
    if reason.held is not None:
        held = f"now {held}" if reason.holds else f"no longer {held}"
    is_said = reason.held is None and reason.holds and reason.test == "is"
    return f"{title(reason.subject, plan)} {found}{before}{of}" + ("" if is_said else f" ({held})")


def title(subject: str, plan: Plan) -> str:
    """What a rule asks for, as people call it."""
    kind, dot, name = subject.partition(".")
    if not dot:
        return definition(kind).title if kind in catalogue() else subject
    if kind in ("score", *BELOW) and name in plan.all_scores:
        return f"{plan.all_scores[name].title} {BELOW.get(kind, '')}".rstrip()
    if kind == "placement" and name in plan.all_placements:
        return plan.all_placements[name].title
    if kind == "segment" and name in plan.segments:
        return plan.segments[name].title
    if kind in SURVEYS:
        return f"{SURVEYS[kind]} {name.replace('_', ' ')}"
    if kind in OVER and name in catalogue():
        return definition(name).title
    return subject


def asked_for(subject: str, plan: Plan) -> str:
    """What a rule asks for, with what it is a share of: "Breadth of what is usual"."""
    kind = subject.partition(".")[0]
    return f"{title(subject, plan)} {OVER[kind]}" if kind in OVER else title(subject, plan)


def against(condition: Condition, plan: Plan, entity: str) -> str:
    """What something is held against, in words: "is Pro or Team", "not known"."""
    if condition.test == "exists":
        return "has to be known" if condition.values[0] else "not known"
    values = " or ".join(_value(condition.property, value, plan, entity) for value in condition.values)
    return f"{IN_WORDS[condition.test] or 'is'} {values}"


def _value(subject: str, value: Found | bool, plan: Plan, entity: str) -> str:
    kind, dot, name = subject.partition(".")
    if value is None:
        return "not known"
    if isinstance(value, str):
        if kind == "placement" and name in plan.all_placements:
            titles = {label.name: label.title for label in plan.all_placements[name].labels_of(entity)}
            return titles.get(value, value)
        return value
    if subject == "journey_step" and value in range(1, len(STEPS) + 1):
        return STEPS[int(value) - 1]
    if not dot and kind in FLAGS and entity == "user" and value in (0, 1):
        return "yes" if value else "no"
    if not dot and kind in catalogue():
        unit = find(kind).unit
        is_said = unit in title(kind, plan).lower()  # "Active days 3 days"
        return words.number(value, 3) if is_said or unit in ("count", "points") else words.value(value, unit, 2)
    if kind in BELOW or kind in OVER:
        return words.share(value, 2)
    return words.number(value, 3)
