"""How well a score tells apart those to whom something happened and the others: the area under the ROC curve.

The area is the chance that, of one of each picked at random, the one it happened to has the higher score; those level
count half. 0.5 is a coin, 1 always right.
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from uptake.stats.distributions import normal_critical
from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate, Floats, undefined
from uptake.stats.inputs import Column, numbers

Flags = NDArray[np.bool_]
Groups = NDArray[np.int64]


def area(scores: Column, happened: Column, groups: Column | None = None, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates the area under the ROC curve.

    Args:
        scores: A score of each, higher where it should be likelier; who has none (None, nan) is left out.
        happened: Whether it happened, 0 or 1.
        groups: The group of each, a whole number. With groups only those of the same group are compared, and every such
            pair counts once: differences between groups have no part in it.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The area, 0..1, its interval, and of how many it is. All nan where it happened to all or to none (in every
        group); the interval nan where it happened to one alone (in any), and of no width at 0 and 1, where the
        data show no error at all.

    Raises:
        ValueError: If the columns are not of the same length, or `happened` has anything but 0 and 1.

    References:
        DeLong, E. R., DeLong, D. M., Clarke-Pearson, D. L. (1988). Comparing the areas under two or more correlated
        receiver operating characteristic curves: a nonparametric approach. Biometrics 44, 837-845.

    >>> print(area([0.9, 0.8, 0.4, 0.8, 0.3, 0.1], [1, 1, 1, 0, 0, 0]))
    0.833 (0.456 to 1, n = 6)
    """
    known, is_case, of = _read([numbers(scores)], happened, groups)
    found = _contrast(known, np.array([1.0]), is_case, of, level)
    lower, upper = np.clip((found.ci_lower, found.ci_upper), 0, 1).tolist()
    return found._replace(ci_lower=lower, ci_upper=upper)


def advantage(
    scores: Column, others: Column, happened: Column, groups: Column | None = None, level: float = CONFIDENCE_LEVEL
) -> Estimate:
    """By how much one score's area is larger than another's, of the same entities.

    The interval knows that both are of the same entities, so it is narrower than the two areas suggest.

    Args:
        scores: One score of each.
        others: The other; who lacks either is left out.
        happened: As for `area`.
        groups: As for `area`.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        The difference of the areas, -1..1, its interval, and of how many it is.

    Raises:
        ValueError: As for `area`.

    >>> print(advantage([3, 2, 2, 1], [1, 2, 3, 2], [1, 1, 0, 0]))
    0.75 (0.26 to 1.24, n = 4)
    """
    known, is_case, of = _read([numbers(scores), numbers(others)], happened, groups)
    return _contrast(known, np.array([1.0, -1.0]), is_case, of, level)


def _read(scores: list[Floats], happened: Column, groups: Column | None) -> tuple[Floats, Flags, Groups]:
    """Scores (a row each), whether it happened and the group of those who have every score."""
    case = numbers(happened)
    of = np.zeros(len(case)) if groups is None else numbers(groups)
    if len({len(column) for column in (*scores, case, of)}) > 1:
        raise ValueError("Scores, outcomes and groups are columns of the same length.")
    if not np.isin(case, (0, 1)).all():
        raise ValueError("An outcome is 0 (it did not happen) or 1 (it did); leave out those nobody knows of.")
    stacked = np.stack(scores)
    known = ~np.isnan(stacked).any(axis=0)
    return stacked[:, known], case[known] == 1, of[known].astype(np.int64)


def _contrast(scores: Floats, signs: Floats, is_case: Flags, groups: Groups, level: float) -> Estimate:
    """The sum of the areas with their signs, each pair of a case and another of its group counted once."""
    total, variance, pairs = 0.0, 0.0, 0
    for group in np.unique(groups):
        inside = groups == group
        cases, others = scores[:, inside & is_case], scores[:, inside & ~is_case]
        n = cases.shape[1] * others.shape[1]
        if not n:
            continue
        above = signs @ np.stack([_share_below(row, rest) for row, rest in zip(cases, others, strict=True)])
        below = signs @ np.stack([1 - _share_below(row, rest) for row, rest in zip(others, cases, strict=True)])
        total += n * float(above.mean())
        variance += n**2 * (_of_mean(above) + _of_mean(below))
        pairs += n
    if not pairs:
        return undefined(len(is_case))
    error = normal_critical(level) * variance**0.5 / pairs
    return Estimate(len(is_case), total / pairs, total / pairs - error, total / pairs + error)


def _share_below(values: Floats, others: Floats) -> Floats:
    """For each value the share of the others that are less, those level counted half."""
    ordered = np.sort(others)
    less, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return np.asarray((less + upto) / (2 * len(others)))


def _of_mean(values: Floats) -> float:
    """The variance of a mean; nan of a single value, which says nothing of it."""
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else nan
