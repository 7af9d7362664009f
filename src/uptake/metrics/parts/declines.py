"""When use began to fall before a silence, worked out from active days in memory: no row for each interval of a life."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uptake.facts.entity_days import Column, EntityDays
from uptake.metrics.parts.adopted import habits


def declines(
    days: EntityDays, silent_days: int, interval_days: int, most_intervals: int, quantile: float, decay: float
) -> pa.Table:
    """Rows (entity_key, churned_on, decay_on) for everyone who had a habit and then fell silent.

    Use is the number of active days in each of the usage intervals before leaving, counted backwards, those without any
    included.

    Args:
        days: The active days.
        silent_days: Days without activity that are leaving.
        interval_days: Days of a usage interval.
        most_intervals: How many intervals are looked at.
        quantile: The quantile of use that is usual.
        decay: The share of usual use below which it has fallen.
    """
    begin, last = _silences(days, silent_days, interval_days)
    churned = days.day[last].astype(np.int32) + silent_days
    lived = np.minimum((churned - days.day[begin]) // interval_days, most_intervals)
    silence, ago, uses = _uses(days, begin, last, (churned - 1), lived, interval_days)
    usual = _quantile(silence, uses, lived, quantile)
    is_usual = (usual[silence] > 0) & (uses >= decay * usual[silence])
    began = np.full(len(last), -1)
    began[silence[is_usual]] = ago[is_usual]  # the later the nearer, and the last one stays
    told = np.flatnonzero(began >= 0)
    return pa.table(
        {
            "entity_key": days.entity[last][told],
            "churned_on": churned[told].astype("M8[D]"),
            "decay_on": (churned - began * interval_days)[told].astype("M8[D]"),
        }
    )


def _silences(days: EntityDays, silent_days: int, interval_days: int) -> tuple[Column, Column]:
    """For each silence after a habit, the places of the entity's first day and of the last one before the silence."""
    is_first = np.ones(len(days.entity), np.bool_)
    np.not_equal(days.entity[1:], days.entity[:-1], out=is_first[1:])
    is_last = np.append(is_first[1:], True)[: len(is_first)]
    gap = np.diff(days.day.astype(np.int32), append=0)
    last = np.flatnonzero(is_last | (gap > silent_days))
    number = np.cumsum(is_first) - 1
    had_habit = np.full(number[-1] + 1 if len(number) else 0, np.iinfo(np.int32).max, np.int32)
    rows, habit_on = habits(days, interval_days)
    had_habit[number[rows]] = habit_on
    last = last[had_habit[number[last]] < days.day[last].astype(np.int32) + silent_days]
    return np.flatnonzero(is_first)[number[last]], last


def _uses(
    days: EntityDays, begin: Column, last: Column, until: Column, lived: Column, interval_days: int
) -> tuple[Column, Column, Column]:
    """The intervals with use: of which silence, how many intervals before it, and on how many days.

    Those of a silence come from the oldest on.
    """
    sizes = last - begin + 1
    silence = np.repeat(np.arange(len(last)), sizes)
    place = np.arange(len(silence)) + np.repeat(begin - np.cumsum(sizes) + sizes, sizes)
    ago = (until[silence] - days.day[place]) // interval_days
    is_within = ago < lived[silence]
    silence, ago = silence[is_within], ago[is_within]
    is_new = np.ones(len(ago), np.bool_)
    is_new[1:] = (silence[1:] != silence[:-1]) | (ago[1:] != ago[:-1])
    begins = np.flatnonzero(is_new)
    return silence[begins], ago[begins], np.diff(begins, append=len(ago))


def _quantile(silence: Column, uses: Column, lived: Column, quantile: float) -> Column:
    """The interpolated quantile of the use of each silence; intervals without use are not among the uses given."""
    most = int(uses.max()) + 1 if len(uses) else 1
    ordered = np.sort(silence * most + uses) % most
    used = np.bincount(silence, minlength=len(lived))
    begins = np.cumsum(used) - used
    place = np.maximum(lived - 1, 0) * quantile

    def at(index: Column) -> Column:
        own = index - (lived - used)
        is_used = (own >= 0) & (used > 0)
        found = np.zeros(len(lived))
        found[is_used] = ordered[(begins + own)[is_used]]
        return found

    low, high = at(np.floor(place).astype(np.int64)), at(np.ceil(place).astype(np.int64))
    result: Column = low + (high - low) * (place - np.floor(place))
    return result
