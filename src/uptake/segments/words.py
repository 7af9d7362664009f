"""Reasons in words: what was found, and what it was held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from uptake.charts import dates, words
from uptake.metrics.kinds.journey import STEPS
from uptake.plan import Condition, Plan
from uptake.plan.condition import IN_WORDS
from uptake.scores.phrases import BELOW
from uptake.segments.why import Found, Reason
from uptake.signals.signal import catalogue, definition, find

FLAGS = {
    "activated": ("Not activated", "Activated"),
    "adopted": ("Has not adopted the product", "Has adopted the product"),
    "value_reached": ("No value reached", "Value reached"),
}
"""Signals that are yes or no of one user or account -> what is said of no and of yes."""
FALLS = {"fall": ("", "its mean of four weeks"), "decline": ("lastingly ", "that of eight weeks before")}
"""What a rule asks of a score, by the word before the dot -> the words around the share that it is below or above."""
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
    if (said := _flag(reason.subject, reason.found, entity)) and reason.test == "is":
        was = _flag(reason.subject, reason.before, entity) or "not known"
        return said if reason.held is None else f"{said}, before {was[0].lower()}{was[1:]}"
    bound = " or ".join(_value(reason.subject, value, plan, entity) for value in reason.values)
    held = f"{IN_WORDS[reason.test]} {bound}".strip()
    kind, _, name = reason.subject.partition(".")
    if kind in FALLS and isinstance(reason.found, float) and name in plan.all_scores:
        lasting, usual = FALLS[kind]
        found = f"{lasting}{_fallen(reason.found)} {usual}"
        before = f", before {_fallen(reason.before)}" if reason.held is not None else ""
        asked = plan.all_scores[name].title
    else:
        found += f" {OVER[kind]}" if kind in OVER and reason.found is not None else ""
        asked = title(reason.subject, plan)
    if reason.held is not None:
        held = f"now {held}" if reason.holds else f"no longer {held}"
    is_said = reason.held is None and reason.holds and reason.test == "is"
    return f"{asked} {found}{before}" + ("" if is_said else f" ({held})")


def since(first: date | None, *, is_longer: bool) -> str:
    """Since when somebody stands where they stand: "2 July 2026"; "30 September 2025 or before" where history begins."""
    return "" if first is None else f"{dates.day(first)}{' or before' if is_longer else ''}"


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


def _flag(subject: str, value: Found | bool, entity: str) -> str:
    """What is said of a yes or no; nothing of anything else, such as the share of an account's users."""
    is_own = subject in FLAGS and (entity == "user" or not find(subject).is_of_members)
    return FLAGS[subject][int(value)] if is_own and isinstance(value, float | int) and value in (0, 1) else ""


def _fallen(value: Found) -> str:
    """How far a score is from what it is held against: "28 % below"."""
    if not isinstance(value, float):
        return "not known"
    return f"{words.share(abs(value), 2)} {'below' if value >= 0 else 'above'}"


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
    if flag := _flag(subject, value, entity):
        return "no" if flag == FLAGS[kind][0] else "yes"
    if not dot and kind in catalogue():
        unit = find(kind).unit
        is_said = unit in title(kind, plan).lower()  # "Active days 3 days"
        return words.number(value, 3) if is_said or unit in ("count", "points") else words.value(value, unit, 2)
    if kind in BELOW or kind in OVER:
        return words.share(value, 2)
    return words.number(value, 3)
