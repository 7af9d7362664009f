"""Shares of tries, several of which are of one entity: what one does resembles what it did before.

The entity is the unit, not its tries: an interval that takes tries for independent is too narrow.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import NamedTuple

from uptake.stats.estimate import CONFIDENCE_LEVEL, Estimate
from uptake.stats.inputs import exact
from uptake.stats.proportion import wilson
from uptake.stats.ratio import as_share, ratio


class Tries(NamedTuple):
    """What entities tried and what they got done, added up.

    Args:
        entities: How many tried at all.
        tries: Sum over entities of their tries.
        done: Sum of those that were done.
        done_done: Sum of the squares of what each got done.
        done_tries: Sum of what each got done times its tries.
        tries_tries: Sum of the squares of its tries.
    """

    entities: int
    tries: int
    done: int
    done_done: int
    done_tries: int
    tries_tries: int


def share_of_tries(of: Tries, level: float = CONFIDENCE_LEVEL) -> Estimate:
    """Estimates the share of tries that were done.

    Args:
        of: The sums.
        level: Confidence level of the interval, between 0 and 1.

    Returns:
        done / tries, 0..1, with an interval by linearisation over entities on the scale of log odds; where all or none
        were done, Wilson's on the number of entities, as at least so many tries are independent. `n` counts entities.
        nan where nobody tried; an interval of nan for one entity that did some and not all.

    >>> print(share_of_tries(Tries(entities=3, tries=6, done=3, done_done=5, done_tries=8, tries_tries=14)))
    0.5 (0.077 to 0.923, n = 3)
    """
    if not of.tries:
        return Estimate(of.entities, nan, nan, nan)
    if of.done in (0, of.tries):
        share = of.done / of.tries
        return Estimate(of.entities, share, *wilson(share * of.entities, of.entities, level)[2:])
    return as_share(ratio(of.done, of.tries, of.done_done, of.done_tries, of.tries_tries, of.entities, level))


class Crossed(NamedTuple):
    """Sums of products over entities that have tries of two sorts.

    Args:
        done_done: Done of the one times done of the other.
        done_tries: Done of the one times tries of the other.
        tries_done: Tries of the one times done of the other.
        tries_tries: Tries of the one times tries of the other.
    """

    done_done: int
    done_tries: int
    tries_done: int
    tries_tries: int


def correlation_of_shares(one: Tries, other: Tries, crossed: Crossed) -> float:
    """How the shares of two sorts of tries sway together because the same entities try both.

    Args:
        one: The tries of one sort.
        other: Those of the other.
        crossed: Products over the entities that have both.

    Returns:
        The correlation of the two estimates, -1..1; 0 where one of them does not vary, or nobody tries both.

    >>> correlation_of_shares(Tries(2, 4, 2, 4, 4, 8), Tries(2, 4, 2, 4, 4, 8), Crossed(4, 4, 4, 8))
    1.0
    """
    if not (one.tries and other.tries):
        return 0.0
    p, q = exact(one.done) / exact(one.tries), exact(other.done) / exact(other.tries)
    spread = _residuals(one) * _residuals(other)
    together = (
        crossed.done_done - q * crossed.done_tries - p * crossed.tries_done + p * q * crossed.tries_tries
    )  # the sum of (done - p tries) of the one times the same of the other
    return min(max(float(together) / sqrt(spread), -1.0), 1.0) if spread > 0 else 0.0


def _residuals(of: Tries) -> float:
    share = exact(of.done) / exact(of.tries)
    return float(of.done_done - 2 * share * of.done_tries + share * share * of.tries_tries)
