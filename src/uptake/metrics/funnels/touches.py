"""Attribution: which of a pass's events says the value of an event's own property."""

from __future__ import annotations

from collections.abc import Sequence

from uptake.errors import QuestionError
from uptake.facts.selection import property_text
from uptake.facts.step_events import ARRIVAL, Wanted
from uptake.metrics.core.metric import Asked
from uptake.metrics.funnels.rules import LAST_TOUCH, ONE_STEP, Funnel
from uptake.store.sql import literal


def touched_sql(asked: Asked, found: Funnel, wanted: Wanted, names: Sequence[str]) -> str:
    """SQL for the relation `touched`: the passes with `properties`, JSON of the values that are attributed to them.

    Of several events of one entity that fit a step at one instant the first to arrive counts.

    Args:
        asked: The question.
        found: Its funnel.
        wanted: The events of its steps.
        names: The properties.

    Raises:
        QuestionError: Attribution is to a step that there is not.
    """
    chosen = asked.param("attribution_step")
    if asked.param("attribution") == ONE_STEP and chosen > len(found.steps):
        raise QuestionError(f"attribution_step is {chosen}.", allowed=[f"1 to {len(found.steps)}, a step"])
    is_unordered = found.rules.order == "unordered"
    any_step = f"({' OR '.join(wanted.tests[: wanted.steps])})"
    # in any order a step of a pass may be any of them
    fits = {step: any_step if is_unordered else test for step, test in enumerate(wanted.tests[: wanted.steps], 1)}
    only = f"s.step = {chosen}" if asked.param("attribution") == ONE_STEP else "true"
    which = "arg_max" if asked.param("attribution") == LAST_TOUCH else "arg_min"
    texts = "".join(f", {property_text(name)} AS value_{place}" for place, name in enumerate(names))
    values = ", ".join(
        f"{literal(name)}, {which}(value_{place}, row(e.event_at, s.step, -e.arrival)) FILTER (value_{place} IS NOT NULL)"
        if which == "arg_max"
        else f"{literal(name)}, {which}(value_{place}, row(e.event_at, s.step, e.arrival)) FILTER (value_{place} IS NOT NULL)"
        for place, name in enumerate(names)
    )
    events = " UNION ALL ".join(
        f"SELECT {wanted.key} AS entity_key, event_at, {step} AS step, row_number() OVER (ORDER BY {ARRIVAL}) AS arrival{texts}"
        f" FROM event WHERE {wanted.needs} AND {test}"
        for step, test in fits.items()
    )
    return f"""SELECT p.*, v.properties FROM pass p LEFT JOIN (
            SELECT s.entity_key, s.entered_at, json_object({values})::VARCHAR AS properties
            FROM (SELECT entity_key, entered_at, unnest(done_at) AS event_at, generate_subscripts(done_at, 1) AS step FROM pass) s
            JOIN ({events}) e ON e.entity_key = s.entity_key AND e.event_at = s.event_at AND e.step = s.step
            WHERE {only} GROUP BY ALL
        ) v ON v.entity_key = p.entity_key AND v.entered_at = p.entered_at"""
