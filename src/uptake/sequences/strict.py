"""Steps with nothing foreign between them: which rows break a pass, and which end an entity's passes for good."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from uptake.sequences.events import Bools, Events, Rows, RowSet
from uptake.sequences.rules import Between


def foreign(events: Events, required: Sequence[int], between: Between) -> list[RowSet]:
    """The rows that may not lie between one required step and the next.

    Args:
        events: All events of the entities.
        required: The numbers of the required steps.
        between: What may lie between them, apart from the optional steps in their place.

    Returns:
        A set for each required step but the last; none where the first foreign event halts the entity instead, which
        `halts` finds.
    """
    if between == "halt":
        return []
    sets = []
    for step, following in pairwise(required):
        allowed = range(step if between == "repeats" else step + 1, following)
        sets.append(RowSet(~_fits_any(events, allowed)))
    return sets


def halts(events: Events, required: Sequence[int], starts: Rows, reached: Rows) -> Rows:
    """Where entities are halted: at the first event, after the first entry, that fits no step done so far nor the next.

    Args:
        events: All events of the entities.
        required: The numbers of the n required steps.
        starts: The m rows at which entities enter, increasing.
        reached: n by m rows: where each entry can reach each step at the earliest, if nothing halts it.

    Returns:
        For each row the first behind those of its entity that count.
    """
    ends, firsts = np.unique(events.end[starts], return_index=True)
    if not len(ends):
        return events.end
    # An entity is as deep as its deepest entry so far, so each step is reached when the first entry reaches it.
    reached = np.minimum.reduceat(reached, firsts, axis=1)
    halted = ends
    for place, rows in enumerate(reached):
        is_last = place + 1 == len(required)
        known = range(len(events.steps) if is_last else required[place + 1] + 1)
        breaks = RowSet(~_fits_any(events, known)).since(rows + 1)
        in_time = breaks < halted if is_last else breaks < np.minimum(halted, reached[place + 1])
        halted = np.where(in_time, breaks, halted)
    places = np.minimum(np.searchsorted(ends, events.end), len(ends) - 1)
    return np.where(ends[places] == events.end, halted[places], events.end)


def _fits_any(events: Events, steps: Sequence[int]) -> Bools:
    fits = np.zeros(len(events), np.bool_)
    for step in steps:
        fits |= events.steps[step]
    return fits
