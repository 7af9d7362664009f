"""Reference ranges of the plan beside own values: who says so, and where one stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from uptake.charts.range_marker import standing
from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.plan import Plan, Reference
from uptake.reports import overview
from uptake.reports.headline import headline

Ask = Callable[[str, Mapping[str, Any]], Result]


@dataclass(frozen=True)
class Standing:
    """A reference range and the own value.

    Args:
        reference: The range.
        title: The metric's name for people.
        unit: Unit of the value and of the range.
        currency: Code of amounts.
        row: The row of the answer the value comes from; None: there is none.
        status: below, within or above the range; empty: there is no value.
        asked: The parameters it was asked with.
        problem: Why there is no value.
    """

    reference: Reference
    title: str
    unit: str
    currency: str
    row: Mapping[str, Any] | None
    status: str
    asked: Mapping[str, Any]
    problem: str = ""


def standings(plan: Plan, last_day: date, ask: Ask) -> list[Standing]:
    """Every reference range of the plan with the own value.

    Args:
        plan: The adoption plan.
        last_day: The last finished day.
        ask: Answers a question to a metric.
    """
    return [_standing(one, plan, last_day, ask) for one in plan.references.values()]


def _standing(reference: Reference, plan: Plan, last_day: date, ask: Ask) -> Standing:
    given: dict[str, Any] = dict(reference.params)
    try:
        given |= overview.window(entry(reference.metric), given, plan, last_day).given
        result = ask(reference.metric, given)
    except QuestionError as error:
        said = " ".join(part for part in (error.what, error.do) if part)
        return Standing(reference, reference.metric, "", "", None, "", given, said)
    row = headline(result).row
    range_ = {"low": reference.low, "high": reference.high}
    status = standing(row.get("estimate") if row else None, range_)
    return Standing(reference, result.title, result.unit, result.currency, row, status, given)
