"""The median and its interval between two order statistics, which assumes nothing about the distribution."""

from __future__ import annotations

from bisect import bisect_right
from math import nan

import numpy as np

from uptake.stats.distributions import fair_coin_cdf, tail
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, undefined
from uptake.stats.inputs import Column, numbers, present


def median_from_values(values: Column, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates the median of the values that are there.

    Args:
        values: One number per entity, in any unit and order; missing ones (None, nan) are left out.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The median in the unit of the values (the middle of the two middle values for an even number of them) with the
        narrowest symmetric interval between two of the values that reaches the level. All nan for no value; an interval
        of nan where even the smallest and the largest value do not reach the level (fewer than 6 values for 0.95).

    Raises:
        ValueError: If a value is infinite.

    References:
        David, H. A., Nagaraja, H. N. (2003). Order Statistics, 3rd ed., section 7.1.

    >>> print(median_from_values([1, 2, 3, 5, 8, 13, 21]))
    5 (1 to 21, n = 7)
    """
    column = present(values)
    return median_from_counts(column, np.ones(column.size), level)


def median_from_counts(values: Column, counts: Column, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates a median from a histogram of single values.

    Args:
        values: The values that occur, finite, in any order, repeated or not.
        counts: How often each occurs: whole numbers from 0 on, one per value.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        What `median_from_values` returns for the values repeated as often as counted.

    Raises:
        ValueError: If a value is missing or infinite, or a count is not a whole number from 0 on, or there are not as
            many counts as values.

    >>> print(median_from_counts([0, 1, 2], [3, 90, 7]))
    1 (1 to 1, n = 100)
    """
    column, sizes = numbers(values).ravel(), numbers(counts).ravel()
    if column.shape != sizes.shape:
        raise ValueError(f"Each value needs one count, but there are {column.size} values and {sizes.size} counts.")
    if not np.isfinite(column).all():
        raise ValueError("A value is missing or infinite; a histogram has finite values only.")
    wrong = ~(np.isfinite(sizes) & (sizes >= 0) & (sizes == np.floor(sizes)))
    if wrong.any():
        raise ValueError(f"A count is a whole number from 0 on, not {sizes[wrong][0]:g}.")
    order = np.argsort(column, kind="stable")
    column, ranks = column[order], np.cumsum(sizes[order].astype(np.int64))
    n = int(ranks[-1]) if ranks.size else 0
    if n == 0:
        return undefined()

    def at_rank(rank: int) -> float:
        return float(column[np.searchsorted(ranks, rank)])

    below, above = at_rank((n + 1) // 2), at_rank(n // 2 + 1)
    rank = _lower_rank(n, level)
    limits = (at_rank(rank), at_rank(n + 1 - rank)) if rank else (nan, nan)
    return Estimate(n, below + (above - below) / 2, *limits)


def _lower_rank(n: int, level: float) -> int:
    """The largest rank that the median lies below with no more than the tail's probability; 0 if there is none."""
    return bisect_right(range(n // 2 + 1), tail(level), key=lambda heads: fair_coin_cdf(heads, n))
