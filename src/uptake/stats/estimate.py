"""An estimate with its interval: the form in which every number leaves this package."""

from __future__ import annotations

from math import nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE_LEVEL: Final = 0.95
"""The level of every interval unless the caller names another: over many samples, at least about 95 % of the intervals
hold the true value. Two intervals that overlap may still belong to different true values; comparing is a test's
work."""

Floats = NDArray[np.float64]
"""An array of numbers in which nan stands for missing."""


class Estimate(NamedTuple):
    """One number, how many it rests on and how far it may be off.

    Args:
        n: How many entities or values the estimate rests on; 0 where there were none.
        estimate: The estimate in the unit of the metric (a share is 0..1); nan where it is undefined.
        ci_lower: Lower end of the interval, same unit; nan where the data set no lower limit.
        ci_upper: Upper end of the interval, same unit; nan where the data set no upper limit.

    >>> print(Estimate(n=10, estimate=0.7, ci_lower=0.39678, ci_upper=0.89221))
    0.7 (0.397 to 0.892, n = 10)
    """

    n: int | float
    estimate: float
    ci_lower: float
    ci_upper: float

    def __str__(self) -> str:
        return f"{self.estimate:.3g} ({self.ci_lower:.3g} to {self.ci_upper:.3g}, n = {self.n})"


class Estimates(NamedTuple):
    """Many estimates side by side: the fields of `Estimate`, each an array of the same shape.

    Args:
        n: How many entities each estimate rests on.
        estimate: The estimates; nan where undefined.
        ci_lower: Lower ends of the intervals.
        ci_upper: Upper ends of the intervals.
    """

    n: Floats
    estimate: Floats
    ci_lower: Floats
    ci_upper: Floats


def undefined(n: float = 0) -> Estimate:
    """The estimate of something that `n` entities do not define.

    Args:
        n: How many entities there were; most often none.

    Returns:
        An `Estimate` with that `n` and nan everywhere else.

    >>> undefined()
    Estimate(n=0, estimate=nan, ci_lower=nan, ci_upper=nan)
    """
    return Estimate(n, nan, nan, nan)
