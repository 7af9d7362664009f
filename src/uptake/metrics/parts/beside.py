"""Task success beside a mean of sessions: whether coming gets anybody anywhere.

It is asked for (`beside=tasks`), as tries are counted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from uptake.errors import QuestionError
from uptake.facts.day_order import Numbered
from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Kind, Param, Row, Sql
from uptake.metrics.parts import tallies
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


def tried_by_number(asked: Asked, facts: Numbered, window_days: int) -> dict[date | None, tuple[Column, Column]]:
    """Of each period how many tasks everybody began in its window, by number, and how many of them were done."""
    found = tried_source(asked, asked.param("task"), window_days).tables["tried"]()
    number, everyone = facts.everyone.numbers(found["entity_key"].to_numpy()), len(facts.everyone)
    period, tries, done = (found[name].to_numpy() for name in ("period_on", "tries", "done"))
    by_number = {}
    for on, *_ in tallies.edges(asked):
        own = np.flatnonzero(period == np.datetime64(on, "D")) if on else np.arange(len(period))
        each = np.zeros((2, everyone), np.int64)
        each[:, number[own]] = tries[own], done[own]
        by_number[on] = (each[0], each[1])
    return by_number


def totals(asked: Asked, values: Iterable[tallies.Values], window_days: int) -> Sql | None:
    """The sums of a mean and of what stands beside it, without a row for each entity; None where there are few periods.

    Args:
        asked: The question.
        values: The values of each period, as `tallies.means` takes them.
        window_days: The days whose sessions and tasks stand beside.
    """
    if not tallies.is_possible(asked):
        return None
    has_tasks = bool(asked.plan.tasks or asked.param("task") is not None)
    return Sql(
        counted=lambda: list(_summed(asked, values, window_days, has_tasks=has_tasks)),
        notes=() if has_tasks else (NO_TASKS,),
    )


def _summed(asked: Asked, values: Iterable[tallies.Values], window_days: int, *, has_tasks: bool) -> Iterator[Row]:
    """What the kind adds up, of each period and group with a value, a session or a try."""
    facts, sessions = tallies.numbered(asked), sessions_sql(asked, ", seconds", were_over(asked))
    tried = tried_by_number(asked, facts, window_days) if has_tasks else {}
    nothing = np.zeros(len(facts.everyone), np.int64)
    for (end, who, found), tally in zip(values, tallies.tallies(asked, facts, sessions, window_days), strict=True):
        value = np.full(tally.everyone, np.nan)
        value[who] = found
        number = tally.rows.number
        seconds = np.bincount(number, tally.rows.values["seconds"], tally.everyone)
        tries, done = tried.get(tally.period_on, (nothing, nothing))
        is_there = ~np.isnan(value) | (tries > 0)
        is_there[number] = True
        for names, members in tallies.groups(asked, end.on_at, is_there):
            labels = dict(zip(asked.split.labels if asked.split else (), names, strict=True))
            own = value[members]
            mean = tallies.Sums.of(own[~np.isnan(own)])._asdict()
            of_tries = tries_sums(asked, seconds[members], tries[members], done[members])
            yield {"period_on": tally.period_on, **labels, **mean, **of_tries}


def tries_sums(asked: Asked, seconds: Column, tries: Column, done: Column) -> Row:
    """What the kind adds up of the time and the tries of each."""
    labours = (seconds >= asked.plan.labouring.least_minutes * 60) & (tries >= asked.plan.labouring.least_tries)
    labours &= done < asked.plan.labouring.success_below * tries
    begun, were_done = int(tries.sum()), int(done.sum())
    return {
        "tries": begun,
        "tried": int(np.count_nonzero(tries)),
        "done": were_done,
        "done_done": int((done * done).sum()),
        "done_tries": int((done * tries).sum()),
        "tries_tries": int((tries * tries).sum()),
        "success": were_done / begun if begun else None,
        "labouring": int(np.count_nonzero(labours)),
    }
