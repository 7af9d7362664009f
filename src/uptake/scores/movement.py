"""How much of a rank's movement is somebody's own, and how much that of the peers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.scores.scored import Ranks, Scored
from uptake.signals.windows import Floats


def against_earlier(before: Scored, after: Scored, row: int) -> Floats:
    """Somebody's components as they are now, ranks among the peers as these were before.

    Args:
        before: The scores of an earlier day.
        after: Those of the later day, of the same entities.
        row: Whose.

    Returns:
        A value per component, 0 to 1; those that are no ranks as they are.
    """
    held = after.values[:, row, -1].copy()
    for number, ranks in after.ranks.items():
        earlier = before.ranks[number]
        own = np.flatnonzero((ranks.row == row) & ~np.isnan(ranks.values[:, -1]))
        if len(own):
            held[number] = _ranks_then(earlier, ranks.values[own, -1], ranks.groups[own, -1], own).mean()
    return held


def _ranks_then(earlier: Ranks, values: Floats, groups: NDArray[np.int64], places: NDArray[np.intp]) -> Floats:
    """The rank that each of some values would have had among the peers of the earlier day, in the place of its own then."""
    was = earlier.values[:, -1]
    then = np.where(np.isnan(was[places]), groups, earlier.groups[places, -1])
    made = np.zeros(len(values))
    for group in np.unique(then):
        among = np.sort(was[(earlier.groups[:, -1] == group) & (was > 0)])
        chosen = np.flatnonzero((then == group) & (values > 0))
        now, own = values[chosen], np.nan_to_num(was[places[chosen]])
        first, end = np.searchsorted(among, now, "left"), np.searchsorted(among, now, "right")
        less = first - ((own > 0) & (own < now))
        level = end - first - (own == now)
        others = len(among) - (own > 0)
        made[chosen] = (less + (level + 1) / 2) / (others + 1)
    return made
