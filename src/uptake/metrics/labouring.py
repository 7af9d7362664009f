"""Labouring.

The share of active users, or accounts, for whom activity is work against the product: they spend much time in it and
do not get done what they set out to do, or say that they are unhappy.

Formula: entities with at least `least_minutes` minutes of sessions in the `window_days` days up to the end of the period
    and either less than `success_below` of their tasks done, of at least `least_tries` begun and over, or a latest
    answer of the last `sentiment_days` days below `sentiment_below` / active entities that can be judged. An answer is
    put on 0 to 1: NPS from 0 to 10, all others, and ratings of tickets, from 1 to 5
Unit: share
Grain: user, account (its users together), or user in one account
Population: entities active in the window; who spent much time and neither tried enough tasks nor answered is left out,
    as nobody knows
Empty: no value where nobody was active or can be judged
Interval: Wilson, 95 %
Pitfall: the thresholds are the plan's (`labouring`), not a benchmark's. Tasks have to be described in the plan;
    without them only what people say is looked at. Few answer, and those who do are not all
Source: definitions 5.25, N12 (ours); "adoption versus engagement" (40 minutes lost are no engagement)
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.facts.entity_days import Column
from uptake.metrics.core.metric import Asked, Cells, Metric, Param, Source, Sql
from uptake.metrics.core.result import Side
from uptake.metrics.kinds.share import Share
from uptake.metrics.parts.beside import tried_by_number
from uptake.metrics.parts.feedback import feedback_sql
from uptake.metrics.parts.population import WINDOW_DAY, active_sql
from uptake.metrics.parts.sessions import lasted_sql, seconds_source
from uptake.metrics.parts.tallies import End, edges, instant, is_possible, numbered, tallies
from uptake.metrics.task_success import tried_source

NO_TASKS = "The plan has no tasks: labouring is told by what people say alone."
MOOD = "CASE f.survey WHEN 'nps' THEN f.score / 10 ELSE (f.score - 1) / 4 END"
IN_ORDER = "f.feedback_at, f.import_id, f.ordinal"

Bools = NDArray[np.bool_]


class Labouring(Share):
    """A share of those who can be judged; of each it is known how long they spent."""

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who labour and those who do not, with the time they spent."""
        del labels, asked
        return Cells(
            (
                Side("labouring", "labour", "value = 1", "count"),
                Side("others", "do not", "value = 0", "n", less="count"),
                Side("judged", "can be judged", "true", "n"),
            ),
            value="seconds",
            value_title="Time in sessions",
            value_unit="seconds",
        )


def rows(asked: Asked) -> Sql:
    """Every active entity that can be judged, with whether it labours."""
    same = "{0}.entity_key = a.entity_key AND {0}.period_on IS NOT DISTINCT FROM a.period_on"
    effort, told = seconds_source(asked, asked.param("window_days")), _told_of(asked)
    return Sql(
        f"""
    SELECT * FROM (
        SELECT a.entity_key, a.anchor_at, a.period_on, e.seconds, false AS is_open, CASE
            WHEN coalesce(e.seconds, 0) < $least_minutes::DOUBLE * 60 THEN 0
            WHEN t.done / t.tries < $success_below::DOUBLE AND t.tries >= $least_tries::INTEGER THEN 1
            WHEN m.mood < $sentiment_below::DOUBLE THEN 1
            WHEN t.tries >= $least_tries::INTEGER OR m.mood IS NOT NULL THEN 0 END AS value
        FROM ({active_sql(asked)}) a LEFT JOIN {effort.sql} e ON {same.format("e")}
        LEFT JOIN tried t ON {same.format("t")} LEFT JOIN mood m ON {same.format("m")}
    ) WHERE value IS NOT NULL""",
        _values(asked),
        {**told.relations, **effort.relations},
        _notes(asked),
        {**told.tables, **effort.tables},
    )


def totals(asked: Asked) -> Sql | None:
    """The counts without a row for everyone active: the engine is asked for those of whom more is known than their time."""
    if not is_possible(asked):
        return None
    labels = asked.split.labels if asked.split else ()
    counts = ("n", "count", "open")
    schema = pa.schema(
        [("period_on", pa.date32()), *((one, pa.string()) for one in labels), *((one, pa.int64()) for one in counts)]
    )

    def told() -> pa.Table:
        rows = [
            (end.period_on, *names, len(places), int(np.count_nonzero(labours[places])), 0)
            for end, who, labours in _judged(asked)
            for names, places in (asked.split.parts(end.on_at, who) if asked.split else [((), np.arange(len(who)))])
            if len(places)
        ]
        return pa.table(list(map(list, zip(*rows, strict=True))), schema) if rows else schema.empty_table()

    select = "SELECT *, count / nullif(n, 0) AS estimate FROM told ORDER BY ALL"
    return Sql(select, notes=_notes(asked), tables={"told": told})


