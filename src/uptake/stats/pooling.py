"""One share for many cohorts: the mean row under a retention triangle.

The weighted mean asks about people (each counts the same), the simple mean about cohorts (each counts the same).
Cohorts whose period has not closed have no n yet and are left out of both; they are never counted as 0.
"""

from __future__ import annotations

import numpy as np

from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, Floats, undefined
from uptake.stats.inputs import Column, numbers
from uptake.stats.proportion import wilson


def weighted_mean(counts: Column, n: Column, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Pools the cohorts and estimates the share in the pool.

    Args:
        counts: How many of each cohort came back; missing (None, nan) where the cohort has not closed.
        n: How many of each cohort have closed; 0 or missing where none has.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The share of all closed members with Wilson's interval; `n` is their number. All nan where no cohort has closed.

    Raises:
        ValueError: If a count is negative or above its n.

    >>> print(weighted_mean([80, 1, None], [100, 10, None]))
    0.736 (0.647 to 0.81, n = 110)
    """
    count, size = _closed(counts, n)
    wilson(count, size, level)
    return wilson(float(count.sum()), float(size.sum()), level)


def simple_mean(counts: Column, n: Column, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Averages the shares of the cohorts, each with the same weight.

    The interval adds the distances from each share to the ends of its own Wilson interval as variances add. With one
    cohort it is Wilson's interval; it never leaves 0..1 and never shrinks to nothing because cohorts sit at 0 or 1.

    Args:
        counts: How many of each cohort came back; missing (None, nan) where the cohort has not closed.
        n: How many of each cohort have closed; 0 or missing where none has.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The mean of the shares of the closed cohorts; `n` is the number of their members. All nan where none has closed.

    Raises:
        ValueError: If a count is negative or above its n.

    References:
        Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
        Statistics in Medicine 27, 1693-1702.

    >>> print(simple_mean([80, 1, None], [100, 10, None]))
    0.45 (0.39 to 0.606, n = 110)
    """
    count, size = _closed(counts, n)
    if count.size == 0:
        return undefined()
    cohorts = wilson(count, size, level)
    mean = float(np.mean(cohorts.estimate))
    below = float(np.linalg.norm(cohorts.estimate - cohorts.ci_lower)) / count.size
    above = float(np.linalg.norm(cohorts.ci_upper - cohorts.estimate)) / count.size
    return Estimate(int(size.sum()), mean, mean - below, mean + above)


def _closed(counts: Column, n: Column) -> tuple[Floats, Floats]:
    count, size = np.broadcast_arrays(numbers(counts).ravel(), numbers(n).ravel())
    # Somebody counted in a cohort of nobody stays in, so that wilson refuses it.
    kept = ~np.isnan(count) & ~np.isnan(size) & ((size != 0) | (count != 0))
    return count[kept], size[kept]
