"""Targets with their pace: where a metric is on its way from baseline to target, and where it should be by now.

The way is a straight line over the days from start to due. Progress is the part of the way from baseline to target
that is behind; on the line, progress equals the part of the time that is over. Within `TOLERANCE` of the way around
the line a target is on pace, beyond it ahead or behind. After the due day it is reached or missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.plan import Plan, Target
from uptake.reports import overview
from uptake.reports.headline import PICKS, headline

TOLERANCE = 0.05
"""Share of the whole way that is still on pace."""
Ask = Callable[[str, Mapping[str, Any]], Result]


@dataclass(frozen=True)
class Progress:
    """A target, and how far it has come.

    Args:
        target: The target.
        title: The metric's name for people.
        unit: Unit of the value.
        currency: Code of amounts.
        value: The value now; None if there is none.
        row: The row of the answer it comes from.
        as_of: The last finished day.
        expected: Where the value would be on the straight line on that day.
        progress: Share of the way from baseline to target that is behind; below 0 where it went the other way.
        pace: reached, ahead, on pace, behind, missed, not started, or no value.
        owner: Who answers for it; empty: nobody.
        problem: Why there is no value: what is missing and what to do.
    """

    target: Target
    title: str
    unit: str
    currency: str
    value: float | None
    row: Mapping[str, Any] | None
    as_of: date
    expected: float
    progress: float | None
    pace: str
    owner: str = ""
    problem: str = ""


def question(target: Target, plan: Plan, last_day: date) -> dict[str, Any]:
    """The parameters with which the metric of a target is asked for its value now.

    Raises:
        QuestionError: There is no such metric.
    """
    return {**target.params, **overview.window(entry(target.metric), target.params, plan, last_day).given}


def came(target: Target, plan: Plan, last_day: date, result: Result) -> Progress:
    """How far a target has come, by the answer to its question."""
    return _progress(target, plan, last_day, result)


def progress(target: Target, plan: Plan, last_day: date, ask: Ask) -> Progress:
    """How far a target has come.

    Args:
        target: The target.
        plan: The adoption plan.
        last_day: The last finished day.
        ask: Answers a question to a metric.
    """
    try:
        result = ask(target.metric, question(target, plan, last_day))
    except QuestionError as error:
        said = " ".join(part for part in (error.what, error.do) if part)
        return _progress(target, plan, last_day, None, problem=said)
    return came(target, plan, last_day, result)


def pace(target: Target, value: float | None, day: date) -> str:
    """The word for a value on a day.

    >>> from uptake.plan import Target
    >>> faster = Target(name="time_to_first_value", baseline=14, target=4, start=date(2026, 1, 1), due=date(2026, 12, 31))
    >>> [pace(faster, value, date(2026, 7, 2)) for value in (4, 8, 9, 11)]
    ['reached', 'ahead', 'on pace', 'behind']
    >>> pace(faster, 5, date(2027, 1, 1))
    'missed'
    """
    if value is None:
        return "no value"
    behind_us = part_of_way(target, value)
    if behind_us >= 1:
        return "reached"
    if day > target.due:
        return "missed"
    if day < target.start:
        return "not started"
    apart = behind_us - part_of_time(target, day)
    return "on pace" if abs(apart) <= TOLERANCE else "ahead" if apart > 0 else "behind"


def part_of_way(target: Target, value: float) -> float:
    """Share of the way from baseline to target that a value has behind it; 1 and more: it is reached."""
    return (value - target.baseline) / (target.target - target.baseline)


def part_of_time(target: Target, day: date) -> float:
    """Share of the time from start to due that is over at the end of a day, 0 to 1."""
    return min(max((day - target.start).days / (target.due - target.start).days, 0.0), 1.0)


def of_row(plan: Plan, metric: str, given: Mapping[str, Any], pick: Mapping[str, Any]) -> Target | None:
    """The target of one row of an answer: where none is picked, of the row that stands for the whole.

    Args:
        plan: The adoption plan.
        metric: The metric.
        given: Entity and parameters of the question.
        pick: The row, column -> value.
    """
    whole = {name: value for name, value in PICKS.items() if name in pick}
    return next((one for one in of_metric(plan, metric, given) if (one.pick or whole) == dict(pick)), None)


def of_metric(plan: Plan, metric: str, given: Mapping[str, Any]) -> list[Target]:
    """The targets of a metric that are about what is asked: of the same entity and parameters.

    Args:
        plan: The adoption plan.
        metric: The metric.
        given: Entity and parameters of the question; those that are missing have their defaults.
    """
    return [one for one in plan.targets.values() if one.metric == metric and overview.is_about(plan, one, given)]


def owner(plan: Plan, metric: str, target: Target | None = None) -> str:
    """Who answers for a metric, or for a target of it; empty: nobody."""
    return (target.owner if target else None) or plan.owners.get(metric, "")


def _progress(target: Target, plan: Plan, day: date, result: Result | None, problem: str = "") -> Progress:
    row = _row(result, target) if result else None
    value = row.get("estimate") if row else None
    return Progress(
        target=target,
        title=result.title if result else target.metric,
        unit=result.unit if result else "",
        currency=result.currency if result else "",
        value=value,
        row=row,
        as_of=day,
        expected=target.baseline + part_of_time(target, day) * (target.target - target.baseline),
        progress=None if value is None else part_of_way(target, value),
        pace=pace(target, value, day),
        owner=owner(plan, target.metric, target),
        problem=problem,
    )


def _row(result: Result, target: Target) -> Mapping[str, Any] | None:
    if not target.pick:
        return headline(result).row
    meant = [row for row in result.rows if all(row.get(name) == value for name, value in target.pick.items())]
    over = [row for row in meant if row.get("status") != "in_progress"]
    return (over or meant)[-1] if meant else None
