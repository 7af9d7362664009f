"""From a line of an explanation to the rows behind it: a metric's page of this account, or a list."""

from __future__ import annotations

from urllib.parse import urlencode

from uptake.plan import Plan
from uptake.web import links
from uptake.web.pages.condition_field import condition

METRICS = {
    "active_days": "active_users",
    "adopted": "adoption_rate",
    "breadth": "breadth",
    "consistency": "consistency",
    "core_uses": "features_used",
    "features_used": "features_used",
    "frequency": "frequency",
    "seat_coverage": "adoption_rate",
    "session_time": "session_duration",
    "task_success": "task_success",
    "time_to_first_value": "time_to_first_value",
    "time_to_value": "time_to_value",
    "trend": "active_users",
    "value_reached": "value_realisation",
}
"""Signal -> the metric that says the same of many, or comes nearest."""
BY_WEEK = ("active_users",)
TOLD = ("goals_met", "nps", "pulse", "relationship", "revenue_kept", "support_load", "ticket_satisfaction")
"""Signals of what was imported beside events; the page of an account lists it."""


def link(plan: Plan, score: str, component: str, entity: str, id_: str) -> str:
    """Where the rows behind a component are.

    Args:
        plan: The plan.
        score: The score.
        component: The component; empty for a line that is of none.
        entity: user or account.
        id_: Whose.

    Returns:
        An address; empty where there is nothing further to see.
    """
    if not component:
        return ""
    signal = plan.all_scores[score].components[component].signal
    only = condition(f"{entity}.id", id_)
    if signal in METRICS and only:
        metric = METRICS[signal]
        return links.metric(metric, {"where": only} | ({"period": "week"} if metric in BY_WEEK else {}))
    if signal in TOLD and entity == "account":
        return f"{links.account(id_)}#happened"
    return f"/users?{urlencode({'account': id_})}" if entity == "account" else ""
