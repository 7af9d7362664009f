"""How many were waiting, and how many reached it, at each time: what survival curves and their tests are made from."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.stats.estimate import Floats
from uptake.stats.inputs import Column, numbers

Counts = NDArray[np.int64]
"""An array of whole numbers."""
Times = NDArray[np.signedinteger]
"""An array of whole numbers of any size."""


class LifeTable(NamedTuple):
    """One line for each time at which somebody reached it or was last seen waiting.

    Args:
        times: Increasing; the first is 0, where all are at risk. Empty where there is nobody, as are the others.
        at_risk: How many were still waiting just before each time. Who is last seen waiting at the very time another
            reaches it counts among them.
        events: How many reached it at each time.
    """

    times: Floats
    at_risk: Counts
    events: Counts


def from_durations(durations: Column, reached: Column) -> LifeTable:
    """Counts the life table of single entities.

    Args:
        durations: How long each was observed until it reached the value or was last seen; at least 0, any unit.
        reached: Whether each reached it (true, 1) or was still waiting (false, 0).

    Returns:
        Their table.

    Raises:
        ValueError: If a duration is negative, missing or infinite, or `reached` is not 0 or 1 for each duration.

    >>> from_durations([2, 2, 5], [True, False, True]).at_risk
    array([3, 3, 1])
    """
    flags = numbers(reached).ravel()
    wrong = (flags != 0) & (flags != 1)
    if wrong.any():
        raise ValueError(f"Whether somebody reached it is true or false (1 or 0), not {flags[wrong][0]:g}.")
    return from_counts(durations, flags, 1 - flags)


def from_counts(times: Column, events: Column, censored: Column) -> LifeTable:
    """Makes the life table of entities that a database has counted by duration.

    Args:
        times: Durations, at least 0, in any unit and order, repeated or not.
        events: How many reached it after each: whole numbers from 0 on.
        censored: How many were last seen waiting after each: likewise.

    Returns:
        Their table; lines of nobody are gone.

    Raises:
        ValueError: If a duration is negative, missing or infinite, a count is not a whole number from 0 on, or the
            columns differ in length.

    >>> from_counts([2, 5], events=[1, 1], censored=[1, 0]).events
    array([0, 1, 1])
    """
    durations, reached, lost = (numbers(column).ravel() for column in (times, events, censored))
    if not durations.size == reached.size == lost.size:
        raise ValueError(
            f"Each duration needs its two counts; there are {durations.size} durations, "
            f"{reached.size} counts of events and {lost.size} of censored."
        )
    wrong = ~(np.isfinite(durations) & (durations >= 0))
    if wrong.any():
        raise ValueError(f"A duration is finite and at least 0, not {durations[wrong][0]:g}.")
    for given, counts in ((events, reached), (censored, lost)):
        if isinstance(given, np.ndarray) and given.dtype.kind in "iu" and counts.min(initial=0) >= 0:
            continue  # whole already; a masked place among them is nan, which is not at least 0
        wrong = ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts)))
        if wrong.any():
            raise ValueError(f"A count is a whole number from 0 on, not {counts[wrong][0]:g}.")
    all_of_them = reached + lost
    somebody = all_of_them > 0
    if not somebody.any():
        return LifeTable(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
    if somebody.all() and (durations[1:] > durations[:-1]).all():  # nothing to put in order
        left, arrived = np.cumsum(all_of_them[::-1])[::-1].astype(np.int64), reached.astype(np.int64)
        if durations[0] == 0:
            return LifeTable(durations, left, arrived)
        return LifeTable(np.append(0.0, durations), np.append(left[0], left), np.append(0, arrived))
    start_and_durations = np.append(0.0, durations[somebody])
    steps, line = np.unique(start_and_durations, return_inverse=True)
    arrived = np.bincount(line, weights=np.append(0.0, reached[somebody])).astype(np.int64)
    left = np.bincount(line, weights=np.append(0.0, all_of_them[somebody])).astype(np.int64)
    return LifeTable(steps, np.cumsum(left[::-1])[::-1], arrived)


def from_sorted_counts(
    times: NDArray[Any], events: NDArray[Any], censored: NDArray[Any], edges: NDArray[np.integer]
) -> list[LifeTable]:
    """Makes the life tables of several groups that a database has counted and put in order.

    Args:
        times: Durations, at least 0; within a group each is greater than the one before.
        events: How many reached it after each: whole numbers from 0 on.
        censored: How many were last seen waiting after each: likewise; there is somebody at every time.
        edges: Where each group begins, then how long the columns are.

    Returns:
        What `from_counts` makes of each group.

    >>> times, events, censored = np.array([[2, 5, 0], [1, 1, 3], [1, 0, 0]])
    >>> [table.at_risk.tolist() for table in from_sorted_counts(times, events, censored, np.array([0, 2, 3]))]
    [[3, 3, 1], [3]]
    """
    before = np.append(0, np.cumsum(events + censored)).astype(np.int64)
    at_risk = np.repeat(before[edges[1:]], np.diff(edges)) - before[:-1]
    # each begins at 0, where all are at risk
    begins = np.asarray(edges[:-1])
    starts = begins[times[begins] > 0]
    shown_times: Floats = np.insert(times.astype(np.float64), starts, 0.0)
    shown_at_risk: Counts = np.insert(at_risk, starts, at_risk[starts])
    shown_events: Counts = np.insert(events.astype(np.int64), starts, 0)
    places = (edges + np.searchsorted(starts, edges)).tolist()
    return [
        LifeTable(shown_times[begin:end], shown_at_risk[begin:end], shown_events[begin:end])
        for begin, end in pairwise(places)
    ]
