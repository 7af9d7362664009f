"""A clock that counts sessions instead of time: what it says at an instant is how many had begun before.

A session that is running says nothing of whether it goes on, so what came later moves no reading.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Sql

COUNT = "session_count"
"""The relation of what the clock says from each instant on at which a session began."""


def counts_sql(grain: Grain) -> str:
    """SQL for (entity_key, started_at, sessions): how many sessions had begun by the instant, it included."""
    return f"""SELECT entity_key, started_at,
            sum(count(*)) OVER (PARTITION BY entity_key ORDER BY started_at)::INTEGER AS sessions
        FROM {grain.of("session")} GROUP BY entity_key, started_at"""


def in_sessions(sql: Sql, grain: Grain) -> Sql:
    """Rows of a duration with `sessions`, how many began from the start of the clock up to its end.

    Args:
        sql: The rows, with `stopped_at`. What was reached counts with the session it was reached in.
        grain: Whose sessions.
    """
    sql.relations[COUNT] = counts_sql(grain)
    sql.select = f"""
    SELECT d.* EXCLUDE (duration_s),
        greatest(coalesce(u.sessions, 0) - coalesce(b.sessions, 0), 0) AS sessions
    FROM (SELECT *, stopped_at + to_microseconds(is_reached::INT) AS until_at FROM ({sql.select})) d
    ASOF LEFT JOIN {COUNT} b ON b.entity_key = d.entity_key AND b.started_at < d.anchor_at
    ASOF LEFT JOIN {COUNT} u ON u.entity_key = d.entity_key AND u.started_at < d.until_at"""
    return sql


class SessionClock:
    """The same in memory.

    Args:
        facts: The facts of the grain.
        grain: The grain.
    """

    def __init__(self, facts: Numbered, grain: Grain) -> None:
        rows = facts.rows(f"SELECT entity_key, started_at FROM {grain.of('session')} ORDER BY entity_key, started_at")
        self._begins = np.searchsorted(rows.number, np.arange(len(facts.everyone) + 1))
        self._started = rows.values["started_at"]

    def before(self, who: NDArray[Any], at: NDArray[np.datetime64]) -> NDArray[np.int32]:
        """How many sessions of some entities, by number, had begun before an instant of each its own."""
        first = self._begins[who]
        low, high = first.copy(), self._begins[who + 1]
        # a binary search of all at once: each between its own rows
        while len(searched := np.flatnonzero(low < high)):
            middle = (low[searched] + high[searched]) // 2
            is_before = self._started[middle] < at[searched]
            low[searched[is_before]] = middle[is_before] + 1
            high[searched[~is_before]] = middle[~is_before]
        begun: NDArray[np.int32] = (low - first).astype(np.int32)
        return begun
