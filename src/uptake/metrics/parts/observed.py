"""For how long somebody could be seen, as SQL: from the start of life, but not before anybody looked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.facts.entity_days import Column, EntityDays
from uptake.metrics.core.metric import Asked, Param, Source
from uptake.metrics.parts.activity import ACTIVE, days_sql
from uptake.metrics.parts.population import present_sql
from uptake.metrics.parts.tallies import Tally, is_possible
from uptake.metrics.parts.windows import Window, are_many, counted, worked_out

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


def are_of_activity(asked: Asked) -> bool:
    """Whether what is asked is of activity, in windows whose days are all in the facts."""
    return is_possible(asked) and asked.param("active") in (None, ACTIVE)


def are_counted(asked: Asked, facts: Numbered, tally: Tally, came: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who is counted at the end of a period: those who came in its window, or everyone who was there.

    Args:
        asked: The question; has the parameter `among`.
        facts: The facts of its grain.
        tally: The period.
        came: Of everybody whether they came.
    """
    if asked.param("among") == "active":
        return came
    return facts.spans(asked.grain.present).just_before(tally.on_at, tally.everyone)


@dataclass(frozen=True)
class Counted:
    """What is counted of the active days in a window.

    Args:
        sql: SQL for it, over the days `d` of a window `p`.
        work: The same of columns in memory; None: only the engine can count it.
        within: SQL that follows the join of both, to leave out some days; `work` knows nothing of it.
    """

    sql: str
    work: Callable[[Window], Column] | None
    within: str = ""


DAYS = Counted("count(*)", lambda window: window.days)


def days_seen(
    asked: Asked,
    chosen: Any,  # noqa: ANN401 - a selector in any form
    window_days: int,
    what: Counted = DAYS,
) -> Source:
    """Rows (entity_key, period_on, counted, first_on), over `window_day`: what was done in each period's window.

    Args:
        asked: The question; with the parameter `among` set to present, everyone who was there has a row, with NULL
            for what was not done.
        chosen: A selector as the plan writes it, or `active`.
        window_days: How many days a window has.
        what: What is counted.
    """
    done = days_done(asked, chosen, window_days, what)
    if asked.param("among") == "active":
        return done
    everyone = f"""(SELECT e.entity_key, e.period_on, a.counted, a.first_on
        FROM ({present_sql(asked)}) e LEFT JOIN {done.sql} a
            ON a.entity_key = e.entity_key AND a.period_on IS NOT DISTINCT FROM e.period_on)"""
    return replace(done, sql=everyone)


def days_done(
    asked: Asked,
    chosen: Any,  # noqa: ANN401 - a selector in any form
    window_days: int,
    what: Counted = DAYS,
) -> Source:
    """The same rows, of those who did anything; arguments as of `days_seen`."""
    work = what.work

    def table(days: EntityDays) -> pa.Table:
        assert work is not None
        return counted(asked, days, window_days, lambda window: {"counted": work(window), "first_on": window.first_on})

    return worked_out(
        asked,
        asked.grain,
        chosen,
        "done",
        f"""SELECT d.entity_key, p.period_on, {what.sql} AS counted, min(d.day) AS first_on
        FROM window_day p JOIN ({days_sql(asked, chosen)}) d ON d.day = p.day {what.within} GROUP BY ALL""",
        table if work and are_many(asked) else None,
    )
