"""How many times as many: the ratio of two counts over the same entities."""

from __future__ import annotations

from math import exp, log, nan, sqrt

from uptake.stats.distributions import normal_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate


def matched_ratio(count: int, n: int, both: int, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates count / n where both count the same entities, each on one occasion.

    Args:
        count: How many did it the second time.
        n: How many did it the first time.
        both: How many did it both times.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The ratio, which may pass 1, with an interval by the delta method on its logarithm, one half added to each
        count so that it never shrinks to nothing, and widened to hold the ratio. All nan where n is 0.

    Raises:
        ValueError: If `both` is negative or above one of the counts.

    References:
        Agresti, A. (2013). Categorical Data Analysis, 3rd ed., section 11.1 (dependent proportions).

    >>> print(matched_ratio(60, 80, 50))
    0.75 (0.628 to 0.9, n = 80)
    """
    if not 0 <= both <= min(count, n):
        raise ValueError(f"{both} did it both times, of {count} and {n}.")
    if n == 0:
        return Estimate(0, nan, nan, nan)
    centre = log((count + 0.5) / (n + 0.5))
    deviation = sqrt((count + n - 2 * both + 1) / ((count + 0.5) * (n + 0.5)))
    half_width = normal_critical(level) * deviation
    ratio = count / n
    return Estimate(n, ratio, min(exp(centre - half_width), ratio), max(exp(centre + half_width), ratio))
