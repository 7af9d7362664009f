"""Steps one after another: for each entry into a funnel, the events it goes through.

A pass goes as deep as any choice of later events lets it. Of the choices that go as deep it takes the one whose events
are earliest at every step; there is always one that is earliest at all of them (below).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from uptake.sequences.events import Rows, RowSet
from uptake.sequences.reach import Reach
from uptake.sequences.ties import Arrival


def passes(steps: Sequence[RowSet], starts: Rows, reach: Reach, ties: Arrival) -> Rows:
    """Follows every entry through the steps.

    Args:
        steps: The rows that fit each required step, n of them.
        starts: Rows of the first step, m of them, increasing.
        reach: The limits of time and of strict order.
        ties: Which event came first. Where that is open and a row fits several steps that others fit too, each step
            takes the earliest event no step before it has taken; events are never traded back.

    Returns:
        n by m rows: where each pass does each step, "no row" for the steps it does not reach.
    """
    if not reach.is_narrow:
        return _earliest(steps, starts, reach, ties)
    chosen = _entries(steps, starts, reach)
    waiting = np.arange(len(starts))
    for depth in range(len(steps), 1, -1):
        tried = _earliest_to(depth, steps, starts[waiting], reach)
        arrived = tried[depth - 1] < len(reach.events)
        chosen[:, waiting[arrived]] = tried[:, arrived]
        waiting = waiting[~arrived]
    return chosen


def arrivals(steps: Sequence[RowSet], starts: Rows, reach: Reach, ties: Arrival) -> Rows:
    """When each entry can reach each step at the earliest, by whatever events: n by m rows like those of `passes`."""
    if not reach.is_narrow:
        return _earliest(steps, starts, reach, ties)
    return np.stack([_earliest_to(depth, steps, starts, reach)[depth - 1] for depth in range(1, len(steps) + 1)])


def _entries(steps: Sequence[RowSet], starts: Rows, reach: Reach) -> Rows:
    entries = np.full((len(steps), len(starts)), len(reach.events), starts.dtype)
    entries[0] = starts
    return entries


def _earliest(steps: Sequence[RowSet], starts: Rows, reach: Reach, ties: Arrival) -> Rows:
    # With no limit but the window of the whole pass the first event of the next step is as good as any: whatever may
    # follow a later one may follow it, and the window is the same.
    chosen = _entries(steps, starts, reach)
    going, last, limits = np.arange(len(starts)), starts, reach.limits(starts)
    for step in range(1, len(steps)):
        found = steps[step].since(ties.next(last))
        if ties.is_open:
            found = unused(found, chosen[:step, going], steps[step])
        reached = np.flatnonzero(limits.hold(found))
        going, last, limits = going.take(reached), found.take(reached), limits.of(reached)
        chosen[step, going] = last
    return chosen


def unused(found: Rows, taken: Rows, fitting: RowSet) -> Rows:
    """The given rows or, where a pass has taken that row already, the next that fit and are not taken.

    Args:
        found: One row a pass.
        taken: k by passes: the rows each pass has taken.
        fitting: The rows to go on to.

    Returns:
        One row a pass.
    """
    for _ in range(len(taken)):
        is_taken = (taken == found).any(axis=0)
        if not is_taken.any():
            break
        found = np.where(is_taken, fitting.since(found + 1), found)
    return found


def _earliest_to(depth: int, steps: Sequence[RowSet], starts: Rows, reach: Reach) -> Rows:
    # With windows of steps, or in strict order, the first event of the next step may be too early for the step after
    # it. So, from the last step back, only events are kept from which the steps up to `depth` can still be done, and
    # each is followed by the first kept event after it. That is within its limits: they are upper bounds on the next
    # row, and some kept event is within them. And it leads nowhere later than any other choice: all events of any pass
    # of this depth are kept, so if this pass is at or before that one at a step, then the event of that one at the next
    # step is a kept one after ours, and ours, the first such, is at or before it too. So this pass is the earliest at
    # every step, and if its last event lies beyond the window of the pass, that of every other does.
    none = len(reach.events)
    kept = [steps[depth - 1].rows[:-1]]
    following: list[Rows] = []
    for step in range(depth - 2, -1, -1):
        rows = steps[step].rows[:-1]
        places = np.searchsorted(kept[0], rows, side="right")
        alive = reach.within_step(step, rows, np.append(kept[0], none)[places])
        kept.insert(0, rows[alive])
        following.insert(0, places[alive])
    chosen = _entries(steps, starts, reach)
    places = np.searchsorted(kept[0], starts)
    goes_on = np.append(kept[0], none)[places] == starts
    places = places[goes_on]
    for step in range(1, depth):
        places = following[step - 1][places]
        chosen[step, goes_on] = kept[step][places]
    chosen[1:, ~reach.within_pass(starts, chosen[depth - 1])] = none
    return chosen
