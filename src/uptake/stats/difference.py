"""The difference of two estimates and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, hypot, isnan, nan, sqrt

from uptake.stats.distributions import normal_critical, t_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate


def difference_of_shares(one: Estimate, other: Estimate, *, correlation: float = 0.0) -> Estimate:
    """Estimates by how much one share is above another.

    Each end of the interval is as far from the difference as the two ends it comes from are from their estimates, squared
    and added. With Wilson's intervals this is Newcombe's hybrid score interval. It holds as well for any two
    independent estimates whose intervals need not be symmetric.

    Args:
        one: A share with its interval.
        other: The share that is taken off.
        correlation: Of the two estimates, -1..1; 0 where they know nothing of each other.

    Returns:
        one - other in -1..1; `n` is that of both together. nan where either is undefined.

    References:
        Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
        Medicine 17, 873-890 (method 10).
        Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures. Statistics in Medicine 27.

    >>> from uptake.stats.proportion import wilson
    >>> print(difference_of_shares(wilson(56, 70), wilson(48, 80)))
    0.2 (0.0524 to 0.334, n = 150)
    """
    found = one.estimate - other.estimate
    lower = found - _apart(one.estimate - one.ci_lower, other.ci_upper - other.estimate, correlation)
    upper = found + _apart(one.ci_upper - one.estimate, other.estimate - other.ci_lower, correlation)
    return Estimate(one.n + other.n, found, lower, upper)


def _apart(one: float, other: float, correlation: float) -> float:
    return (
        sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0)) if correlation else hypot(one, other)
    )


def pvalue_of_difference(apart: Estimate, level: float = CONFIDENCE_LEVEL) -> float:
    """The probability of a difference at least this large if there were none.

    It is read from the end of the interval on the side of 0, as if the estimate were normal there.

    Args:
        apart: A difference with its interval.
        level: Confidence level of that interval, between 0 and 1.

    Returns:
        A two-sided p-value, 0..1, below 1 - level exactly where the interval leaves 0 out; nan without an interval.

    >>> round(pvalue_of_difference(Estimate(150, 0.2, 0.0524, 0.334)), 4)
    0.0079
    """
    end = apart.ci_lower if apart.estimate > 0 else apart.ci_upper
    if isnan(apart.estimate) or isnan(end):
        return nan
    if apart.estimate == 0:
        return 1.0
    deviation = abs(apart.estimate - end) / normal_critical(level)
    return erfc(abs(apart.estimate) / deviation / sqrt(2)) if deviation > 0 else 0.0


def adjusted_pvalues(pvalues: Sequence[float | None]) -> list[float]:
    """Adjusts p-values for how many comparisons were made.

    Args:
        pvalues: One of each comparison, 0..1; nan or None where there was no test.

    Returns:
        As many: taking those up to q for real is wrong in at most a share q of what is taken, on average. nan where
        there was no test.

    References:
        Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57, 289-300.

    >>> adjusted_pvalues([0.01, None, 0.5])
    [0.02, nan, 0.5]
    """
    # the same as SciPy's, whose module of tests takes a second to import
    places = [place for place, pvalue in enumerate(pvalues) if pvalue is not None and not isnan(pvalue)]
    places.sort(key=lambda place: pvalues[place] or 0.0, reverse=True)
    adjusted, least = [nan] * len(pvalues), 1.0
    for above, place in enumerate(places):
        least = min(least, (pvalues[place] or 0.0) * len(places) / (len(places) - above))
        adjusted[place] = least
    return adjusted


def difference_of_means(one: Estimate, other: Estimate, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates by how much one mean is above another, without taking their spreads for equal.

    Args:
        one: A mean with Student's t interval of the level, as `mean_from_sums` gives it.
        other: The mean that is taken off, likewise.
        level: Confidence level of all three intervals, between 0 and 1.

    Returns:
        one - other with Welch's interval; `n` is that of both together. An interval of nan where either mean has none.

    References:
        Welch, B. L. (1947). The generalization of Student's problem when several different population variances are
        involved. Biometrika 34, 28-35.

    >>> from uptake.stats.mean import mean_from_values
    >>> print(difference_of_means(mean_from_values([2, 4, 9, 5]), mean_from_values([1, 2, 3])))
    3 (-1.45 to 7.45, n = 7)
    """
    found = one.estimate - other.estimate
    variances = [_variance_of_mean(mean, level) for mean in (one, other)]
    variance = sum(variances)
    half_width = nan
    if variance == 0:
        half_width = 0.0
    elif variance > 0:
        freedom = variance**2 / sum(part**2 / (mean.n - 1) for part, mean in zip(variances, (one, other), strict=True))
        half_width = t_critical(level, freedom) * variance**0.5
    return Estimate(one.n + other.n, found, found - half_width, found + half_width)


def _variance_of_mean(mean: Estimate, level: float) -> float:
    if mean.n < 2:
        return nan
    return float(((mean.ci_upper - mean.ci_lower) / 2 / t_critical(level, mean.n - 1)) ** 2)
