"""When accounts will be at their benchmark if each goes on as in its own last weeks. Pure functions.

The straight line through the last weeks (the median of the slopes between all pairs of them) is carried on to the target; its
band lies between the lines of the slope's 95 % interval. Windows of neighbouring weeks share days, so the band is the
narrowest that can be meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uptake.signals.windows import Floats
from uptake.stats.theil_sen import theil_sen

FIT_WEEKS = 12
"""Weeks that a line is drawn through."""
FEWEST_WEEKS = 6
"""Known weeks of these below which no line is drawn."""
FARTHEST_DAYS = 730
"""Days beyond which a line says nothing."""


@dataclass(frozen=True)
class Paces:
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


def paces(attainment: Floats, target: Floats) -> Paces:
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
    return Paces(days, earliest, latest, tuple(why_not.tolist()))