def _judged(asked: Asked) -> Iterator[tuple[End, Column, Column]]:
    """Of each period everyone active who can be judged, by number, and whether they labour."""
    facts, window_days = numbered(asked), asked.param("window_days")
    active = tallies(asked, facts, f"SELECT entity_key, day FROM {asked.grain.day}", window_days)
    sessions = tallies(asked, facts, lasted_sql(asked), window_days)
    for days, spent, (is_known, is_unwell) in zip(active, sessions, _known(asked, facts), strict=True):
        seconds = np.bincount(spent.rows.number, spent.rows.values["seconds"], spent.everyone)
        came_little = seconds < asked.param("least_minutes") * 60
        judged = np.flatnonzero(days.came_within(window_days) & (came_little | is_known))
        yield days.end, judged, (is_unwell & ~came_little)[judged]


def _known(asked: Asked, facts: Numbered) -> Iterator[tuple[Bools, Bools]]:
    """Of each period of everybody whether it is known how they fared, and whether badly."""
    everyone, nothing = len(facts.everyone), np.zeros(len(facts.everyone), np.int64)
    tried = tried_by_number(asked, facts, asked.param("window_days")) if asked.plan.tasks else {}
    # the latest of somebody's answers comes last
    said = facts.rows(
        f"SELECT entity_key, {MOOD} AS mood, feedback_at FROM ({feedback_sql(asked)}) f ORDER BY {IN_ORDER}"
    )
    said_at, holds = said.values["feedback_at"], np.timedelta64(asked.param("sentiment_days"), "D")
    for period_on, _, on_at, *_ in edges(asked):
        tries, done = tried.get(period_on, (nothing, nothing))
        tried_enough = tries >= asked.param("least_tries")
        success = np.divide(done, tries, out=np.ones(everyone), where=tried_enough)
        mood = np.full(everyone, np.nan)
        told = slice(*np.searchsorted(said_at, [instant(on_at) - holds, instant(on_at)]))
        mood[said.number[told]] = said.values["mood"][told]
        is_unwell = tried_enough & (success < asked.param("success_below")) | (mood < asked.param("sentiment_below"))
        yield tried_enough | ~np.isnan(mood), is_unwell


def _values(asked: Asked) -> dict[str, Any]:
    thresholds = ("least_minutes", "success_below", "least_tries", "sentiment_below", "sentiment_days")
    return {param: asked.param(param) for param in ("window_days", *thresholds)}


def _told_of(asked: Asked) -> Source:
    """What each tried in the window, and the latest answer."""
    nothing = Source(
        "tried", {"tried": "SELECT 0 AS entity_key, NULL::DATE AS period_on, 0 AS tries, 0 AS done WHERE false"}
    )
    tried = tried_source(asked, asked.param("task"), asked.param("window_days")) if asked.plan.tasks else nothing
    mood = f"""SELECT f.entity_key, p.period_on, arg_max({MOOD}, ({IN_ORDER})) AS mood
        FROM ({feedback_sql(asked)}) f JOIN period p
            ON f.feedback_at < p.on_at AND f.feedback_at >= p.on_at - to_days($sentiment_days::INTEGER) GROUP BY ALL"""
    return Source("tried", {"window_day": WINDOW_DAY, **tried.relations, "mood": mood}, tried.tables)


def _notes(asked: Asked) -> tuple[str, ...]:
    return () if asked.plan.tasks else (NO_TASKS,)


METRIC = Metric(
    kind=Labouring(),
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_possible,
    params=(
        Param("task", "text", "One task of the plan; all if not given."),
        Param(
            "window_days",
            "integer",
            "Days looked back on.",
            default=lambda plan: plan.labouring.window_days,
            least=1,
            most=366,
        ),
        Param(
            "least_minutes",
            "number",
            "Minutes in sessions from which on activity is high.",
            default=lambda plan: plan.labouring.least_minutes,
            least=0,
        ),
        Param(
            "success_below",
            "number",
            "Below this share of tasks done, success is low.",
            default=lambda plan: plan.labouring.success_below,
            least=0,
            most=1,
        ),
        Param(
            "least_tries",
            "integer",
            "The fewest tasks begun on which success is told.",
            default=lambda plan: plan.labouring.least_tries,
            least=1,
            most=1000,
        ),
        Param(
            "sentiment_below",
            "number",
            "Below this, on 0 to 1, an answer is unhappy.",
            default=lambda plan: plan.labouring.sentiment_below,
            least=0,
            most=1,
        ),
        Param(
            "sentiment_days",
            "integer",
            "Days for which an answer holds.",
            default=lambda plan: plan.labouring.sentiment_days,
            least=1,
            most=3660,
        ),
    ),
)
