"""What was crossed, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uptake.alerts.values import Value
from uptake.charts import words
from uptake.plan import Condition, Plan
from uptake.scores.phrases import BELOW
from uptake.signals.signal import catalogue, definition, find

BEYOND = {"lt": "below", "lte": "at most", "gt": "above", "gte": "at least"}
MEETS = {
    "lt": lambda value, edge: value < edge,
    "lte": lambda value, edge: value <= edge,
    "gt": lambda value, edge: value > edge,
    "gte": lambda value, edge: value >= edge,
}


@dataclass(frozen=True)
class Crossed:
    """What was crossed.

    Args:
        text: As a sentence, without a dot; empty where no number decided.
        value: The first of the numbers that crossed, on the day.
        before: On the day before; None: not known.
        threshold: What it crossed.
    """

    text: str
    value: float | None
    before: float | None
    threshold: float | None


def crossed(plan: Plan, told: Sequence[tuple[Condition, Value, Value]]) -> Crossed:
    """The conditions that hold now and did not on the day before, or all that hold, where that says nothing.

    Args:
        plan: The plan.
        told: Conditions with their value on the day before and on the day.
    """
    holding = [one for one in told if _meets(one[0], one[2])]
    chosen = [one for one in holding if not _meets(one[0], one[1])] or holding
    if not chosen:
        return Crossed("", None, None, None)
    text = "; ".join(_sentence(plan, *one) for one in chosen)
    numbers = [one for one in chosen if one[0].test in MEETS and isinstance(one[2], float)]
    if not numbers:
        return Crossed(text, None, None, None)
    condition, before, value = numbers[0]
    return Crossed(text, _known(value), _known(before), float(condition.values[0]))


def _meets(condition: Condition, value: Value) -> bool:
    if value is None:
        return condition.test == "is_not"
    if condition.test in MEETS:
        return isinstance(value, float) and bool(MEETS[condition.test](value, float(condition.values[0])))
    if condition.test == "contains":
        return any(str(part).casefold() in str(value).casefold() for part in condition.values)
    return (value in condition.values) == (condition.test == "is")


def _sentence(plan: Plan, condition: Condition, before: Value, value: Value) -> str:
    kind, dot, name = condition.property.partition(".")
    if not isinstance(value, float) or condition.test not in MEETS:
        return _place(plan, kind, name, before, value)
    edge, beyond = float(condition.values[0]), BEYOND[condition.test]
    if kind == "fall" and dot:
        title = plan.all_scores[name].title
        return f"{title} {words.share(value)} below its mean of the four weeks before ({beyond} {words.share(edge)})"
    if kind == "decline" and dot:
        title = plan.all_scores[name].title
        return f"{title} lastingly {words.share(value)} below what it was eight weeks before ({beyond} {words.share(edge)})"
    title, unit = _titled(plan, kind, name) if dot else (definition(kind).title, find(kind).unit)
    then = f", {_number(before, unit)} the day before" if isinstance(before, float) else ""
    return f"{title} {_number(value, unit)}{then} ({beyond} {_number(edge, unit)})"


def said(plan: Plan, subject: str, value: float | str) -> str:
    """What a rule asks for, with its value: "Frequency 92 %", "plan Pro"."""
    kind, dot, name = subject.partition(".")
    if isinstance(value, str):
        return _place(plan, kind, name, None, value).partition(";")[0]
    title, unit = _titled(plan, kind, name) if dot else (definition(kind).title, find(kind).unit)
    days = " days" if unit == "days" and "days" not in title.lower() else ""
    return f"{title} {_number(value, unit)}{days}"


def _titled(plan: Plan, kind: str, name: str) -> tuple[str, str]:
    """What a number with words before a dot is called, and its unit."""
    if kind in BELOW:
        return f"{plan.all_scores[name].title} {BELOW[kind]}", "share"
    if kind == "score":
        return plan.all_scores[name].title, "points"
    if kind == "survey":
        return f"Rating in {name.replace('_', ' ')}", "points"
    title = "Attainment" if name not in catalogue() else definition(name).title
    return f"{title} over the {'benchmark' if kind == 'benchmark' else 'median of adopters'}", "share"


def _place(plan: Plan, kind: str, name: str, before: Value, value: Value) -> str:
    """Where somebody stands now, and where before."""
    labels: dict[str, str] = {}
    title = f"Segment {name}" if kind == "segment" else name
    if kind == "answer":
        title = f"Answer to {name.replace('_', ' ')}"
    if kind == "placement":
        scheme = plan.all_placements[name]
        title, labels = scheme.title, {label.name: label.title for label in scheme.labels}
    now, then = (labels.get(str(one), "not known" if one is None else str(one)) for one in (value, before))
    return f"{title}: {now}; {then} the day before"


def _number(value: float, unit: str) -> str:
    return words.share(value) if unit == "share" else words.number(value)


def _known(value: Value) -> float | None:
    return value if isinstance(value, float) else None
