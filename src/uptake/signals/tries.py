"""Tries of the plan's tasks as signals need them."""

from __future__ import annotations

from uptake.metrics import task_success
from uptake.signals.panel import Panel

MINUTES_A_DAY = 24 * 60
SUCCESS = "(t.is_done AND t.ended_at <= t.event_at + l.within) IS TRUE"
"""SQL for whether a try `t` with the limit `l` was finished in time."""


def tries_sql(panel: Panel, window: int) -> str:
    """SQL for a WITH clause that gives the relations of `task_success.tries` for a panel and the windows before it."""
    tasks = list(panel.asked.plan.tasks.values())
    back = window + 1 + max(task.within_minutes for task in tasks) // MINUTES_A_DAY
    relations = task_success.tries(panel.asked, tasks, since=f" AND day > $first::DATE - {back}")
    return "WITH " + ", ".join(f"{name} AS ({body})" for name, body in relations.items())
