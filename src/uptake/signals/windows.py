"""Looking back from every day at once: pure functions of arrays whose rows are entities and columns days."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.unsignedinteger[Any]]
Flags = NDArray[np.bool_]
Counts = NDArray[np.signedinteger[Any]]


def trailing_sum(daily: NDArray[Any], window: int, days: int) -> NDArray[Any]:
    """The sum of the `window` days that end with each of the last `days` days.

    Args:
        daily: A number, or a flag, per entity and day, at least `days + window - 1` columns; the last column is the last
            day.
        window: Days looked back on, the day itself included.
        days: Columns of the answer.

    >>> trailing_sum(np.array([[1, 0, 2, 3]]), window=2, days=3)
    array([[1, 2, 5]])
    """
    width = daily.shape[1]
    # flags add up to a number of days at most: what is narrow is quick
    total = np.zeros((daily.shape[0], width + 1), dtype=np.int16 if daily.dtype == np.bool_ else daily.dtype)
    np.cumsum(daily, axis=1, out=total[:, 1:])
    return total[:, width - days + 1 :] - total[:, width - days + 1 - window : width + 1 - window]


def trailing_or(daily: Bits, window: int, days: int) -> Bits:
    """The bits of the `window` days that end with each of the last `days` days, joined by or.

    >>> trailing_or(np.array([[1, 0, 2, 4]], dtype=np.uint64), window=3, days=2)
    array([[3, 6]], dtype=uint64)
    """
    return _doubled(daily, window, days, np.bitwise_or)


def number_of_bits(bits: Bits, mask: int) -> NDArray[np.uint8]:
    """How many of the bits that a mask has are set.

    >>> number_of_bits(np.array([[7, 4]], dtype=np.uint8), 6)
    array([[2, 1]], dtype=uint8)
    """
    narrow = bits.dtype.type(mask & int(np.iinfo(bits.dtype).max))
    number: NDArray[np.uint8] = np.bitwise_count(bits & narrow)
    return number


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


def latest(did: Flags, before: Floats) -> Floats:
    """The last column up to each in which it was done, nan where it never was.

    Args:
        did: Whether it was done, per entity and day.
        before: The same of what lies before the first day, a column: negative numbers, or nan.

    >>> latest(np.array([[False, True, False]]), np.array([-7.0]))
    array([[-7.,  1.,  1.]])
    """
    column = np.where(did, np.arange(did.shape[1], dtype=np.int16), np.int16(-1))
    np.maximum.accumulate(column, axis=1, out=column)
    return np.where(column >= 0, column, before[:, None])


def earliest(did: Flags, window: int, days: int) -> NDArray[np.int16]:
    """The place in the window that ends with each of the last `days` days of the first day on which it was done.

    Args:
        did: Whether it was done, `days + window - 1` columns.
        window: Days looked back on, the day itself included.
        days: Columns of the answer.

    Returns:
        0 for the first day of the window; `window` where it was not done.

    >>> earliest(np.array([[False, True, False, False]]), window=2, days=3)
    array([[1, 0, 2]], dtype=int16)
    """
    width = did.shape[1]
    column = np.where(did, np.arange(width, dtype=np.int16), np.int16(width + window))
    backwards = column[:, ::-1]
    np.minimum.accumulate(backwards, axis=1, out=backwards)
    return np.minimum(column[:, :days] - np.arange(days, dtype=np.int16), np.int16(window))


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
