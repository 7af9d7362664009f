"""The distributions that intervals and tests are read from.

`scipy.special` is imported at the first call that needs it: it would add about 0.3 s and 30 MB to every start of the
program.
"""

from __future__ import annotations

from bisect import bisect_left
from statistics import NormalDist


def normal_critical(level: float) -> float:
    """How many standard errors an interval reaches to each side.

    Args:
        level: Confidence level, between 0 and 1.

    Returns:
        The (1 + level) / 2 quantile of the standard normal distribution.

    Raises:
        ValueError: If the level is not strictly between 0 and 1.

    >>> round(normal_critical(0.95), 6)
    1.959964
    """
    return NormalDist().inv_cdf(1 - tail(level))


def t_critical(level: float, degrees_of_freedom: float) -> float:
    """`normal_critical` where the standard error itself was estimated from few values.

    Args:
        level: Confidence level, between 0 and 1.
        degrees_of_freedom: Of the standard error, above 0.

    Returns:
        The (1 + level) / 2 quantile of Student's t distribution.

    Raises:
        ValueError: If the level is not strictly between 0 and 1.

    >>> round(t_critical(0.95, 9), 6)
    2.262157
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, 1 - tail(level)))


def fair_coin_cdf(heads: int, tosses: int) -> float:
    """The probability of at most `heads` heads in `tosses` tosses of a fair coin.

    Args:
        heads: From 0 to `tosses`.
        tosses: At least 1.

    Returns:
        A probability, 0..1.

    >>> fair_coin_cdf(1, 3)
    0.5
    """
    from scipy.special import bdtr

    return float(bdtr(heads, tosses, 0.5))


def binomial_quantile(probability: float, trials: int, share: float) -> int:
    """The smallest number of successes that is not exceeded with a probability.

    Args:
        probability: Between 0 and 1.
        trials: At least 1.
        share: Probability of a success in one trial, 0..1.

    Returns:
        From 0 to `trials`.

    >>> binomial_quantile(0.5, 10, 0.8)
    8
    """
    from scipy.special import bdtr

    return bisect_left(range(trials), probability, key=lambda successes: float(bdtr(successes, trials, share)))


def chi_squared_tail(statistic: float, degrees_of_freedom: int) -> float:
    """The probability that a chi-squared variable exceeds the statistic.

    Args:
        statistic: At least 0; nan gives nan.
        degrees_of_freedom: At least 1.

    Returns:
        A probability, 0..1.

    >>> round(chi_squared_tail(3.841459, 1), 6)
    0.05
    """
    from scipy.special import chdtrc

    return float(chdtrc(degrees_of_freedom, statistic))


def tail(level: float) -> float:
    """The probability left outside on each side of an interval.

    Args:
        level: Confidence level, between 0 and 1.

    Returns:
        (1 - level) / 2.

    Raises:
        ValueError: If the level is not strictly between 0 and 1.

    >>> round(tail(0.95), 6)
    0.025
    """
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies strictly between 0 and 1, not {level!r}; 95 % is 0.95.")
    return (1 - level) / 2
