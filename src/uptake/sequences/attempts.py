"""Every attempt of an entity: it enters again once the attempt before is over."""

from __future__ import annotations

import numpy as np

from uptake.sequences.events import Events, Rows
from uptake.sequences.exclusions import Spoiling
from uptake.sequences.reach import Reach
from uptake.sequences.ties import Arrival, Tolerance


def attempts(events: Events, chosen: Rows, spoiling: Spoiling, reach: Reach, ties: Arrival) -> Rows:
    """Chooses the passes that are attempts of their own.

    The first entry of an entity begins one. It is over when the last step is done, when the window has passed, and
    before that with the event that spoils it: an excluded one, which begins no other itself, or, in strict order, one
    that may not lie there. The next begins with the first entry from there on whose events the one before has not used.

    Args:
        events: The events.
        chosen: n by m rows: where each pass does each step; of increasing entries.
        spoiling: What excluded events did to the passes.
        reach: The limits of the passes.
        ties: Which event came first.

    Returns:
        Places of passes, increasing.
    """
    starts, none = chosen[0], len(events)
    if not len(starts):
        return np.flatnonzero(starts)
    end = reach.end.take(starts)
    is_done = np.arange(len(chosen))[:, np.newaxis] < spoiling.clean
    last = np.where(is_done, chosen, 0).max(axis=0)
    unused = ties.later(last)
    over = end if reach.window is None else Tolerance(events, reach.window).later(starts)
    over = np.where(spoiling.is_spoilt, np.minimum(over, spoiling.row + 1), over)
    for step, foreign in enumerate(reach.foreign):
        over = np.where(spoiling.clean == step + 1, np.minimum(over, foreign.since(last + 1)), over)
    over = np.where(spoiling.clean == len(chosen), unused, np.maximum(over, unused))
    is_start = np.zeros(none + 1, np.intp)
    is_start[starts + 1] = 1
    following = np.cumsum(is_start).take(over, mode="clip")  # how many entries came before
    following[np.append(starts, none).take(following) >= end] = len(starts)
    is_attempt = np.zeros(len(starts) + 1, np.bool_)
    reached = np.flatnonzero(np.diff(end, prepend=-1))
    while len(reached):
        is_attempt[reached] = True
        reached = following.take(reached)
        reached = reached[reached < len(starts)]
    return np.flatnonzero(is_attempt)
