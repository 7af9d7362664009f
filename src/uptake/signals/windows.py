"""Looking back from every day at once: pure functions of arrays whose rows are entities and columns days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.unsignedinteger[Any]]
Flags = NDArray[np.bool_]
Counts = NDArray[np.signedinteger[Any]]


def blank(n: int, days: int, value: Any = 0, dtype: Any = np.float64) -> NDArray[Any]:  # noqa: ANN401 - as numpy has it
    """An array of `n` entities and `days` days, day after day in memory, as all that are made of facts."""
    return np.full((days, n), value, dtype=dtype).T


def empty(n: int, days: int, dtype: Any = np.float64) -> NDArray[Any]:  # noqa: ANN401 - as numpy has it
    """The same to be written into, all of it."""
    return np.empty((days, n), dtype=dtype).T


def joined(flags: Sequence[Flags], join: np.ufunc) -> Flags:
    """Flags joined one after another: to lay them beside each other in memory first takes longer than to join them.

    >>> joined([np.array([[True, False]]), np.array([[True, True]])], np.logical_and)
    array([[ True, False]])
    """
    return reduce(join, flags)


def stacked(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Arrays one above the other, as a first axis; day after day in memory."""
    return np.stack([array.T for array in arrays]).transpose(0, 2, 1)


def taken(values: NDArray[Any], row: NDArray[np.int64], missing: Any) -> NDArray[Any]:  # noqa: ANN401 - as numpy has it
    """The rows of some numbers, day after day in memory; `missing` throughout for those below 0.

    >>> taken(np.array([[1, 2], [3, 4]]), np.array([1, -1]), missing=0)
    array([[3, 4],
           [0, 0]])
    >>> taken(np.zeros((0, 2)), np.array([-1]), missing=9)
    array([[9., 9.]])
    """
    if not len(values):  # there is nobody yet, and what is said of nobody is missing
        return np.full((values.shape[1], len(row)), missing, values.dtype).T
    made = np.take(values.T, np.maximum(row, 0), axis=1)
    made[:, row < 0] = missing
    return made.T


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
    daily = daily[:, daily.shape[1] - days - window + 1 :]
    if daily.dtype.kind == "f":  # added up anew for every day: what goes out of a running sum leaves a rest behind
        made = blank(len(daily), days)
        for back in range(window):
            made += daily[:, back : back + days]
        return made
    # flags add up to a number of days at most: what is narrow is quick
    wide = np.int16 if daily.dtype == np.bool_ else np.int32 if daily.dtype == np.int16 else daily.dtype
    made = empty(len(daily), days, dtype=wide)
    daily = daily.view(np.int8) if daily.dtype == np.bool_ else daily
    np.sum(daily[:, :window], axis=1, out=made[:, 0], dtype=made.dtype)
    for day in range(1, days):
        np.add(made[:, day - 1], daily[:, day + window - 1] - daily[:, day - 1], out=made[:, day])
    return made


def in_window(daily: NDArray[Any], window: int, days: int) -> Floats:
    """The sum over the window that ends with each day, as numbers."""
    return trailing_sum(daily, window, days).astype(np.float64, copy=False)


def trailing_or(daily: Bits, window: int, days: int) -> Bits:
    """The bits of the `window` days that end with each of the last `days` days, joined by or.

    >>> trailing_or(np.array([[1, 0, 2, 4]], dtype=np.uint64), window=3, days=2)
    array([[3, 6]], dtype=uint64)
    """
    return _joined(daily, window, days, np.bitwise_or)


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
    return _joined(daily, window, days, np.fmax)


def trailing_min(daily: Counts, window: int, days: int) -> Counts:
    """The lowest number of the `window` days that end with each of the last `days` days.

    >>> trailing_min(np.array([[5, 1, 2]]), window=2, days=2)
    array([[1, 1]])
    """
    return _joined(daily, window, days, np.minimum)


