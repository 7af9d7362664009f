"""How far a score that few users tell is drawn towards that of its peers. Pure functions.

An account's score is the mean of a sample, its users; with `v` the variance of such a mean and `t2` the variance of
true scores between accounts, the best guess is `weight * own + (1 - weight) * peers` with
`weight = 1 - (k - 3) / (k - 1) * v / (t2 + v)` among `k` peers, and it is off by about `sqrt(weight * v)`. The factor of
`k` keeps something of the own score where accounts seem not to differ at all (Morris 1983, "Parametric empirical Bayes
inference: theory and applications").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Floats

Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""
FEWEST_PEERS = 5
"""Accounts of a peer group below which nothing is known of the variance between them."""


@dataclass(frozen=True)
class Shrunk:
    """Scores of accounts, a row each, a column per day.

    Args:
        score: The score, drawn towards the peers'.
        lower: Lower end of its 95 % interval.
        upper: Upper end.
        weight: How much of it is the account's own, 0 to 1.
        peers: The mean of the peer group, of raw scores.
    """

    score: Floats
    lower: Floats
    upper: Floats
    weight: Floats
    peers: Floats


def known_for_sure(raw: Floats) -> Shrunk:
    """Scores that are of no sample: drawn nowhere, without an interval."""
    return Shrunk(raw, raw, raw, np.broadcast_to(1.0, raw.shape), raw)


def shrink(raw: Floats, variance: Floats, groups: NDArray[np.int64], *, drawn: bool = True) -> Shrunk:
    """Draws raw scores towards the mean of their group.

    Args:
        raw: Scores, nan where there is none.
        variance: The variance of each as the mean of a sample of users; 0: known for sure.
        groups: The peer group of each, of the same shape.
        drawn: Whether to; if not, only the interval is made.

    Returns:
        Nothing is drawn in a group of fewer than five accounts, or where accounts differ no more than samples would.
    """
    peers, weight = np.full_like(raw, np.nan), np.ones_like(raw)
    for day in range(raw.shape[1]):
        known = ~np.isnan(raw[:, day])
        for group in np.unique(groups[known, day]):
            chosen = known & (groups[:, day] == group)
            own, sampled = raw[chosen, day], variance[chosen, day]
            peers[chosen, day] = own.mean()
            if drawn and len(own) >= FEWEST_PEERS:
                between = max(0.0, float(own.var(ddof=1) - sampled.mean()))
                among = (len(own) - 3) / (len(own) - 1)
                with np.errstate(invalid="ignore", divide="ignore"):
                    weight[chosen, day] = np.where(sampled > 0, 1.0 - among * sampled / (between + sampled), 1.0)
    score = weight * raw + (1.0 - weight) * np.where(np.isnan(peers), raw, peers)
    error = Z * np.sqrt(weight * variance)
    return Shrunk(score, np.clip(score - error, 0, 100), np.clip(score + error, 0, 100), weight, peers)
