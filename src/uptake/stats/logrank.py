"""Do groups take equally long? The log-rank test."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.stats.distributions import chi_squared_tail
from uptake.stats.estimate import Floats
from uptake.stats.life_table import LifeTable
from uptake.stats.survival import Survival

NO_VARIANCE = 1e-12
"""Relative to the largest, a variance this small is rounding: the groups do not differ in that direction."""


class LogRank(NamedTuple):
    """The result of a log-rank test.

    Args:
        statistic: Chi-squared statistic, at least 0; nan where nothing can be compared.
        degrees_of_freedom: One less than the number of groups that could be compared; 0 where nothing can.
        pvalue: The probability of a statistic at least this large if all groups took equally long, 0..1; nan likewise.
    """

    statistic: float
    degrees_of_freedom: int
    pvalue: float


def logrank(groups: Sequence[Survival | LifeTable]) -> LogRank:
    """Tests whether groups share one distribution of the time to something.

    Args:
        groups: The curves, or the life tables, of two or more groups of different entities.

    Returns:
        The test over all groups. Groups in which nobody was at risk when anybody reached it compare with nothing and
        cost no degree of freedom; statistic and p-value are nan where fewer than two are left, or where all who were at
        risk reached it at the same time.

    Raises:
        ValueError: If there are fewer than two groups.

    References:
        Mantel, N. (1966). Evaluation of survival data and two new rank order statistics. Cancer Chemotherapy Reports
        50, 163-170.
        Kalbfleisch, J. D., Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data, 2nd ed., section 1.5.

    >>> from uptake.stats.survival import kaplan_meier
    >>> before = kaplan_meier([14, 15, 16, 20, 30], [1, 1, 1, 1, 0])
    >>> after = kaplan_meier([3, 5, 5, 6, 14], [1, 1, 1, 1, 0])
    >>> result = logrank([before, after])
    >>> round(result.statistic, 2), result.degrees_of_freedom, round(result.pvalue, 4)
    (4.55, 1, 0.033)
    """
    if len(groups) < 2:
        raise ValueError(f"A comparison needs two or more groups, not {len(groups)}.")
    # with counts it sorts, which is quicker than hashing where there are many
    times, _ = np.unique(np.concatenate([group.times[group.events > 0] for group in groups]), return_counts=True)
    at_risk = np.stack([_at_risk(group, times) for group in groups])
    events = np.stack([_events(group, times) for group in groups])
    return logrank_of_counts(at_risk, events)


def logrank_of_counts(at_risk: NDArray[Any], events: NDArray[Any]) -> LogRank:
    """The same test from counts at every time at which anybody of any group reached it.

    Args:
        at_risk: How many of each group were still waiting just before each time: (groups, times), whole numbers; somebody
            at every time.
        events: How many of each group reached it then: likewise.

    Returns:
        What `logrank` returns.

    >>> round(logrank_of_counts(np.array([[2, 1, 1], [2, 2, 1]]), np.array([[1, 0, 1], [0, 1, 0]])).statistic, 4)
    0.6154
    """
    all_at_risk, all_events = at_risk.sum(axis=0), events.sum(axis=0)
    shares = at_risk / all_at_risk
    excess = (events - shares * all_events).sum(axis=1)
    # Where one is left to reach it there is no variance; the maximum only keeps 0 / 0 away.
    spread = all_events * (all_at_risk - all_events) / np.maximum(all_at_risk - 1, 1)
    # not multiplied as matrices: that would take threads of its own
    covariance = -np.stack([(shares * (share * spread)).sum(axis=1) for share in shares])
    # Each row adds up to 0. A diagonal made from that stays exact where one group holds nearly all who are at risk.
    np.fill_diagonal(covariance, 0.0)
    np.fill_diagonal(covariance, -covariance.sum(axis=1))
    # So one direction never varies, nor does another for each group without comparison.
    variances, directions = np.linalg.eigh(covariance)
    kept = variances > NO_VARIANCE * variances[-1]
    degrees_of_freedom = int(np.count_nonzero(kept))
    if degrees_of_freedom == 0:
        return LogRank(nan, 0, nan)
    statistic = float(((excess @ directions[:, kept]) ** 2 / variances[kept]).sum())
    return LogRank(statistic, degrees_of_freedom, chi_squared_tail(statistic, degrees_of_freedom))


def _at_risk(group: Survival | LifeTable, times: Floats) -> Floats:
    return np.append(group.at_risk, 0)[np.searchsorted(group.times, times)].astype(np.float64)


def _events(group: Survival | LifeTable, times: Floats) -> Floats:
    happened = group.events > 0
    column = np.zeros(times.size)
    column[np.searchsorted(times, group.times[happened])] = group.events[happened]
    return column
