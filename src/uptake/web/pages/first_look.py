"""What a metric's page asks first, where the defaults would show little: a funnel to value, a curve, two groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.metric import Entry
from uptake.plan import Criteria, Criterion, Plan

STEPS_BEFORE_VALUE = 2


def first_look(entry: Entry, given: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The question of a page, with what it opens with where nobody has chosen yet.

    Everybody passes the steps of onboarding once, and most did so before the days a page looks at: the funnel opens
    with the way to value instead, which people go again and again. Few become proficient soon, so velocity opens with
    the curve. Depth compares people, so it opens with those inside and outside a segment.

    Args:
        entry: The metric.
        given: What the address says.
        plan: The adoption plan.
    """
    if entry.name == "funnel" and "steps" not in given and (steps := way_to_value(plan)):
        return {**given, "steps": steps}
    if entry.name == "adoption_velocity" and not given:
        return {"output": "curve"}
    if entry.name == "depth" and not given and plan.segments:
        of_users = [name for name, segment in plan.segments.items() if segment.entity == "user"]
        return {"by": [f"segment.{[*of_users, *plan.segments][0]}"]}
    return dict(given)


def way_to_value(plan: Plan) -> list[str]:
    """Events from the first steps of onboarding to the first moment of value; empty where the plan has no such way."""
    steps = plan.onboarding.steps if plan.onboarding else ()
    before = [event for step in steps if step.required and (event := _event(step.criteria))][:STEPS_BEFORE_VALUE]
    after = [event for moment in plan.value_moments.values() if (event := _event(moment.criteria))][:1]
    return list(dict.fromkeys([*before, *after])) if before and after else []


def _event(criteria: Criteria) -> str:
    """The one event that meets criteria by itself; empty where more is needed."""
    if not isinstance(criteria, Criterion) or criteria.at_least > 1:
        return ""
    chosen = criteria.selector
    return chosen.events[0] if len(chosen.events) == 1 and not chosen.where else ""
