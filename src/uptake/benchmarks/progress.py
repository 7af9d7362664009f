"""The way of accounts to their benchmark: week by week, and whether it was reached. Pure functions.

The goal stands still: every week is held against the benchmark as it is on the last day, by the type an account has then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Flags, Floats, trailing_sum

WEEKS = 26
"""Weeks that are looked back on."""


@dataclass(frozen=True)
class Reached:
    """Whether the target was reached, an entry per account.

    Args:
        first: The week in which it had held for long enough for the first time, by column; -1: in none.
        holds: Whether it was reached and last week is still at the target.
    """

    first: NDArray[np.int64]
    holds: NDArray[np.bool_]


def held(attainment: Floats, target: Floats, weeks: NDArray[np.int64]) -> Flags:
    """Whether the target had held for enough weeks running, by account and week.

    A week of which nothing is known breaks the row.

    Args:
        attainment: By account and week.
        target: Of each account.
        weeks: For how many weeks it has to hold, of each account.
    """
    is_there = at_target(attainment, target)
    found = np.zeros_like(is_there)
    for needed in np.unique(weeks).tolist():
        padded = np.concatenate([np.zeros((len(is_there), needed - 1), dtype=np.int64), is_there], axis=1)
        row = weeks == needed
        found[row] = trailing_sum(padded[row], needed, is_there.shape[1]) == needed
    return found


def at_target(attainment: Floats, target: Floats) -> Flags:
    """Whether accounts are at their target, by account and week."""
    return (attainment >= target[:, None]) & ~np.isnan(attainment)


def reached(attainment: Floats, target: Floats, weeks: NDArray[np.int64]) -> Reached:
    """Whether the target held for enough weeks running.

    Args:
        attainment: By account and week.
        target: Of each account.
        weeks: For how many weeks it has to hold, of each account.
    """
    long_enough = held(attainment, target, weeks)
    first = np.where(long_enough.any(axis=1), long_enough.argmax(axis=1), -1)
    return Reached(first, (first >= 0) & at_target(attainment, target)[:, -1])
