"""Time to something, while some are still waiting: Kaplan-Meier.

Who has not reached the value yet is censored at the time they were last seen waiting: neither dropped, which would
flatter the product, nor counted as never, which would slander it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from uptake.stats.distributions import normal_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, Floats, undefined
from uptake.stats.inputs import Column
from uptake.stats.life_table import Counts, LifeTable, from_counts, from_durations

ROUNDING = 1e-9
"""A product of fractions that should be one half may miss it in its last digits; this close, it is one half."""


@dataclass(frozen=True, eq=False)
class Survival:
    """A Kaplan-Meier curve, with a step at each time at which somebody reached it or was last seen waiting.

    Where 0 < survival < 1 the interval is the log-log one with Greenwood's variance. At the two ends that formula has
    no value, and the usual stand-in, an interval of no width, claims certainty after the first entity. Here, with r at
    risk: where survival is 1, `ci_lower` is Wilson's lower limit of r out of r; where survival is 0, `ci_upper` is the
    upper limit of the step before times Wilson's upper limit of 0 out of r.

    Args:
        times: Increasing times, the first is 0; same unit as the durations. Empty where there is nobody, as are the
            others.
        at_risk: How many were still waiting just before each time.
        events: How many reached it at each time.
        survival: Share still waiting just after each time, 0..1.
        ci_lower: Lower ends of its pointwise intervals, 0..1.
        ci_upper: Upper ends of its pointwise intervals, 0..1.
    """

    times: Floats
    at_risk: Counts
    events: Counts
    survival: Floats
    ci_lower: Floats
    ci_upper: Floats

    @property
    def n(self) -> int:
        """How many entities the curve describes."""
        return int(self.at_risk[0]) if self.at_risk.size else 0

    def reached_by(self, time: float) -> Estimate:
        """Estimates the share that has reached it by a time.

        Args:
            time: At least 0, in the unit of the durations.

        Returns:
            1 - survival with its interval, 0..1. All nan for nobody, and after the last time anybody was observed
            unless all had reached it by then: what happens later is not known yet.

        Raises:
            ValueError: If the time is negative or nan.
        """
        if not time >= 0:
            raise ValueError(f"A time to something is at least 0, not {time!r}.")
        if self.n == 0 or (time > self.times[-1] and self.survival[-1] > 0):
            return undefined(self.n)
        step = int(np.searchsorted(self.times, time, side="right")) - 1
        waiting, lower, upper = (float(curve[step]) for curve in (self.survival, self.ci_lower, self.ci_upper))
        return Estimate(self.n, 1 - waiting, 1 - upper, 1 - lower)

    def quantile(self, share: float) -> Estimate:
        """Estimates the time by which a share of all has reached it.

        Args:
            share: Strictly between 0 and 1; 0.5 is the median.

        Returns:
            The first time after which at most 1 - share are still waiting, in the unit of the durations; nan where the
            curve does not come down that far. The limits are the first times at which the lower and the upper end of
            the curve's interval come down that far: a lower limit of 0 or an upper limit of nan says that the data set
            none. There may be a lower limit where there is no estimate.

        Raises:
            ValueError: If the share is not strictly between 0 and 1.

        References:
            Brookmeyer, R., Crowley, J. (1982). A confidence interval for the median survival time. Biometrics 38,
            29-41.
        """
        if not 0 < share < 1:
            raise ValueError(f"The share of a quantile lies strictly between 0 and 1, not {share!r}.")
        waiting = (1 - share) * (1 + ROUNDING)

        def first_time(curve: Floats) -> float:
            is_down = curve <= waiting
            first = int(is_down.argmax()) if is_down.size else 0
            return float(self.times[first]) if is_down.size and is_down[first] else nan

        return Estimate(self.n, first_time(self.survival), first_time(self.ci_lower), first_time(self.ci_upper))

    def median(self) -> Estimate:
        """Estimates the time by which one half has reached it.

        Returns:
            `quantile(0.5)`.
        """
        return self.quantile(0.5)


def kaplan_meier(durations: Column, reached: Column, level: float = CONFIDENCE_LEVEL) -> Survival:
    """Estimates the curve from one duration per entity.

    Args:
        durations: How long each entity was observed until it reached the value or was last seen; at least 0, any unit.
        reached: Whether each reached it (true, 1) or was still waiting (false, 0).
        level: Confidence level of the intervals, between 0 and 1.

    Returns:
        The curve. Who is last seen waiting at the very time another reaches it counts as at risk at that time.

    Raises:
        ValueError: If a duration is negative, missing or infinite, or `reached` is not 0 or 1 for each duration.

    References:
        Kaplan, E. L., Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53, 457-481.
        Kalbfleisch, J. D., Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4.

    >>> curve = kaplan_meier([2, 3, 3, 5, 8, 8, 9, 12], [1, 1, 1, 0, 1, 1, 0, 0])
    >>> print(curve.median())
    8 (2 to nan, n = 8)
    >>> print(curve.reached_by(7))
    0.375 (0.139 to 0.771, n = 8)
    >>> print(curve.reached_by(14))
    nan (nan to nan, n = 8)
    """
    return _estimate(from_durations(durations, reached), level)


def kaplan_meier_from_counts(
    times: Column, events: Column, censored: Column, level: float = CONFIDENCE_LEVEL
) -> Survival:
    """Estimates the curve from entities that a database has counted by duration.

    Args:
        times: Durations, at least 0, in any unit and order, repeated or not.
        events: How many reached it after each: whole numbers from 0 on.
        censored: How many were last seen waiting after each: likewise.
        level: Confidence level of the intervals, between 0 and 1.

    Returns:
        What `kaplan_meier` returns for the entities behind the counts.

    Raises:
        ValueError: If a duration is negative, missing or infinite, a count is not a whole number from 0 on, or the
            columns differ in length.

    >>> print(kaplan_meier_from_counts([1, 2, 7], events=[40, 20, 0], censored=[0, 0, 40]).median())
    2 (1 to 2, n = 100)
    """
    return _estimate(from_counts(times, events, censored), level)


def _estimate(table: LifeTable, level: float) -> Survival:
    waiting_after = table.at_risk - table.events
    survival: Floats = np.cumprod(waiting_after / table.at_risk, dtype=np.float64)
    z_squared = normal_critical(level) ** 2
    lower, upper = np.zeros_like(survival), np.ones_like(survival)

    # a curve only falls: it is 1 at first, and 0 at last, if at all
    certain = slice(np.count_nonzero(survival == 1))
    lower[certain] = table.at_risk[certain] / (table.at_risk[certain] + z_squared)

    between = slice(certain.stop, np.count_nonzero(survival))
    greenwood = np.cumsum(table.events[between] / (table.at_risk[between] * waiting_after[between]))
    log = np.log(survival[between])
    stretch = np.exp(np.sqrt(z_squared * greenwood) / -log)
    lower[between], upper[between] = np.exp(log * stretch), np.exp(log / stretch)

    # Only the last step can end at 0: after it nobody is left.
    if survival.size and survival[-1] == 0:
        before = upper[-2] if survival.size > 1 else 1.0
        upper[-1] = before * z_squared / (table.at_risk[-1] + z_squared)
    return Survival(*table, survival, lower, upper)
