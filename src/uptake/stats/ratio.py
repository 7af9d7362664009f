"""Ratios of sums and means of ratios: the delta method with the entity, not its events or days, as the unit.

One user's days resemble each other, so an interval that treats them as independent is too narrow. Here each entity
contributes one number, its influence: how far the estimate moves because the entity is in the sample.
"""

from __future__ import annotations

from math import exp, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from uptake.stats.distributions import t_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, undefined
from uptake.stats.inputs import Column, Sum, exact, numbers


def ratio(
    total_y: Sum | None,
    total_x: Sum | None,
    sum_yy: Sum | None,
    sum_xy: Sum | None,
    sum_xx: Sum | None,
    n: int,
    level: float = CONFIDENCE_LEVEL,
) -> Estimate:
    """Estimates the ratio of two totals over the same entities, such as sessions per active week.

    Args:
        total_y: Sum over entities of the numerator y.
        total_x: Sum over entities of the denominator x.
        sum_yy: Sum of y squared.
        sum_xy: Sum of x times y.
        sum_xx: Sum of x squared.
        n: How many entities were added. The sums are ignored where it is 0, as an empty sum is NULL.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        total_y / total_x in units of y per x, with an interval symmetric around it (Student's t, n - 1 degrees of
        freedom). nan where n is 0 or total_x is 0; an interval of nan for one entity.

    Raises:
        ValueError: If n is negative or a sum over at least one entity is missing or infinite.

    References:
        Cochran, W. G. (1977). Sampling Techniques, 3rd ed., section 6.4.
        Deng, A., Knoblich, U., Lu, J. (2018). Applying the delta method in metric analytics. KDD 2018.

    >>> print(ratio(total_y=9, total_x=6, sum_yy=35, sum_xy=22, sum_xx=14, n=3))
    1.5 (0.879 to 2.12, n = 3)
    """
    if n < 0:
        raise ValueError(f"A number of entities is not negative, but n is {n}.")
    if n == 0:
        return undefined()
    sums = (total_y, total_x, sum_yy, sum_xy, sum_xx)
    # integers are exact as they are, and a quarter of the time of fractions
    y, x, yy, xy, xx = (value if isinstance(value, int) else exact(value) for value in sums)
    if x == 0:
        return undefined(n)
    estimate = float(y / x)
    # rounded once: the quotient of two integers is as near as that of fractions
    residuals = float((yy * x * x - 2 * y * x * xy + y * y * xx) / (x * x))
    half_width = linearised_from_sums(n, max(residuals, 0.0) / float(x) ** 2, level)
    return Estimate(int(n), estimate, estimate - half_width, estimate + half_width)


def mean_of_ratios(numerators: ArrayLike, denominators: ArrayLike, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates the mean over periods of numerator / denominator, such as DAU / MAU averaged over thirty days.

    Args:
        numerators: Shape (entities, periods): what each entity adds to the numerator of each period.
        denominators: Same shape: what it adds to the denominator.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The mean of the ratios of the periods that have a denominator, with an interval symmetric around it. `n` counts
        the entities that add something anywhere. nan where no period has a denominator; an interval of nan for one
        entity.

    Raises:
        ValueError: If the arrays are not of one two-dimensional shape or a value is missing or infinite.

    >>> active_that_day = [[1, 1], [0, 1], [1, 0]]
    >>> active_that_month = [[1, 1], [1, 1], [1, 1]]
    >>> print(mean_of_ratios(active_that_day, active_that_month))
    0.667 (-0.0504 to 1.38, n = 3)
    """
    y, x = numbers(numerators), numbers(denominators)
    if y.shape != x.shape or y.ndim != 2:
        raise ValueError(f"Both arrays have the shape (entities, periods), not {y.shape} and {x.shape}.")
    n = int(np.count_nonzero((y != 0).any(axis=1) | (x != 0).any(axis=1)))
    total_y, total_x = y.sum(axis=0), x.sum(axis=0)
    if not np.isfinite(total_y).all() or not np.isfinite(total_x).all():
        raise ValueError("A value is missing or infinite; an entity that adds nothing to a period has 0 there.")
    defined = total_x != 0
    if not defined.any():
        return undefined(n)
    weights = 1 / (total_x[defined] * np.count_nonzero(defined))
    ratios = total_y[defined] / total_x[defined]
    influence = y[:, defined] @ weights - x[:, defined] @ (ratios * weights)
    estimate = float(ratios.mean())
    half_width = linearised_from_sums(n, float(influence @ influence), level)
    return Estimate(n, estimate, estimate - half_width, estimate + half_width)


def linearised(influence: Column, level: float = CONFIDENCE_LEVEL) -> float:
    """The half width of the interval of any estimate that is a smooth function of sums over entities.

    Args:
        influence: One number per entity: the derivative of the estimate with respect to the sums, times what the entity
            adds to them. For a ratio Y / X that is (y - x Y / X) / X. The influences add up to 0. Entities that add
            nothing to any sum are left out.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        Half the width of the interval, in the unit of the estimate; nan for fewer than two entities.

    Raises:
        ValueError: If an influence is missing or infinite.

    >>> round(linearised([0.1, -0.1, 0.05, -0.05]), 3)
    0.581
    """
    column = numbers(influence).ravel()
    if not np.isfinite(column).all():
        raise ValueError("An influence is missing or infinite; each entity of the sample has one.")
    return linearised_from_sums(int(column.size), float(column @ column), level)


def linearised_from_sums(n: int, total_squares: float, level: float = CONFIDENCE_LEVEL) -> float:
    """`linearised` where a database has added up the squares of the influences.

    Args:
        n: How many entities.
        total_squares: The sum of the squares of their influences.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        Half the width of the interval, in the unit of the estimate; nan for fewer than two entities.

    >>> round(linearised_from_sums(4, 0.025), 3)
    0.581
    """
    return t_critical(level, n - 1) * sqrt(total_squares * n / (n - 1)) if n > 1 else nan


def as_share(estimate: Estimate) -> Estimate:
    """Bends a symmetric interval into 0..1, for a ratio that cannot leave it, such as stickiness.

    The interval becomes symmetric on the scale of log odds, by the delta method again.

    Args:
        estimate: A ratio with a symmetric interval, as `ratio` and `mean_of_ratios` return it.

    Returns:
        The same estimate with an interval strictly inside 0..1; an interval of nan at exactly 0 or 1, where no entity
        differs from another and log odds are infinite.

    Raises:
        ValueError: If the estimate lies outside 0..1.

    >>> print(as_share(Estimate(n=30, estimate=0.1, ci_lower=-0.05, ci_upper=0.25)))
    0.1 (0.0206 to 0.37, n = 30)
    """
    share = estimate.estimate
    if share < 0 or share > 1:
        raise ValueError(f"{share:g} is not a share; count only in the numerator what the denominator counts too.")
    if share in (0, 1):
        return estimate._replace(ci_lower=nan, ci_upper=nan)
    odds_factor = exp(-(estimate.ci_upper - share) / (share * (1 - share)))
    return estimate._replace(
        ci_lower=share * odds_factor / (share * odds_factor + 1 - share),
        ci_upper=share / (share + (1 - share) * odds_factor),
    )
