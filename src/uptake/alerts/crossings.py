"""From the levels of everyone to alerts: where somebody goes beyond, having been clear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uptake.alerts.levels import CLEAR, OVER

Whole = NDArray[np.int64]
NEVER = -1


@dataclass(frozen=True)
class Crossings:
    """Alerts, an entry each, by key and day.

    Args:
        key: Whose.
        day: On which day it was crossed.
        cleared: The first day on which it was clear again; -1: not yet.
    """

    key: Whole
    day: Whole
    cleared: Whole


def crossings(key: Whole, begins: Whole, level: Whole, quiet_days: int = 0) -> Crossings:
    """Finds the alerts in spans of levels.

    Somebody crosses where a span of `OVER` begins, if they were clear since they were over last, or never were over and
    something is known of them from before. Days without a span change nothing.

    Args:
        key: Whose span it is, ascending.
        begins: First day of each span, ascending for each key.
        level: Its level.
        quiet_days: Days after an alert in which there is no other of the same.

    >>> found = crossings(*np.array([[1, 1, 1, 1], [0, 5, 7, 9], [CLEAR, OVER, CLEAR, OVER]]))
    >>> found.day.tolist(), found.cleared.tolist()
    ([5, 9], [7, -1])
    """
    at = np.arange(len(key))
    first = at[np.searchsorted(key, key)] if len(key) else at
    over, clear = (_last_before(at, level == which, first) for which in (OVER, CLEAR))
    is_armed = np.where(over == NEVER, at > first, clear > over)
    crossed = np.flatnonzero((level == OVER) & is_armed)
    crossed = crossed[_apart(key[crossed], begins[crossed], quiet_days)]
    return Crossings(key[crossed], begins[crossed], _next_clear(key, begins, level)[crossed])


def _last_before(at: Whole, chosen: NDArray[np.bool_], first: Whole) -> Whole:
    """For each span the last one before it, of the same key, that is chosen; -1 where there is none."""
    last = np.maximum.accumulate(np.where(chosen, at, NEVER))
    before = np.concatenate([[NEVER], last[:-1]]) if len(at) else last
    return np.where(before >= first, before, NEVER).astype(np.int64)


def _next_clear(key: Whole, begins: Whole, level: Whole) -> Whole:
    """For each span the first day from it on, of the same key, that is clear; -1 where there is none."""
    at = np.arange(len(key))
    following = np.minimum.accumulate(np.where(level == CLEAR, at, len(at))[::-1])[::-1]
    there = np.minimum(following, max(0, len(at) - 1))
    return np.where((following < len(at)) & (key[there] == key), begins[there], NEVER) if len(at) else at


def _apart(key: Whole, day: Whole, quiet_days: int) -> NDArray[np.bool_]:
    """Which of somebody's days lie at least so many days after the last that was chosen; all keys at once."""
    chosen = np.zeros(len(key), dtype=np.bool_)
    if not len(key):
        return chosen
    keys, first, count = np.unique(key, return_index=True, return_counts=True)
    last = np.full(len(keys), np.iinfo(np.int64).min // 2)
    for number in range(int(count.max())):
        there = np.flatnonzero(count > number)
        row = first[there] + number
        is_far = day[row] - last[there] >= quiet_days
        chosen[row[is_far]] = True
        last[there[is_far]] = day[row[is_far]]
    return chosen
