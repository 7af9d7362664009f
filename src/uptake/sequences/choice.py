"""The one entry of many that an entity counts with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.events import Rows
from uptake.sequences.rules import Entry


def choose(owner: NDArray[Any], depth: NDArray[Any], last: NDArray[Any], entry: Entry) -> Rows:
    """Chooses one pass for each owner.

    Args:
        owner: Whose each pass is; passes of one owner stand together, in the order of their entries.
        depth: How deep each went, by any measure.
        last: When each did its last step, by any measure.
        entry: Which pass is chosen.

    Returns:
        Places of passes, one for each owner, in their order.

    >>> choose(np.array([1, 1, 1, 2]), np.array([2, 3, 3, 1]), np.array([5, 9, 9, 7]), "closest")
    array([2, 3])
    """
    firsts = _firsts(owner)
    if entry == "first" or not len(firsts):
        return firsts
    sizes = np.diff(firsts, append=len(owner))
    deepest = np.flatnonzero(depth == np.repeat(np.maximum.reduceat(depth, firsts), sizes))
    if entry == "closest":
        groups = _firsts(owner[deepest])
        sizes = np.diff(groups, append=len(deepest))
        ends = last[deepest]
        deepest = deepest[ends == np.repeat(np.minimum.reduceat(ends, groups), sizes)]
    groups = _firsts(owner.take(deepest))
    if entry == "earliest":
        return deepest.take(groups)
    return deepest.take(np.append(groups[1:], len(deepest)) - 1)


def _firsts(owner: NDArray[Any]) -> Rows:
    is_first = np.ones(len(owner), np.bool_)
    is_first[1:] = owner[1:] != owner[:-1]
    return np.flatnonzero(is_first)
