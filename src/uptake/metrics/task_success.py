"""Task success.

The share of tasks that people began and finished in time: whether activity gets them anywhere.

Formula: starts followed by the task's completion at most `within_minutes` later, with no other start between / starts
    whose time is over. Both by the same user in the same account, and of the same `key` where the task has one. A start
    before the completion begins the task again: the earlier one was not finished. Beside it the median time of those
    that were, the share of starts with an error before their end, and the share that was started again
Unit: share
Grain: user, account, or user in one account: whose starts are taken together for the interval and the breakdown
Population: starts in the period; those whose time is not over are counted beside as open
Empty: no value (never 0) where nobody began; no median where nothing was finished; no share of errors where the task
    names none
Interval: of a ratio of sums over entities (linearisation, on log odds), as one person's tries resemble each other;
    Wilson on the number of entities where all or none succeeded, 95 %
Pitfall: without a `key`, one of two tasks that somebody has going at once counts as started again. A completion that
    the product never sends looks like failure: look at the errors, and at `uptake check`
Source: customer adoption for success teams (task completion rates); requirements C17; the pairs are ours
"""

from dataclasses import replace

import pyarrow as pa

from uptake.errors import DefinitionMissing, QuestionError
from uptake.facts.selection import events_sql, property_text
from uptake.metrics.core import params
from uptake.metrics.core.metric import Asked, Metric, Param, Source, Sql
from uptake.metrics.core.query import executed
from uptake.metrics.kinds.attempts import ATTEMPTS
from uptake.metrics.parts.population import WINDOW_SPAN
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.metrics.parts.task_totals import begun, counted, tried
from uptake.plan import Task, selector
from uptake.plan.task import MOST_MINUTES
from uptake.store.sql import literal

ONE_OFF = "task"
"""The name of a task that is given with the question."""
GIVEN = ("start", "complete", "error", "key")


def rows(asked: Asked) -> Sql:
    """Every start in the period, with how it ended."""
    tasks, within_minutes = _tasks(asked), asked.param("within_minutes")
    return Sql(
        f"""
    SELECT {asked.grain.key} AS entity_key, t.event_at AS anchor_at, p.period_on, l.task,
        coalesce(t.is_done AND t.ended_at <= t.event_at + l.within, false)::INT AS value,
        t.event_at + l.within >= $as_of AS is_open,
        CASE WHEN t.is_done AND t.ended_at <= t.event_at + l.within THEN epoch(t.ended_at - t.event_at) END AS seconds,
        (t.ended_at <= t.event_at + l.within AND NOT t.is_done) IS TRUE AS is_again,
        CASE WHEN l.has_error THEN
            (t.error_at <= t.event_at + l.within AND t.is_error_first) IS TRUE
        END AS has_error
    FROM try t JOIN task_limit l USING (task) JOIN period p ON t.event_at >= p.begins_at AND t.event_at < p.ends_at
    WHERE {asked.grain.needs}""",
        relations=tries(asked, tasks, within_minutes),
        tables={"try": lambda: begun(asked, _read_from(asked, tasks))},
    )


def totals(asked: Asked) -> Sql:
    """The sums without a row for each start, from events kept in memory."""
    tasks = _read_from(asked, _tasks(asked))
    return Sql(counted=lambda: counted(asked, tasks, asked.param("within_minutes")))


def _read_from(asked: Asked, tasks: list[Task]) -> dict[str, tuple[Task, str]]:
    """Name -> task, and SQL for all its events."""
    return {task.name: (task, " UNION ALL ".join(_marks(asked, task, "true"))) for task in tasks}


def tries(asked: Asked, tasks: list[Task], within_minutes: int | None = None, since: str = "") -> dict[str, str]:
    """Relations: `task_limit` (task, within, has_error), and `try`, every start with how it ended.

    Args:
        asked: The question.
        tasks: The tasks.
        within_minutes: The time for all of them, if not the plan's.
        since: SQL that follows a condition, to leave out events too long ago to matter.
    """
    names = f"ENUM({', '.join(literal(task.name) for task in tasks)})"
    marks = " UNION ALL ".join(
        f"SELECT {literal(task.name)}::{names} AS task, * FROM ({mark})"
        for task in tasks
        for mark in _marks(asked, task, f"event_at < $as_of{since}")
    )
    limits = ", ".join(
        f"({literal(task.name)}::{names}, to_minutes({int(within_minutes or task.within_minutes)}),"
        f" {literal(task.error is not None)})"
        for task in tasks
    )
    ends = "CASE WHEN mark <> 'error' THEN {} END"
    return {
        "task_limit(task, within, has_error)": f"VALUES {limits}",
        # one event may end a try and begin the next
        "numbered": f"""SELECT *, row_number() OVER (
            PARTITION BY task, key, account_key, user_key ORDER BY event_at, import_id, ordinal, mark
        ) AS number FROM ({marks})""",
        "try": f"""SELECT *, (error_number < end_number) IS NOT FALSE AS is_error_first FROM (
            SELECT *, lead({ends.format("event_at")} IGNORE NULLS) OVER person AS ended_at,
                lead({ends.format("number")} IGNORE NULLS) OVER person AS end_number,
                lead({ends.format("mark = 'complete'")} IGNORE NULLS) OVER person AS is_done,
                lead(CASE WHEN mark = 'error' THEN event_at END IGNORE NULLS) OVER person AS error_at,
                lead(CASE WHEN mark = 'error' THEN number END IGNORE NULLS) OVER person AS error_number
            FROM numbered WINDOW person AS (PARTITION BY task, key, account_key, user_key ORDER BY number)
        ) WHERE mark = 'start'""",
    }


