"""The mean and its t interval, from values or from their sums."""

from __future__ import annotations

from math import nan, sqrt

from uptake.stats.distributions import t_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, undefined
from uptake.stats.inputs import Column, Sum, exact, present

ROUNDING = 1e-9
"""How far, relative to the sum of squares, float sums may contradict each other before they are taken for wrong."""


def mean_from_values(values: Column, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates the mean of the values that are there.

    Args:
        values: One number per entity, in any unit; missing ones (None, nan) are left out, not taken for 0.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The mean with Student's t interval, in the unit of the values; `n` counts the values that are there. All nan for
        none; an interval of nan for one, which says nothing about spread; of no width where all values are equal.

    Raises:
        ValueError: If a value is infinite.

    >>> print(mean_from_values([2, 4, None, 9]))
    5 (-3.96 to 14, n = 3)
    """
    column = present(values)
    if column.size == 0:
        return undefined()
    variance = float(column.var(ddof=1)) if column.size > 1 else nan
    return _t_interval(int(column.size), float(column.mean()), variance, level)


def mean_from_sums(n: int, total: Sum | None, total_squares: Sum | None, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates a mean from what a database has added up.

    The sums are subtracted as exact fractions. Integer sums therefore lose nothing; float sums are as good as their
    last digits, which matters only where the spread is less than a millionth of the mean.

    Args:
        n: How many values were added, missing ones left out.
        total: Their sum; ignored where n is 0, so that the NULL of an empty sum may be passed on.
        total_squares: The sum of their squares; likewise.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        What `mean_from_values` returns for the values behind the sums.

    Raises:
        ValueError: If n is negative, or a sum of at least one value is missing or infinite, or the sums contradict each
            other (n times the sum of squares is never below the square of the sum).

    >>> print(mean_from_sums(3, 15, 101))
    5 (-3.96 to 14, n = 3)
    """
    if n < 0:
        raise ValueError(f"A number of values is not negative, but n is {n}.")
    if n == 0:
        return undefined()
    mean = exact(total) / int(n)
    squares = exact(total_squares)
    deviations = float(squares - mean * mean * int(n))
    if deviations < -ROUNDING * abs(float(squares)):
        raise ValueError(
            f"No {n} values have the sum {total} and the sum of squares {total_squares}. "
            "Take both sums, and n, over the same values."
        )
    variance = max(deviations, 0.0) / (n - 1) if n > 1 else nan
    return _t_interval(int(n), float(mean), variance, level)


def _t_interval(n: int, mean: float, variance: float, level: float) -> Estimate:
    half_width = t_critical(level, n - 1) * sqrt(variance / n) if n > 1 else nan
    return Estimate(n, mean, mean - half_width, mean + half_width)
