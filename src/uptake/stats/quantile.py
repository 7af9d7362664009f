"""A quantile and its interval between two order statistics, which assumes nothing about the distribution."""

from __future__ import annotations

from math import ceil, nan

import numpy as np

from uptake.stats.distributions import binomial_quantile, tail
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, undefined
from uptake.stats.inputs import Column, numbers

HAIR = 1e-9
"""0.8 of 5 is 4, whatever floating point makes of it."""


def quantile_from_counts(values: Column, counts: Column, share: float, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates the smallest value that at least a share of all do not exceed.

    Args:
        values: The values that occur, finite, in any order and unit.
        counts: How often each occurs: whole numbers from 0 on, one per value.
        share: The share, between 0 and 1.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        One of the values, with the narrowest interval between two of them that leaves at most half of the rest on each
        side. All nan for no value; an end of nan where even the smallest, or the largest, value is not far enough.

    References:
        David, H. A., Nagaraja, H. N. (2003). Order Statistics, 3rd ed., section 7.1.

    >>> print(quantile_from_counts([1, 7, 30], [50, 40, 10], 0.8))
    7 (7 to 7, n = 100)
    """
    column, sizes = numbers(values).ravel(), numbers(counts).ravel()
    order = np.argsort(column, kind="stable")
    column, ranks = column[order], np.cumsum(sizes[order].astype(np.int64))
    n = int(ranks[-1]) if ranks.size else 0
    if n == 0:
        return undefined()

    def at_rank(rank: int) -> float:
        return float(column[np.searchsorted(ranks, rank)]) if 1 <= rank <= n else nan

    # of n values, so many do not exceed the true quantile; it lies above the first of them with the same certainty
    lower = binomial_quantile(tail(level), n, share)
    upper = binomial_quantile(1 - tail(level), n, share) + 1
    return Estimate(n, at_rank(max(1, ceil(n * share - HAIR))), at_rank(lower), at_rank(upper))