def _marks(asked: Asked, task: Task, condition: str) -> list[str]:
    """SQL for (mark, key, account_key, user_key, event_at, import_id, ordinal) of a task's starts, ends and errors."""
    return [
        f"SELECT '{mark}' AS mark, {_key(task)} AS key, account_key, user_key, event_at, import_id, ordinal FROM event"
        f" WHERE {condition} AND {events_sql(asked.cursor, asked.plan, [chosen])}"
        for mark, chosen in (("start", task.start), ("complete", task.complete), ("error", task.error))
        if chosen is not None
    ]


def tried_source(asked: Asked, task: str | None, window_days: int) -> Source:
    """The relation `tried` (entity_key, anchor_at, period_on, tries, done): the plan's tasks begun in a window, and over.

    Args:
        asked: A question to another metric, which binds `window_days`.
        task: One task; all if None.
        window_days: The days up to the end of each period.
    """
    question = replace(asked.question, params=params.read(METRIC, {"task": task}, asked.plan, "task_success"))
    own = replace(asked, question=question)
    made = rows(own)
    relations = "".join(f", {relation} AS ({body})" for relation, body in made.relations.items())
    sql = f"""SELECT t.entity_key, w.ends_at - INTERVAL 1 MICROSECOND AS anchor_at, t.period_on, count(*) AS tries,
            sum(t.value)::BIGINT AS done
        FROM (
            WITH period AS (SELECT * FROM window_span){relations} {made.select}
        ) t JOIN window_span w ON w.period_on IS NOT DISTINCT FROM t.period_on WHERE NOT t.is_open GROUP BY ALL"""

    def table() -> pa.Table:
        spans = Sql("FROM window_span", {"window_days": window_days}, {"window_span": WINDOW_SPAN})
        with executed(asked, spans) as answer:
            windows = answer.fetchall()
        return tried(asked, _read_from(asked, _tasks(own)), windows)

    return Source("tried", {"window_span": WINDOW_SPAN, "tried": sql}, {"tried": table})


def _tasks(asked: Asked) -> list[Task]:
    """The tasks of the question: one given with it, one of the plan, or all of the plan."""
    given = {name: asked.param(name) for name in GIVEN if asked.param(name) is not None}
    wanted, planned = asked.param("task"), asked.plan.tasks
    if given:
        if wanted is not None or not {"start", "complete"} <= set(given):
            what = "task" if wanted is not None else "only a part of a task"
            raise QuestionError(
                f"{what} is given beside {' and '.join(given)}.", do="Give start and complete, without task."
            )
        error = selector(given["error"]) if "error" in given else None
        start, complete = selector(given["start"]), selector(given["complete"])
        return [Task(name=ONE_OFF, start=start, complete=complete, error=error, key=given.get("key"))]
    if not planned:
        raise DefinitionMissing(
            "The plan has no tasks.", do="Describe them in the plan under tasks, or give start and complete."
        )
    if wanted is not None and wanted not in planned:
        raise QuestionError(f"task is '{wanted}'.", allowed=planned)
    return [task for name, task in planned.items() if wanted in (None, name)]


def _key(task: Task) -> str:
    return property_text(task.key) if task.key is not None else "NULL::VARCHAR"


METRIC = Metric(
    kind=ATTEMPTS,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("task", "text", "One task of the plan; all if not given."),
        Param("start", "selector", "What begins a task that the plan does not have."),
        Param("complete", "selector", "What says that it is done."),
        Param("error", "selector", "What says that something went wrong on the way."),
        Param("key", "text", "The event property that tells tasks apart which one person has going at once."),
        Param(
            "within_minutes",
            "integer",
            "Minutes from the start; the plan's if not given, 60 without one.",
            least=1,
            most=MOST_MINUTES,
        ),
    ),
    labels=("task",),
    is_snapshot=False,
)
