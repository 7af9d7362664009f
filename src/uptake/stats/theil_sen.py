"""Straight lines through many short series at once, by the median of the slopes between all pairs of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""


@dataclass(frozen=True)
class Lines:
    """A line through each series; nan where fewer than two points are known.

    Args:
        n: How many points are known.
        slope: Change from one point to the next.
        lower: Lower end of the slope's 95 % interval.
        upper: Upper end.
        level: Where the line is at the last point.
    """

    n: NDArray[np.int64]
    slope: Floats
    lower: Floats
    upper: Floats
    level: Floats


def theil_sen(values: Floats) -> Lines:
    """Lines through series whose points are equally far apart.

    Args:
        values: A series per row, nan where a point is missing.

    References:
        Sen, P. K. (1968). Estimates of the regression coefficient based on Kendall's tau. Journal of the American
        Statistical Association 63; its interval, without a correction for ties, which makes it no narrower.

    >>> line = theil_sen(np.array([[1.0, 2.0, np.nan, 4.0, 9.0]]))
    >>> line.slope, line.level
    (array([1.5]), array([6.75]))
    """
    at = np.arange(values.shape[1], dtype=np.float64)
    first, second = np.triu_indices(values.shape[1], 1)
    slopes = np.sort((values[:, second] - values[:, first]) / (at[second] - at[first]), axis=1)  # nan comes last
    n = (~np.isnan(values)).sum(axis=1)
    pairs = n * (n - 1) // 2
    slope = _median(slopes, pairs)
    error = Z * np.sqrt(n * (n - 1) * (2 * n + 5) / 18.0)
    lowest = np.maximum(np.rint((pairs - error) / 2).astype(np.int64) - 1, 0)
    highest = np.minimum(np.rint((pairs + error) / 2).astype(np.int64), pairs - 1)
    above = np.sort(values - slope[:, None] * at, axis=1)
    level = _median(above, n) + slope * (values.shape[1] - 1)
    return Lines(n, slope, _picked(slopes, lowest, pairs), _picked(slopes, highest, pairs), level)


def _median(ordered: Floats, n: NDArray[Any]) -> Floats:
    return (_picked(ordered, (n - 1) // 2, n) + _picked(ordered, n // 2, n)) / 2


def _picked(ordered: Floats, at: NDArray[Any], n: NDArray[Any]) -> Floats:
    if not ordered.shape[1]:
        return np.full(len(ordered), np.nan)
    column = np.clip(at, 0, ordered.shape[1] - 1)[:, None]
    return np.where(n > 0, np.take_along_axis(ordered, column, axis=1)[:, 0], np.nan)
