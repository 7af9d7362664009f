"""The chart of an answer, as pages show it and files keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from uptake import charts
from uptake.charts import words
from uptake.metrics.core.result import Result
from uptake.plan import Plan
from uptake.reports import overview
from uptake.reports.headline import as_drawn
from uptake.web import formats
from uptake.web.pages import question
from uptake.web.pages.cells import address, marked
from uptake.web.reader import Reader
from uptake.web.words.made_of import made_of
from uptake.web.words.part_sentences import launched, since
from uptake.web.words.plan_words import joined
from uptake.web.words.sentence_words import attribute_of, who_of
from uptake.web.words.titles import with_titles

TITLES_OF_KINDS = {"time_to_convert": "Time to convert", "drivers": "What goes with conversion"}
"""What charts of outputs beside a metric's main one are called."""


COUNTED = {"features_used": "core features", "tickets_per_100_users": "tickets per 100 users"}
"""Metric -> what a mean of it counts."""


def chart_of(reader: Reader, result: Result, pairs: Sequence[tuple[str, str]], picture: str = "") -> Mapping[str, Any]:
    """The picture of an answer; its marks lead to the people they count.

    Args:
        reader: For the plan.
        result: The answer.
        pairs: The question as an address has it.
        picture: Another picture than that of the kind.
    """
    reference = overview.reference(reader.plan, result.name, result.params)
    period = str(result.params.get("unit" if result.kind == "retention" else "period") or "")
    spec = charts.for_result(
        picture or result.kind,
        with_titles(marked(result, as_drawn(result.rows)), reader.plan, result.params),
        _title(result, period, reader.plan),
        _caption(reader, result),
        result.unit,
        reference=reference.model_dump() if reference else None,
        by=result.by,
        period=period,
        cohort_period=result.cohort_period,
        currency=result.currency,
        counted=_counted(result, reader.plan),
    )
    return {**spec, "usermeta": {**spec["usermeta"], "people": address(result, pairs)}}


def _title(result: Result, period: str, plan: Plan) -> str:
    """What the chart shows: "Activation rate by month and plan"."""
    labels = [label for label in result.by if label != "measure"]  # its lines are named by what they measure
    split = [*([period] if period and result.kind in question.PERIODIC_KINDS else []), *labels]
    if result.kind == "retention":
        return f"{result.title} over the {period}s since the start"
    title = TITLES_OF_KINDS.get(result.kind, result.title)
    if result.kind == "launch":
        title = f"{title} of {launched(result, plan)}"
    return f"{title} by {joined([attribute_of(one) for one in split], 'and')}" if split else title


def _counted(result: Result, plan: Plan) -> str:
    """What the value axis counts, where its unit does not say it, or days; empty: the unit does, or the title."""
    if result.kind == "launch":
        return since(result, plan)
    if result.params.get("unit") == "sessions":
        return "sessions"
    if result.kind in ("count", "states") and result.unit == "count" and "entity" in result.params:
        return who_of(result)
    return COUNTED.get(result.name, "") if result.unit == "count" else ""


def _caption(reader: Reader, result: Result) -> str:
    """What goes into the numbers; and of means of days, how many they are, as fewer go into those of periods."""
    said = made_of(result.name, reader.plan, result.params) or formats.without_code(result.definition.purpose)
    if result.kind != "ratio" or not result.rows:
        return said
    days = words.days(max(row["days"] for row in result.rows))
    period = result.params.get("period")
    return f"{said}; mean of the last {days}{f' of each {period}' if period else ''}"
