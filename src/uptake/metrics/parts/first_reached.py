"""How long it took everybody from their start to a first moment, counted from columns in memory."""

from __future__ import annotations

import numpy as np

from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.parts.clocks import InTime
from uptake.metrics.parts.cohorts import NOT_YET, Cohorts
from uptake.metrics.parts.crowds import NOT_REACHED, counted, crowd, seen_until
from uptake.metrics.parts.tallies import numbered


def first_reached(asked: Asked, started: str, reached: str) -> list[Row]:
    """How many got there after so long, and how many were last seen waiting, as life tables; by period and group.

    Args:
        asked: The question.
        started: SQL for (entity_key, reached_at): when the clock of each started; facts alone.
        reached: Likewise, when each got there.
    """
    facts, cohorts, clock = numbered(asked), Cohorts(asked), InTime()
    started_at, reached_at = (
        facts.told(f"SELECT entity_key, reached_at AS value FROM ({sql})", NOT_YET) for sql in (started, reached)
    )
    took = np.full(len(facts.everyone), NOT_REACHED)
    until = seen_until(asked, facts, started_at)
    there = np.flatnonzero((reached_at < until) & ~np.isnat(started_at))
    took[there] = clock.between(started_at[there], reached_at[there])
    found = counted(cohorts, crowd(asked, clock, cohorts, started_at, until), took)
    return [{**cohorts.names(place[0], group), **row} for place, (group, row) in sorted(found.items())]
