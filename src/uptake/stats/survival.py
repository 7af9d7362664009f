"""Time to something, while some are still waiting: Kaplan-Meier.

Who has not reached the value yet is censored at the time they were last seen waiting: neither dropped, which would
flatter the product, nor counted as never, which would slander it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.stats.distributions import normal_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, Floats, undefined
from uptake.stats.inputs import Column
from uptake.stats.life_table import Counts, LifeTable, from_counts, from_durations

ROUNDING = 1e-9
"""A product of fractions that should be one half may miss it in its last digits; this close, it is one half."""


Ends = tuple[Floats, Floats, Floats]
"""Estimates of several groups, and the lower and the upper ends of their intervals."""


class Curves(NamedTuple):
    """Kaplan-Meier curves of several groups, counted in one pass: in each column one stands behind the other.

    Args:
        times: As of `Survival`, and so are the others; each group has somebody.
        at_risk: Likewise.
        events: Likewise.
        edges: Where the curve of each group begins, then how long the columns are.
        survival: Likewise.
        ci_lower: Likewise.
        ci_upper: Likewise.
    """

    times: NDArray[Any]
    at_risk: Counts
    events: Counts
    edges: NDArray[np.integer]
    survival: Floats
    ci_lower: Floats
    ci_upper: Floats

    @classmethod
    def of(cls, tables: Sequence[LifeTable], level: float = CONFIDENCE_LEVEL) -> Curves:
        """Estimates the curves of life tables, one or more, each of somebody.

        Args:
            tables: The tables.
            level: Confidence level of the intervals, between 0 and 1.
        """
        edges = np.cumsum([0, *(table.times.size for table in tables)])
        times, at_risk, events = (np.concatenate(column) for column in zip(*tables, strict=True))
        waiting_after = at_risk - events
        survival = _along(np.cumprod, edges, waiting_after / at_risk)
        z_squared = normal_critical(level) ** 2

        # it has no value where a curve is 1 or 0; these ends are put right below
        with np.errstate(divide="ignore", invalid="ignore"):
            greenwood = _along(np.cumsum, edges, events / (at_risk * waiting_after))
            log = np.log(survival)
            stretch = np.exp(np.sqrt(z_squared * greenwood) / -log)
            lower, upper = np.exp(log * stretch), np.exp(log / stretch)

        certain = np.flatnonzero(survival == 1)
        lower[certain], upper[certain] = at_risk[certain] / (at_risk[certain] + z_squared), 1.0

        # Only the last step of a curve can end at 0: after it nobody is left.
        last, begins = edges[1:] - 1, edges[:-1]
        over, begins = last[survival[last] == 0], begins[survival[last] == 0]
        before = np.where(over > begins, upper[over - 1], 1.0)
        lower[over], upper[over] = 0.0, before * z_squared / (at_risk[over] + z_squared)
        return cls(times, at_risk, events, edges, survival, lower, upper)

    def one(self, number: int) -> Survival:
        """The curve of one group."""
        own = slice(self.edges[number], self.edges[number + 1])
        return Survival(
            self.times[own],
            self.at_risk[own],
            self.events[own],
            self.survival[own],
            self.ci_lower[own],
            self.ci_upper[own],
        )

    @property
    def n(self) -> Counts:
        """How many entities each curve describes."""
        everybody: Counts = self.at_risk[self.edges[:-1]]
        return everybody

    @property
    def reached(self) -> Counts:
        """How many of them reached it."""
        total: Counts = np.add.reduceat(self.events, self.edges[:-1])
        return total

    def reached_by(self, time: float) -> Ends:
        """For each group what `Survival.reached_by` says."""
        if not time >= 0:
            raise ValueError(f"A time to something is at least 0, not {time!r}.")
        begins, last = self.edges[:-1], self.edges[1:] - 1
        step = begins - 1 + np.add.reduceat(self.times <= time, begins, dtype=np.intp)
        is_known = (time <= self.times[last]) | (self.survival[last] == 0)
        waiting, lower, upper = (
            np.where(is_known, curve[step], nan) for curve in (self.survival, self.ci_lower, self.ci_upper)
        )
        return 1 - waiting, 1 - upper, 1 - lower

    def quantile(self, share: float) -> Ends:
        """For each group what `Survival.quantile` says."""
        if not 0 < share < 1:
            raise ValueError(f"The share of a quantile lies strictly between 0 and 1, not {share!r}.")
        waiting = (1 - share) * (1 + ROUNDING)
        return (
            self._first_time(self.survival, waiting),
            self._first_time(self.ci_lower, waiting),
            self._first_time(self.ci_upper, waiting),
        )

    def _first_time(self, curve: Floats, waiting: float) -> Floats:
        """The first time at which each has come down so far; nan where it does not."""
        down = np.append(np.flatnonzero(curve <= waiting), curve.size)
        first = down[np.searchsorted(down, self.edges[:-1])]
        return np.where(first < self.edges[1:], self.times.take(first, mode="clip"), nan)


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
        return self._only(self._alone().reached_by(time))

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
        return self._only(self._alone().quantile(share))

    def median(self) -> Estimate:
        """Estimates the time by which one half has reached it.

        Returns:
            `quantile(0.5)`.
        """
        return self.quantile(0.5)

    def _alone(self) -> Curves:
        edges = np.array([0, self.times.size] if self.n else [0])
        return Curves(self.times, self.at_risk, self.events, edges, self.survival, self.ci_lower, self.ci_upper)

    def _only(self, ends: Ends) -> Estimate:
        return Estimate(self.n, *(float(end[0]) for end in ends)) if self.n else undefined(0)


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
    if not table.times.size:
        return Survival(*table, *(np.empty(0) for _ in range(3)))
    return Curves.of([table], level).one(0)


def _along(accumulate: Callable[..., Floats], edges: NDArray[np.integer], values: Floats) -> Floats:
    """Accumulates the values of each group by themselves; in place."""
    for begin, end in pairwise(edges.tolist()):
        accumulate(values[begin:end], out=values[begin:end])
    return values
