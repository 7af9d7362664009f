"""A clock that counts sessions instead of time: what it says at an instant is how many had begun before.

A session that is running says nothing of whether it goes on, so what came later moves no reading.
"""

from __future__ import annotations

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


def used_sql(grain: Grain) -> str:
    """SQL for (entity_key, part, first_at, reading): first uses of features with what the clock said then."""
    return f"""SELECT l.entity_key, l.feature_key AS part, l.first_at, coalesce(s.sessions, 0) AS reading
        FROM {grain.life} l ASOF LEFT JOIN ({counts_sql(grain)}) s
            ON s.entity_key = l.entity_key AND s.started_at <= l.first_at"""


class SessionClock:
    """The same of everybody in memory.

    Args:
        facts: The facts of the grain.
        grain: The grain.
    """

    def __init__(self, facts: Numbered, grain: Grain) -> None:
        rows = facts.rows(f"SELECT * FROM ({counts_sql(grain)}) ORDER BY entity_key, started_at")
        self._begins = np.searchsorted(rows.number, np.arange(len(facts.everyone) + 1))
        self._started, self._sessions = rows.values["started_at"], rows.values["sessions"]

    def before(self, at: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """How many sessions of each entity, by number, had begun before an instant of its own; 0 where there is none."""
        low, high = self._begins[:-1].copy(), self._begins[1:].copy()
        # a binary search of everybody at once: each between its own rows
        while (is_open := low < high).any():
            middle = (low + high) // 2
            is_before = np.zeros(len(low), np.bool_)
            is_before[is_open] = self._started[middle[is_open]] < at[is_open]
            low = np.where(is_before, middle + 1, low)
            high = np.where(is_open & ~is_before, middle, high)
        found = np.zeros(len(low), np.int64)
        has_any = low > self._begins[:-1]
        found[has_any] = self._sessions[low[has_any] - 1]
        return found
