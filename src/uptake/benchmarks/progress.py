"""The way of accounts to their benchmark: week by week, whether it was reached, and when it will be. Pure functions.

The goal stands still: every week is held against the benchmark as it is on the last day, by the type an account has then.
A forecast is the straight line through the last weeks (the median of the slopes between all pairs of them), carried on to
the target; its band lies between the lines of the slope's 95 % interval. Windows of neighbouring weeks share days, so the band is
the narrowest that can be meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Floats, trailing_sum
from uptake.stats.theil_sen import theil_sen

WEEKS = 26
"""Weeks that are looked back on."""
FIT_WEEKS = 12
"""Weeks that a forecast is made of."""
FEWEST_WEEKS = 6
"""Known weeks of these below which nothing is forecast."""
FARTHEST_DAYS = 730
"""Days beyond which a forecast says nothing."""


@dataclass(frozen=True)
class Reached:
    """Whether the target was reached, an entry per account.

    Args:
        first: The week in which it had held for long enough for the first time, by column; -1: in none.
        holds: Whether it was reached and last week is still at the target.
    """

    first: NDArray[np.int64]
    holds: NDArray[np.bool_]


def reached(attainment: Floats, target: NDArray[np.float64], weeks: NDArray[np.int64]) -> Reached:
    """Whether the target held for enough weeks running. A week of which nothing is known breaks the row.

    Args:
        attainment: By account and week.
        target: Of each account.
        weeks: For how many weeks it has to hold, of each account.
    """
    is_there = (attainment >= target[:, None]) & ~np.isnan(attainment)
    first = np.full(len(attainment), -1, dtype=np.int64)
    for needed in np.unique(weeks).tolist():
        padded = np.concatenate([np.zeros((len(is_there), needed - 1), dtype=np.int64), is_there], axis=1)
        held = trailing_sum(padded, needed, is_there.shape[1]) == needed
        first = np.where((weeks == needed) & held.any(axis=1), held.argmax(axis=1), first)
    return Reached(first, (first >= 0) & is_there[:, -1])


@dataclass(frozen=True)
class Forecast:
    """When the target will be reached, in days from the last week's end; nan where that cannot be said.

    Args:
        days: By the line itself.
        earliest: By the steepest line of the interval.
        latest: By the flattest; nan: by that it is never reached.
        why_not: Why there is none; empty where there is one.
    """

    days: Floats
    earliest: Floats
    latest: Floats
    why_not: tuple[str, ...]


def forecast(attainment: Floats, target: NDArray[np.float64]) -> Forecast:
    """When each account will be at its target, if it goes on as in the last weeks.

    Args:
        attainment: By account and week.
        target: Of each account.
    """
    line = theil_sen(attainment[:, -FIT_WEEKS:])
    missing = np.maximum(target - line.level, 0.0)

    def in_days(slope: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(slope > 0, np.ceil(np.round(7.0 * missing / slope, 6)), np.nan)

    days = in_days(line.slope)
    why_not = np.select(
        [line.n < FEWEST_WEEKS, ~(line.slope > 0), days > FARTHEST_DAYS],
        ["too few weeks", "not rising", "more than two years"],
        "",
    )
    is_said = why_not == ""
    latest = in_days(line.lower)
    latest[latest > FARTHEST_DAYS] = np.nan
    days, earliest, latest = (np.where(is_said, found, np.nan) for found in (days, in_days(line.upper), latest))
    return Forecast(days, earliest, latest, tuple(why_not.tolist()))
