"""Looking back from every day at once: pure functions of arrays whose rows are entities and columns days."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.signedinteger[Any]]


def trailing_sum(daily: NDArray[Any], window: int, days: int) -> NDArray[Any]:
    """The sum of the `window` days that end with each of the last `days` days.

    Args:
        daily: A number per entity and day, at least `days + window - 1` columns; the last column is the last day.
        window: Days looked back on, the day itself included.
        days: Columns of the answer.

    >>> trailing_sum(np.array([[1, 0, 2, 3]]), window=2, days=3)
    array([[1, 2, 5]])
    """
    width = daily.shape[1]
    total = np.zeros((daily.shape[0], width + 1), dtype=daily.dtype)
    np.cumsum(daily, axis=1, out=total[:, 1:])
    return total[:, width - days + 1 :] - total[:, width - days + 1 - window : width + 1 - window]


def trailing_or(daily: Bits, window: int, days: int) -> Bits:
    """The bits of the `window` days that end with each of the last `days` days, joined by or.

    >>> trailing_or(np.array([[1, 0, 2, 4]], dtype=np.uint64), window=3, days=2)
    array([[3, 6]], dtype=uint64)
    """
    return _doubled(daily, window, days, np.bitwise_or)


def trailing_max(daily: Floats, window: int, days: int) -> Floats:
    """The highest value of the `window` days that end with each of the last `days` days; nan where there is none.

    >>> trailing_max(np.array([[5.0, np.nan, 2.0]]), window=2, days=2)
    array([[5., 2.]])
    """
    return _doubled(daily, window, days, np.fmax)


def _doubled(daily: NDArray[Any], window: int, days: int, join: np.ufunc) -> NDArray[Any]:
    """Joins windows like powers: 8 days are two runs of 4. The last step may overlap, which must change nothing."""
    joined, covered = daily, 1
    while covered < window:
        step = min(covered, window - covered)
        joined = join(joined[:, step:], joined[:, :-step])
        covered += step
    return joined[:, joined.shape[1] - days :]


def latest(at: Floats, before: Floats) -> Floats:
    """The last value up to each day, nan where there was none.

    Args:
        at: A value per entity and day, nan where there is none.
        before: The last value before the first day, a column; nan where there is none.

    >>> latest(np.array([[np.nan, 2.0, np.nan]]), np.array([7.0]))
    array([[7., 2., 2.]])
    """
    whole = np.concatenate([before[:, None], at], axis=1)
    column = np.where(np.isnan(whole), 0, np.arange(whole.shape[1]))
    np.maximum.accumulate(column, axis=1, out=column)
    return np.take_along_axis(whole, column, axis=1)[:, 1:]


def means(values: Floats, groups: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """The mean of the rows of each group, over those that have a value.

    Args:
        values: A value per row and day, nan where there is none.
        groups: The group of each row, in ascending order but for negative ones, which belong to none.
        count: How many groups there are.

    Returns:
        Means, nan where no row has a value, and how many have one; a row per group.
    """
    known = ~np.isnan(values)
    n = sums(known.astype(np.float64), groups, count)
    total = sums(np.where(known, values, 0.0), groups, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / n, n


def sums(values: Floats, groups: NDArray[np.int64], count: int) -> Floats:
    """The sum of the rows of each group, a row per group.

    Args:
        values: A value per row and day.
        groups: The group of each row, in ascending order but for negative ones, which belong to none.
        count: How many groups there are.
    """
    inside = groups >= 0
    if not inside.all():
        values, groups = values[inside], groups[inside]
    made = np.zeros((count, values.shape[1]))
    begins = np.flatnonzero(np.diff(groups, prepend=-1))
    if len(begins):
        made[groups[begins]] = np.add.reduceat(values, begins, axis=0)
    return made
