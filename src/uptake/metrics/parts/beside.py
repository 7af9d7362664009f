"""Task success beside a mean of sessions: whether coming gets anybody anywhere.

It is asked for (`beside=tasks`), as tries are counted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Kind, Param, Sql
from uptake.metrics.parts.group_interval import USAGE_INTERVAL
from uptake.metrics.parts.population import AT, WINDOW_DAY
from uptake.metrics.parts.sessions import sessions_sql
from uptake.metrics.task_success import tried_source
from uptake.store.sql import literal

NOTHING, TASKS = "nothing", "tasks"
NO_TASKS = "The plan has no tasks: whether it got anybody anywhere is not known."
TASK = Param("task", "text", "The task of the plan whose success stands beside; all if not given.")


def beside(default: str = NOTHING) -> Param:
    """The parameter that asks for it."""
    about = "What stands beside: nothing, or how many of the tasks begun in the same days were done, and who labours."
    return Param("beside", "choice", about, default=default, choices=(NOTHING, TASKS))


def is_asked(asked: Asked) -> bool:
    """Whether task success stands beside."""
    return bool(asked.param("beside") == TASKS)


def kind_of(alone: Kind, with_tasks: Kind) -> Callable[[Mapping[str, Any]], Kind]:
    """The kind by what was asked for."""
    return lambda params: with_tasks if params.get("beside") == TASKS else alone


def were_over(asked: Asked) -> str:
    """SQL that holds for sessions with a duration that were over, after a whole gap without a further event."""
    gap = asked.plan.product.session_gap_minutes
    return f"seconds IS NOT NULL AND ended_at + INTERVAL {gap} MINUTE <= {literal(asked.question.as_of)}"


def with_tasks(asked: Asked, sql: Sql, window_days: int) -> Sql:
    """The rows of a mean, and, without a value, sessions with their `seconds`, and the `tries` of each with how many were `done`.

    Args:
        asked: The question; as it came back where nothing beside was asked for.
        sql: The rows; may read `window_day`.
        window_days: The days whose sessions and tasks stand beside.
    """
    if not is_asked(asked):
        return sql
    if asked.question.params.get("interval_days") == USAGE_INTERVAL:
        raise QuestionError(
            "beside is tasks, and interval_days is usage_interval.", do="Give interval_days as a number of days."
        )
    sessions = sessions_sql(asked, ", seconds", were_over(asked))
    select = f"""SELECT entity_key, anchor_at, period_on, value, NULL::DOUBLE AS seconds, NULL::BIGINT AS tries,
        NULL::BIGINT AS done
    FROM ({sql.select})
    UNION ALL SELECT e.entity_key, {AT}, p.period_on, NULL, e.seconds, NULL, NULL
    FROM window_day p JOIN ({sessions}) e ON e.day = p.day"""
    values = {**sql.values, "window_days": window_days, **thresholds(asked)}
    relations = {"window_day": WINDOW_DAY, **sql.relations}
    if not asked.plan.tasks and asked.param("task") is None:
        return replace(sql, select=select, values=values, relations=relations, notes=(*sql.notes, NO_TASKS))
    tried = tried_source(asked, asked.param("task"), window_days)
    return replace(
        sql,
        select=f"{select}\n    UNION ALL SELECT entity_key, anchor_at, period_on, NULL, NULL, tries, done FROM {tried.sql}",
        values=values,
        relations={**relations, **tried.relations},
        tables={**sql.tables, **tried.tables},
    )


def thresholds(asked: Asked) -> dict[str, Any]:
    """From when on somebody labours, as the plan says."""
    names = ("least_minutes", "least_tries", "success_below")
    return {name: getattr(asked.plan.labouring, name) for name in names}
