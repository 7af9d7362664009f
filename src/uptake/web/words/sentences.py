"""The sentence a metric's page opens with: what the number says, of whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uptake.charts import words
from uptake.metrics.core.result import Result
from uptake.plan import Plan
from uptake.reports.headline import PICKS, Headline
from uptake.web import formats
from uptake.web.words.group_sentences import groups
from uptake.web.words.kind_sentences import OF_KINDS, OF_LABELS, states
from uptake.web.words.metric_sentences import BELOW_HALF, form_of, when
from uptake.web.words.part_sentences import OF_PARTS, cohorts, launch
from uptake.web.words.plan_words import joined
from uptake.web.words.sentence_words import NOTHING, attribute_of, in_period, label_of, that_of, there_of, who_of
from uptake.web.words.titles import of_events, with_events, with_titles

OF_GROUPS = {
    "curve": ("estimate", "share", ("in the end most", "least")),
    "funnel": ("estimate", "share", ("all the way most often", "least often")),
    "time_to_convert": ("median_s", "seconds", ("half took longest", "shortest")),
}
"""Kind -> what its groups are told by: column, unit, and what the most and the least of it are called."""


def sentence(result: Result, found: Headline, plan: Plan, than: str = "") -> str:
    """What an answer says first.

    Args:
        result: The answer.
        found: Its most important row.
        plan: The adoption plan, for the names of the product, its features and its tasks.
        than: What the earlier value stands for, where that is not the period before.

    Returns:
        One sentence with the number, its interval and its change; what it lacks in words where there is no number.
    """
    titles = of_events(plan, result.params)
    result = replace(result, rows=with_events(result.rows, titles))
    found = replace(found, row=with_events([found.row], titles)[0] if found.row else None)
    kind = "curve" if result.kind == "duration" and result.params["output"] == "curve" else result.kind
    if result.by and result.rows and kind in OF_GROUPS:
        return groups(result, plan, *OF_GROUPS[kind])
    if result.kind == "launch":
        return launch(result, plan)
    if result.kind == "cohort_comparison":
        return cohorts(result, found)
    if kind in OF_KINDS:
        return OF_KINDS[kind](result, found)
    if result.by in OF_LABELS:
        return OF_LABELS[result.by](result, found)
    if result.by[:1] == ("state",):
        return states(result, found)
    found = replace(found, highest=_titled(result, found.highest, plan), lowest=_titled(result, found.lowest, plan))
    if (result.name, *result.by) in OF_PARTS and found.highest is not None:
        return OF_PARTS[(result.name, *result.by)](result, found, when(result, found))
    if found.highest is not None:
        return _segments(result, found, found.highest)
    if found.row is None:
        return f"{result.title}: {NOTHING}."
    if _is_below_half(result, found.row):
        who = f"{words.count(found.row['n'])} {who_of(result)}"
        began, there = BELOW_HALF.get(result.name, ("started", "have reached {there}"))
        there = there.format(there=there_of(result))
        begun = (
            in_period(found.row["period_on"], result.params["period"])
            if found.row.get("period_on")
            else when(result, found)
        )
        return f"Fewer than half of the {who} {that_of(result)} {began} {begun} {there} so far."
    if result.name == "time_to_value" and found.row["estimate"] == 0:
        return f"Half of the {who_of(result)} that signed {when(result, found)} had reached {there_of(result)} when they signed."
    before = found.before["estimate"] if found.before else None
    # "3.2 sessions a week" says the unit in the sentence itself.
    unit = "count" if result.unit == "per_week" else result.unit
    said = form_of(result, found, found.row, plan.product.name)
    than = than or _than(found)
    first = formats.headline(
        said, found.row, unit, name=result.title, before=before, than=than, currency=result.currency
    )
    return f"{first}{_done(result, found.row)}"


def _done(result: Result, row: Mapping[str, Any]) -> str:
    """What the time came to: the tasks done in it, and who spent long with little done."""
    if row.get("success") is None:
        return ""
    long = (
        f"; {words.count(row['labouring'])} {who_of(result)} spent long and got little done" if row["labouring"] else ""
    )
    return f" {words.share(row['success'])} of the tasks begun then were done in time{long}."


def _titled(result: Result, row: Mapping[str, Any] | None, plan: Plan) -> Mapping[str, Any] | None:
    """A row with features and tasks called as people call them."""
    return with_titles([dict(row)], plan, result.params)[0] if row else None


def _is_below_half(result: Result, row: Mapping[str, Any]) -> bool:
    return result.kind == "duration" and row.get("estimate") is None and row.get("status") == "in_progress"


def _than(found: Headline) -> str:
    return in_period(found.before["period_on"], found.period) if found.before and found.period else ""


def _segments(result: Result, found: Headline, highest: Mapping[str, Any]) -> str:
    labels = [label for label in result.by if label not in PICKS]
    about = f"{result.title} by {joined([attribute_of(label) for label in labels], 'and')} {when(result, found)}"
    if found.lowest is None:
        return f"{about}: {_segment(result, labels, highest)}."
    most, least = ("longest", "shortest") if result.kind == "duration" else ("highest", "lowest")
    said = (
        f"{about}: {most} in {_segment(result, labels, highest)}, {least} in {_segment(result, labels, found.lowest)}"
    )
    tested = f" (log-rank test: {words.pvalue(highest['pvalue'])})" if highest.get("pvalue") is not None else ""
    return f"{said}{tested or _if_overlapping(highest, found.lowest)}."


def _if_overlapping(highest: Mapping[str, Any], lowest: Mapping[str, Any]) -> str:
    """What is said where two segments have a common part in their intervals: nobody should go by their order."""
    lower, upper = highest.get("ci_lower"), lowest.get("ci_upper")
    overlap = lower is not None and upper is not None and lower <= upper
    return "; their intervals overlap, so the order may be chance" if overlap else ""


def _segment(result: Result, labels: list[str], row: Mapping[str, Any]) -> str:
    named = [label_of(label, str(row[label])) for label in labels]
    return f"{', '.join(named)} ({words.value(row['estimate'], result.unit, 2, result.currency)})"
