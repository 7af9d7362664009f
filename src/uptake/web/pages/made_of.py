"""What a number is made of, in one line: the definition with the plan's own words in it."""

from __future__ import annotations

from collections.abc import Callable

from uptake.plan import Plan
from uptake.web import wording

MOST_NAMED = 4
"""More names than these are counted instead."""


def made_of(metric: str, plan: Plan) -> str:
    """What goes into a metric's number under a plan; empty where its title says it all."""
    return PHRASES[metric](plan) if metric in PHRASES else ""


def _onboarding(plan: Plan) -> str:
    if plan.onboarding is None:
        return ""
    steps = [step.title for step in plan.onboarding.steps if step.required]
    return f"{_named(steps, 'steps')} within {plan.onboarding.within_days} days of {wording.start(plan.start.user)}"


def _activation(plan: Plan) -> str:
    return wording.activation(plan)


def _first_value(plan: Plan) -> str:
    return f"Median time from {wording.start(plan.start.user)} to {_value(plan)}" if plan.value_moments else ""


def _core(plan: Plan) -> str:
    core = [feature.title for feature in plan.features.values() if feature.tag == "core"]
    return f"Of {_named(core, 'core features')}, in 30 days" if core else ""


def _stickiness(plan: Plan) -> str:
    return f"Active in 7 days of those active in 30; active means {active(plan)}"


def _sessions(plan: Plan) -> str:
    return f"In 28 days; a session ends with {plan.product.session_gap_minutes} minutes of rest"


def _realisation(plan: Plan) -> str:
    return f"{_value(plan)}, of those active in 30 days" if plan.value_moments else ""


def _adoption(plan: Plan) -> str:
    days = plan.product.usage_interval_days
    intervals = "weeks" if days == 7 else f"intervals of {days} days"
    return f"Reached {_value(plan)}, and active in 2 of the last 4 {intervals}" if plan.value_moments else ""


def active(plan: Plan) -> str:
    """What counts as activity."""
    if not plan.active:
        return "any event but signing up, signing in and looking at pages"
    if len(plan.active) > MOST_NAMED:
        return f"any of {len(plan.active)} features and events of the plan"
    return wording.selectors(plan.active)


def _value(plan: Plan) -> str:
    return wording.joined([moment.title for moment in plan.value_moments.values()], "or")


def _named(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}" if len(names) > MOST_NAMED else wording.joined(names, "and")


PHRASES: dict[str, Callable[[Plan], str]] = {
    "activation_rate": _activation,
    "adoption_rate": _adoption,
    "breadth": _core,
    "features_used": _core,
    "onboarding_completion": _onboarding,
    "sessions_per_week": _sessions,
    "stickiness": _stickiness,
    "time_to_first_value": _first_value,
    "value_realisation": _realisation,
}
