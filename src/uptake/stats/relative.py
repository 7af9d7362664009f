"""The difference of two shares relative to one of them, and its interval."""

from __future__ import annotations

from math import nan, sqrt

from uptake.stats.distributions import t_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate


def relative_difference_of_shares(
    one: tuple[int, int], other: tuple[int, int], level: float = CONFIDENCE_LEVEL
) -> Estimate:
    """Estimates by how much one share is above another, as a share of that other: experiments call it lift.

    The variance is by the delta method, the degrees of freedom are Welch's, of the two shares as they are.

    Args:
        one: How many did it, and of how many.
        other: The same of those it is held against.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        one / other - 1, from -1 up, with Student's t interval; `n` is that of both together. All nan where a side is
        empty or nobody of the other did it; an interval of nan where on a side nobody or everybody did it: the method
        sees no spread there.

    Raises:
        ValueError: If a count is negative or above its n.

    References:
        Deng, A., Knoblich, U., Lu, J. (2018). Applying the delta method in metric analytics. KDD '18, 233-242.
        Welch, B. L. (1947). The generalization of Student's problem when several different population variances are
        involved. Biometrika 34, 28-35.

    >>> print(relative_difference_of_shares((60, 100), (50, 100)))
    0.2 (-0.106 to 0.506, n = 200)
    """
    sizes = one[1], other[1]
    for count, n in (one, other):
        if not 0 <= count <= n:
            raise ValueError(f"{count} of {n}: a share is between none and all")
    if 0 in sizes or other[0] == 0:
        return Estimate(sum(sizes), nan, nan, nan)
    share, base = one[0] / one[1], other[0] / other[1]
    variances = share * (1 - share) / one[1], base * (1 - base) / other[1]
    half_width = nan
    if all(variances):
        relative = variances[0] / base**2 + share**2 * variances[1] / base**4
        half_width = t_critical(level, _freedom(variances, sizes)) * sqrt(relative)
    found = share / base - 1
    return Estimate(sum(sizes), found, found - half_width, found + half_width)


def _freedom(variances: tuple[float, float], sizes: tuple[int, int]) -> float:
    parts = sum(variance**2 / (n - 1) for variance, n in zip(variances, sizes, strict=True))
    return float(sum(variances) ** 2 / parts)
