"""How long it takes from one moment to another, as entity rows of the kind duration."""

from __future__ import annotations

from typing import Any

from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Param, Sql
from uptake.metrics.parts.moments import moment_sql
from uptake.metrics.parts.starts import START_OF_LIFE

WAITING, CENSORED = "waiting", "censored"
LEFT = Param(
    "left",
    "choice",
    "Who left (account churned, membership ended) before getting there: counted as still waiting, so that the shares are"
    " of all who started; or censored on leaving, so that they are of those who stay.",
    default=WAITING,
    choices=(WAITING, CENSORED),
)
OUTPUT = Param("output", "choice", "The numbers, or the curve.", default="summary", choices=("summary", "curve"))


def by_days(*days: int) -> Param:
    """The parameter that says by which days the shares are told."""
    about = "Days by which the share that got there is told."
    return Param("by_days", "list", about, default=list(days), least=1, most=3660)


def durations(asked: Asked, start: Any, until: str) -> Sql:  # noqa: ANN401 - a moment in any form
    """Everyone whose clock started in the period, with the time it took, or waited so far.

    Args:
        asked: The question; has the parameter `left`.
        start: The moment that starts the clock.
        until: SQL for (entity_key, reached_at): when each entity got there.
    """
    clock = moment_sql(asked, start)
    sql = durations_of(asked, clock, until)
    if start != START_OF_LIFE:
        # such a clock may have started before anybody's life in the product
        beginning = f"greatest(least((SELECT min(reached_at)::DATE - 1 FROM ({clock})), $date_to), DATE '1970-01-01')"
        sql.relations["period"] = periods.sql(asked.question, beginning)
    return sql


def durations_of(asked: Asked, clock: str, until: str, own: tuple[str, ...] = ()) -> Sql:
    """The same of a clock given as SQL.

    Args:
        asked: The question; has the parameter `left`.
        clock: SQL for (entity_key, ..., reached_at): when it started.
        until: SQL for (entity_key, ..., reached_at): when it stopped.
        own: Columns in both, the dots, that tell clocks of one entity apart.
    """
    seen_until, left = "$as_of", ""
    if asked.param("left") == CENSORED:
        seen_until = "greatest(s.reached_at, least($as_of, coalesce(l.left_at, $as_of)))"
        left = f"""
    LEFT JOIN (SELECT entity_key, max(valid_to) AS left_at FROM {asked.grain.present} GROUP BY entity_key) l
        USING (entity_key)"""
    is_reached = f"m.reached_at < {seen_until}"
    return Sql(
        f"""
    SELECT s.entity_key, s.reached_at AS anchor_at, p.period_on, {"".join(f"s.{name}, " for name in own)}
        coalesce({is_reached}, false) AS is_reached,
        CASE WHEN {is_reached} THEN m.reached_at ELSE {seen_until} END AS stopped_at,
        greatest(epoch(stopped_at - s.reached_at), 0)::BIGINT AS duration_s
    FROM ({clock}) s
    JOIN period p ON s.reached_at >= p.begins_at AND s.reached_at < p.ends_at
    LEFT JOIN ({until}) m USING ({", ".join(("entity_key", *own))}){left}
    WHERE s.reached_at < $as_of"""
    )
