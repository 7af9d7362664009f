"""For how long somebody could be seen, as SQL: from the start of life, but not before anybody looked."""

from __future__ import annotations

from typing import Any

from uptake.metrics.activity import days_sql
from uptake.metrics.metric import Asked, Param
from uptake.metrics.population import present_sql

AMONG = Param(
    "among",
    "choice",
    "Who is counted: who was active in the window, or everyone who was there, with 0 for who was not.",
    default="active",
    choices=("active", "present"),
)


def seen_from(*also: str) -> str:
    """SQL for the first day on which an entity could be seen doing something.

    Over columns `d.first_on` (the first day it was seen doing it), `s.started_on` (its start) and periods `p`. Whoever
    did it before the start of life was there already; nobody was seen before the data begins.

    Args:
        *also: SQL for further days before which nobody could do it.
    """
    begins = "coalesce($watched_from::DATE, (SELECT min(day) FROM event), p.on_day)"
    return f"least(d.first_on, greatest({', '.join(('s.started_on', begins, *also))}))"


def watched(asked: Asked) -> dict[str, Any]:
    """The values that `seen_from` takes."""
    return {"watched_from": asked.plan.product.data_from}


def days_seen_sql(
    asked: Asked,
    chosen: Any,  # noqa: ANN401 - a selector in any form
    counted: str = "count(*)",
    within: str = "",
) -> str:
    """SQL for (entity_key, period_on, counted, first_on), over `window_day`: what was done in each period's window.

    Args:
        asked: The question; with the parameter `among` set to present, everyone who was there has a row, with NULL
            for what was not done.
        chosen: A selector as the plan writes it, or `active`.
        counted: SQL for what is counted of the days `d` of a window `p`.
        within: SQL that follows their join, to leave out some of them.
    """
    days = f"""SELECT d.entity_key, p.period_on, {counted} AS counted, min(d.day) AS first_on
        FROM window_day p JOIN ({days_sql(asked, chosen)}) d ON d.day = p.day {within} GROUP BY ALL"""
    if asked.param("among") == "active":
        return days
    return f"""SELECT e.entity_key, e.period_on, a.counted, a.first_on
        FROM ({present_sql(asked)}) e LEFT JOIN ({days}) a
            ON a.entity_key = e.entity_key AND a.period_on IS NOT DISTINCT FROM e.period_on"""
