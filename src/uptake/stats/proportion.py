"""A share and Wilson's interval, which stays inside 0..1 and is honest where few, none or all did it."""

from __future__ import annotations

from typing import overload

import numpy as np

from uptake.stats.distributions import normal_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, Estimates, Floats
from uptake.stats.inputs import Column, Number, numbers


@overload
def wilson(count: Number, n: Number, level: float = CONFIDENCE_LEVEL) -> Estimate: ...
@overload
def wilson(count: Column, n: Column | Number, level: float = CONFIDENCE_LEVEL) -> Estimates: ...
@overload
def wilson(count: Number, n: Column, level: float = CONFIDENCE_LEVEL) -> Estimates: ...
def wilson(count: Column | Number, n: Column | Number, level: float = CONFIDENCE_LEVEL) -> Estimate | Estimates:
    """Estimates the share of entities that did something.

    Args:
        count: How many did it, of those in `n`; one number or an array.
        n: How many could have; one number or an array that broadcasts against `count`.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        An `Estimate` for two numbers, `Estimates` of the broadcast shape for arrays. Shares are 0..1. All nan where n
        is 0 or a value is missing; the interval starts exactly at 0 where count is 0 and ends exactly at 1 where count
        equals n.

    Raises:
        ValueError: If a count is negative or above its n. A share above 100 % means that the numerator counts
            someone the denominator does not; it is never clipped.

    References:
        Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
        Brown, L. D., Cai, T. T., DasGupta, A. (2001). Interval estimation for a binomial proportion.
        Statistical Science 16, 101-133.

    >>> print(wilson(7, 10))
    0.7 (0.397 to 0.892, n = 10)
    >>> print(wilson(0, 10))
    0 (0 to 0.278, n = 10)
    >>> wilson([7, 0, 0], [10, 10, 0]).ci_upper.round(3)
    array([0.892, 0.278,   nan])
    """
    counts, sizes = np.broadcast_arrays(numbers(count), numbers(n))
    _check(counts, sizes)
    z = normal_critical(level)
    size = np.where(sizes > 0, sizes, np.nan)
    share = counts / size
    centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half_width = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2)
    # Within rounding the share lies inside its interval; clipping to it makes both ends exact at 0 and at 1.
    lower = np.clip(centre - half_width, 0, share)
    upper = np.clip(centre + half_width, share, 1)
    if counts.ndim == 0:
        whole = int(sizes) if float(sizes).is_integer() else float(sizes)
        return Estimate(whole, float(share), float(lower), float(upper))
    return Estimates(sizes.copy(), share, lower, upper)


def _check(counts: Floats, sizes: Floats) -> None:
    wrong = (counts < 0) | (sizes < 0) | (counts > sizes) | np.isinf(sizes)
    if wrong.any():
        count, n = counts[wrong].flat[0], sizes[wrong].flat[0]
        raise ValueError(
            f"{count:g} of {n:g} is not a share; a count lies between 0 and n. "
            "Count only entities in the numerator that the denominator counts too."
        )
