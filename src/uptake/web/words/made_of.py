"""What a number is made of, in one line: the definition with the plan's and the question's own words in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.steps import read_steps
from uptake.metrics.funnels.rules import steps_of
from uptake.metrics.parts.group_interval import USAGE_INTERVAL
from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.metrics.stickiness import CALENDAR
from uptake.plan import Plan
from uptake.web.words import plan_words as wording
from uptake.web.words.titles import of_events

MOST_NAMED = 4
"""More names than these are counted instead."""

Params = Mapping[str, Any]


def made_of(metric: str, plan: Plan, params: Params) -> str:
    """What goes into a metric's number.

    Args:
        metric: The metric.
        plan: The adoption plan.
        params: The metric's parameters, complete.

    Returns:
        One line; empty where the title says it all, or the plan says nothing.
    """
    return PHRASES[metric](plan, params) if metric in PHRASES else ""


def _onboarding(plan: Plan, params: Params) -> str:
    if plan.onboarding is None:
        return ""
    steps = [step.title for step in plan.onboarding.steps if step.required]
    within = params.get("within_days") or plan.onboarding.within_days
    return f"{_named(steps, 'steps')} within {within} days of {wording.start(plan.start.user, plan.events)}"


def _activation(plan: Plan, params: Params) -> str:
    if params.get("criteria") or params.get("quorum") or params.get("within_days"):
        return ""
    return wording.account_activation(plan) if params.get("entity") == "account" else wording.activation(plan)


def _first_value(plan: Plan, params: Params) -> str:
    own = params.get("criteria") or params.get("until") or params.get("start") not in (None, START_OF_LIFE)
    if not plan.value_moments or own or params.get("milestone") != "value":
        return ""
    return f"Median time from {wording.start(plan.start.user, plan.events)} to {_value(plan)}"


def _core(plan: Plan, params: Params) -> str:
    core = [feature.title for feature in plan.features.values() if feature.tag == "core"]
    return f"Of {_named(core, 'core features')}, in {params['window_days']} days" if core else ""


def _stickiness(plan: Plan, params: Params) -> str:
    if params.get("output") == "power":
        is_of_days = params["interval"] == "day"
        of_days = "the period's days" if params["window_days"] == CALENDAR else f"{params['window_days']} days"
        of = of_days if is_of_days else f"{params['intervals']} {params['interval']}s"
        return f"{'On' if is_of_days else 'In'} how many of {of} users were active; active means {active(plan)}"
    days = "a day" if params["short_days"] == 1 else f"{params['short_days']} days"
    return f"Active in {days} of those active in {params['long_days']}; active means {active(plan)}"


def _sessions(plan: Plan, params: Params) -> str:
    rest = plan.product.session_gap_minutes
    return f"In {params['window_days']} days; a session ends with {rest} minutes of rest"


def _realisation(plan: Plan, params: Params) -> str:
    return f"{_value(plan)}, of those active in {_days(params['window_days'])}" if plan.value_moments else ""


def _adoption(plan: Plan, params: Params) -> str:
    days = params["interval_days"]
    intervals = "weeks" if days == 7 else f"intervals of {_days(days)}"
    return f"Reached {_value(plan)}, and active in 2 of the last 4 {intervals}" if plan.value_moments else ""


def _days(length: int | str) -> str:
    return "the usage interval" if length == USAGE_INTERVAL else f"{length} days"


def _active_users(plan: Plan, params: Params) -> str:
    del params
    return f"Active means {active(plan)}"


def active(plan: Plan) -> str:
    """What counts as activity."""
    if not plan.active:
        return "any event but signing up, signing in and looking at pages"
    if len(plan.active) > MOST_NAMED:
        return f"any of {len(plan.active)} features and events of the plan"
    return wording.selectors(plan.active, plan.events)


def _value(plan: Plan) -> str:
    return wording.joined([moment.title for moment in plan.value_moments.values()], "or")


def _named(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}" if len(names) > MOST_NAMED else wording.joined(names, "and")


def _funnel(plan: Plan, params: Params) -> str:
    try:
        steps = read_steps(params["steps"]) if params.get("steps") else steps_of(plan)
    except QuestionError:
        return ""
    joins = {"ordered": ", then ", "strict": ", then at once ", "unordered": ", "}
    titles = of_events(plan, params)
    said = joins[params["order"]].join(titles.get(step.label, step.label) for step in steps)
    return f"{said}, in any order" if params["order"] == "unordered" else said


PHRASES: dict[str, Callable[[Plan, Params], str]] = {
    "activation_rate": _activation,
    "active_users": _active_users,
    "adoption_rate": _adoption,
    "breadth": _core,
    "features_used": _core,
    "funnel": _funnel,
    "onboarding_completion": _onboarding,
    "sessions_per_week": _sessions,
    "stickiness": _stickiness,
    "time_to_first_value": _first_value,
    "value_realisation": _realisation,
}
