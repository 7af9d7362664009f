"""From a signal's values to 0..1: between a worst and a best value, or by rank among peers. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Floats

Groups = NDArray[np.int64]


def between(values: Floats, worst: float, best: float) -> Floats:
    """0 at the worst value and beyond, 1 at the best and beyond, straight in between; nan stays nan.

    >>> between(np.array([[0.0, 5.0, 20.0]]), worst=10.0, best=0.0)
    array([[1. , 0.5, 0. ]])
    """
    made = (values - worst) / (best - worst)
    np.maximum(made, 0.0, out=made)
    return np.minimum(made, 1.0, out=made)


def stepped(values: Floats, at: Sequence[float], worth: Sequence[float]) -> Floats:
    """What each value is worth by the band it lies in; an edge belongs to the band above, nan stays nan.

    Args:
        values: The values.
        at: Where each band begins, ascending; what is below the first is worth as much as in it.
        worth: What each is worth.

    >>> stepped(np.array([[-1.0, 2.9, 3.0, 50.0, np.nan]]), at=[0, 3, 10], worth=[0.1, 0.5, 1.0])
    array([[0.1, 0.1, 0.5, 1. , nan]])
    """
    band = np.searchsorted(at, values, side="right") - 1
    return np.where(np.isnan(values), np.nan, np.take(worth, np.maximum(band, 0)))


def ranked(values: Floats, groups: Groups) -> Floats:
    """The rank of each value among those of its group on its day, by middle ranks.

    0 for nothing (0 or less); else the share of those with anything that have less, half of those level with it
    included, the value itself among them.

    Args:
        values: A row per entity, a column per day; nan where there is none.
        groups: The group of each, of the same shape.

    >>> ranked(np.array([[0.0], [3.0], [3.0], [9.0]]), np.zeros((4, 1), dtype=np.int64)).ravel().round(2).tolist()
    [0.0, 0.33, 0.33, 0.83]
    """
    made = np.where(np.isnan(values), np.nan, 0.0)
    for day in range(values.shape[1]):
        row = np.flatnonzero(values[:, day] > 0)
        group = groups[row, day]
        if len(row) and (group == group[:1]).all():
            made[row, day] = _ranks(values[row, day])
            continue
        for one in np.unique(group):
            chosen = row[group == one]
            made[chosen, day] = _ranks(values[chosen, day])
    return made


def _ranks(values: Floats) -> Floats:
    """The share of some values that are less than each, half of those level with it included."""
    order = np.argsort(values)
    ordered = values[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, len(ordered))
    level = np.diff(ends, prepend=0)
    made = np.empty_like(values)
    made[order] = np.repeat((ends - level / 2) / len(values), level)
    return made
