"""Steps in any order: how many of them different events do, as a window fills."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from uptake.sequences.events import Events, Rows, RowSet
from uptake.sequences.reach import Reach


def passes(events: Events, starts: Rows, reach: Reach) -> Rows:
    """Follows every event that fits a step, as the first of a window.

    Where events fit several steps, 2^k sets of those k steps are counted: more than about ten such steps take long.

    Args:
        events: The events, with n steps.
        starts: Rows that fit a step, m of them, increasing.
        reach: The limits of time.

    Returns:
        n by m rows: line k is where k + 1 steps are first done, each by an event of its own; "no row" where they are
        not. Any step may be the one that is done there.

    References:
        How many steps different events can do is the size of a maximum matching. By the deficiency form of Hall's
        theorem (O. Ore, "Graphs and matching theorems", Duke Mathematical Journal 22, 1955) it is the least of
        n - |T| + (events that fit a step of T) over all sets T of steps.
    """
    grown = np.concatenate([_growth(events, group, starts) for group in overlapping(events)])
    _put_in_order(grown)
    for rows in grown:
        rows[~reach.within_pass(starts, rows)] = len(events)
    return grown


def _put_in_order(grown: Rows) -> None:
    # There are few steps and many passes: swapping two lines at a time goes along memory, sorting each pass does not.
    lower = np.empty_like(grown[0])
    for placed in range(1, len(grown)):
        for line in range(placed, 0, -1):
            np.minimum(grown[line - 1], grown[line], out=lower)
            np.maximum(grown[line - 1], grown[line], out=grown[line])
            grown[line - 1] = lower


def overlapping(events: Events) -> list[list[int]]:
    """Groups of steps such that no event fits steps of two groups.

    Args:
        events: The events.

    Returns:
        The numbers of the steps by group.

    >>> fits = [np.array([True, False]), np.array([False, True]), np.array([True, False])]
    >>> overlapping(Events(np.array([1, 1]), np.array([0, 5]), fits))
    [[1], [0, 2]]
    """
    groups: list[list[int]] = []
    for step, fits in enumerate(events.steps):
        touched = [group for group in groups if any((events.steps[other] & fits).any() for other in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([*(other for group in touched for other in group), step])
    return groups


def _growth(events: Events, group: list[int], starts: Rows) -> Rows:
    # The sets T of the theorem, one group at a time: events of other groups do not bear on these steps, so 2^n sets
    # become two for each step that shares no event. `k` steps are done once, for each T, k - n + |T| events fit it.
    size = len(group)
    grown = np.zeros((size, len(starts)), np.intp)
    for members in range(1, size + 1):
        for steps in combinations(group, members):
            fitting = RowSet(np.logical_or.reduce([events.steps[step] for step in steps]))
            for done in range(size - members + 1, size + 1):
                needed = done - size + members
                np.maximum(grown[done - 1], fitting.since(starts, needed - 1), out=grown[done - 1])
    return grown
