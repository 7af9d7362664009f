"""Session duration.

How long sessions last, on average and typically, beside how much of what people set out to do gets done.

Formula: seconds from a session's first event to its last, averaged over the sessions begun in the `window_days` days
    up to the end of the period that were over at `as_of`; the median of the same sessions is beside it. `success` is the
    share of the plan's tasks begun on the same days, and over, that were done in time. `labouring` are the entities with
    at least the plan's `labouring.least_minutes` in such sessions who got less than `success_below` of at least
    `least_tries` tasks done. With `beside=nothing` the sessions are told alone
Unit: seconds
Grain: user, account (sessions of all its users), or user in one account
Population: sessions of at least two events; n counts sessions, `entities` who had them
Empty: no value where no session had two events; nothing is said of success where the plan has no tasks
Interval: by entity, as one user's sessions, and tries, resemble each other (linearised ratio, Student's t; of success on
    log odds), 95 %
Pitfall: a session of one event has no duration: it is left out, and never 0. Long is not good: long sessions with
    little task success are labour, not love; the metric `labouring` looks at what people say as well
Source: requirements C6; S4 (40 minutes lost are no engagement)
"""

from collections.abc import Iterator

import numpy as np

from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Metric, Param, Row, Sql
from uptake.metrics.kinds.pooled import Pooled
from uptake.metrics.kinds.session_time import SESSION_TIME
from uptake.metrics.parts.beside import (
    NO_TASKS,
    TASK,
    TASKS,
    beside,
    is_asked,
    kind_of,
    thresholds,
    tried_by_number,
    tries_sums,
    were_over,
)
from uptake.metrics.parts.population import AT, WINDOW_DAY
from uptake.metrics.parts.sessions import sessions_sql
from uptake.metrics.parts.tallies import groups, is_possible, median, numbered, tallies
from uptake.metrics.task_success import tried_source

POOLED = Pooled()


def rows(asked: Asked) -> Sql:
    """Every session with a duration that was over, after a whole gap without a further event, and what each tried."""
    sessions = f"""SELECT e.entity_key, {AT} AS anchor_at, p.period_on, e.seconds AS value, NULL::BIGINT AS tries,
        NULL::BIGINT AS done
    FROM window_day p JOIN ({sessions_sql(asked, ", seconds", were_over(asked))}) e ON e.day = p.day"""
    values = {"window_days": asked.param("window_days")}
    if not is_asked(asked):
        return Sql(sessions, values, {"window_day": WINDOW_DAY})
    values |= thresholds(asked)
    if not _has_tasks(asked):
        return Sql(sessions, values, {"window_day": WINDOW_DAY}, (NO_TASKS,))
    tried = tried_source(asked, asked.param("task"), asked.param("window_days"))
    return Sql(
        f"{sessions} UNION ALL SELECT entity_key, anchor_at, period_on, NULL, tries, done FROM {tried.sql}",
        values,
        {"window_day": WINDOW_DAY, **tried.relations},
        tables=dict(tried.tables),
    )


def totals(asked: Asked) -> Sql | None:
    """The sums of many periods, from the sessions and tries of each entity side by side."""
    if not is_possible(asked):
        return None
    says_nothing = is_asked(asked) and not _has_tasks(asked)
    return Sql(counted=lambda: list(_pooled(asked)), notes=(NO_TASKS,) if says_nothing else ())


def _has_tasks(asked: Asked) -> bool:
    return is_asked(asked) and bool(asked.plan.tasks or asked.param("task") is not None)


def _pooled(asked: Asked) -> Iterator[Row]:
    """What the kind adds up, of each period and group with a session or a try."""
    facts, sessions = numbered(asked), sessions_sql(asked, ", seconds", were_over(asked))
    window_days = asked.param("window_days")
    tried = tried_by_number(asked, facts, window_days) if _has_tasks(asked) else None
    for tally in tallies(asked, facts, sessions, window_days):
        number, seconds, things = tally.rows.number, tally.rows.values["seconds"], tally.days
        totals = np.bincount(number, seconds, tally.everyone)
        tries, done = tried[tally.period_on] if tried else (np.zeros_like(things), np.zeros_like(things))
        for names, members in groups(asked, tally.on_at, (things > 0) | (tries > 0)):
            labels = dict(zip(asked.split.labels if asked.split else (), names, strict=True))
            came = members & (things > 0)
            # without groups every session is of somebody who is chosen
            own = seconds[members[number]] if asked.split else seconds
            sums = _sums(own, totals[came], things[came])
            of_tasks = tries_sums(asked, totals[members], tries[members], done[members]) if tried else {}
            yield {"period_on": tally.period_on, **labels, **sums, **of_tasks}


def _sums(seconds: Column, totals: Column, things: Column) -> Row:
    """The sums of some sessions, of those they are of and of how many each of these had."""
    if not len(things):
        nothing = ("estimate", "median", "total", "total_total", "total_things")
        return {"n": 0, "entities": 0, **dict.fromkeys(nothing), "things_things": 0}
    return {
        "n": len(seconds),
        "entities": len(things),
        "estimate": float(seconds.mean()),
        "median": median(seconds),
        "total": float(totals.sum()),
        "total_total": float((totals * totals).sum()),
        "total_things": float((totals * things).sum()),
        "things_things": int((things * things).sum()),
    }


METRIC = Metric(
    kind=kind_of(POOLED, SESSION_TIME),
    unit="seconds",
    rows=rows,
    totals=totals,
    splits_totals=is_possible,
    params=(
        Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=3660),
        beside(TASKS),
        TASK,
    ),
)