def _joined(daily: NDArray[Any], window: int, days: int, join: np.ufunc) -> NDArray[Any]:
    """Joins windows, by something that changes nothing when it is done twice.

    Windows overlap: the days that runs of them have in common are joined once, and what each has beside from both ends.
    """
    daily, made = daily[:, daily.shape[1] - days - window + 1 :], empty(len(daily), days, dtype=daily.dtype)
    for first in range(0, days, window):
        last = min(first + window, days) - 1
        joined = join.reduce(daily[:, last : first + window], axis=1)
        made[:, last] = joined
        for day in range(last - 1, first - 1, -1):
            made[:, day] = join(made[:, day + 1], daily[:, day])
        after = None
        for day in range(first + 1, last + 1):
            after = daily[:, day + window - 1] if after is None else join(after, daily[:, day + window - 1])
            made[:, day] = join(made[:, day], after)
    return made


def latest(did: Flags, before: Floats) -> Floats:
    """The last column up to each in which it was done, nan where it never was.

    Args:
        did: Whether it was done, per entity and day.
        before: The same of what lies before the first day, a column: negative numbers, or nan.

    >>> latest(np.array([[False, True, False]]), np.array([-7.0]))
    array([[-7.,  1.,  1.]])
    """
    made = empty(*did.shape)
    last = before
    for day in range(did.shape[1]):
        last = made[:, day] = np.where(did[:, day], float(day), last)
    return made


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
    made = blank(len(did), days, dtype=np.int16)
    next_ = np.full(len(did), width + window, dtype=np.int16)
    for day in range(width - 1, -1, -1):
        np.copyto(next_, np.int16(day), where=did[:, day])
        if day < days:
            np.minimum(next_ - np.int16(day), np.int16(window), out=made[:, day])
    return made


def known_or_0(values: Floats) -> Floats:
    """The values, 0 where they are nan."""
    return np.where(np.isnan(values), 0.0, values)


@dataclass(frozen=True)
class Runs:
    """Rows of the same group, one after another.

    Args:
        count: How many groups there are.
        inside: Which rows are in any.
        group: The group of each of these, ascending.
        ends: How many of them come before the end of each group.
    """

    count: int
    inside: slice | Flags
    group: NDArray[np.int64]
    ends: NDArray[np.int64]


def runs(groups: NDArray[np.int64], count: int) -> Runs:
    """The runs of rows.

    Args:
        groups: The group of each row, in ascending order but for negative ones, which belong to none.
        count: How many groups there are.
    """
    inside = groups >= 0
    chosen: slice | Flags = slice(None) if inside.all() else inside
    groups = groups[chosen]
    return Runs(count, chosen, groups, np.searchsorted(groups, np.arange(count), side="right"))


def means(values: Floats, of: Runs) -> tuple[Floats, Floats]:
    """The mean of the rows of each group, over those that have a value.

    Args:
        values: A value per row and day, nan where there is none.
        of: The groups.

    Returns:
        Means, nan where no row has a value, and how many have one; a row per group.
    """
    n, total = empty(of.count, values.shape[1]), empty(of.count, values.shape[1])
    for day in range(values.shape[1]):
        column = values[of.inside, day]
        is_missing = np.isnan(column)
        total[:, day] = _summed(np.where(is_missing, 0.0, column), of)
        known = np.cumsum(~is_missing, dtype=np.int32)
        n[:, day] = np.diff(np.append(np.int32(0), known)[of.ends], prepend=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / n, n


def sums(values: Floats | Flags, of: Runs) -> Floats:
    """The sum of the rows of each group, a row per group.

    Args:
        values: A value per row and day.
        of: The groups.
    """
    made = empty(of.count, values.shape[1])
    for day in range(values.shape[1]):
        made[:, day] = _summed(values[of.inside, day], of)
    return made


def _summed(column: NDArray[Any], of: Runs) -> Floats:
    """One after another, so that rows of 0 beside them change nothing, not even the last digit."""
    return np.bincount(of.group, weights=column, minlength=of.count).astype(np.float64, copy=False)
