"""Which of two events came first, where that may be left open."""

from __future__ import annotations

import numpy as np

from uptake.sequences.events import Events, Rows


class Arrival:
    """Events came in the order of their rows."""

    is_open = False
    """Whether any two rows may have come in either order."""

    def next(self, rows: Rows) -> Rows:
        """The first row that may follow each given one."""
        return rows + 1

    def tied(self, rows: Rows) -> Rows:
        """The first row that need not have come before each given one: itself at the latest."""
        return rows

    def later(self, rows: Rows) -> Rows:
        """The first row that cannot have come before each given one."""
        return rows + 1


class Tolerance(Arrival):
    """Events of one entity that are at most so far apart came in either order.

    Args:
        events: The events.
        microseconds: At least 0.
    """

    is_open = True

    def __init__(self, events: Events, microseconds: int) -> None:
        self._microseconds = microseconds
        # A clock that runs on from entity to entity and is never further ahead than one gap needs to be: exact up to
        # the tolerance, it cannot overflow, and one binary search answers for instant and entity at once. Its last
        # place is "no row", tied with nothing.
        gaps = np.diff(events.at, prepend=0, append=0)
        entities_end = events.end[1:] != events.end[:-1]
        gaps[1:-1][entities_end] = microseconds + 1
        gaps[:1], gaps[-1] = 0, microseconds + 1
        self._clock = np.cumsum(np.minimum(gaps, microseconds + 1))

    def next(self, rows: Rows) -> Rows:
        """The first row that may follow each given one: one tied with it."""
        return self.tied(rows)

    def tied(self, rows: Rows) -> Rows:
        """The first row that need not have come before each given one."""
        return np.searchsorted(self._clock, self._clock.take(rows, mode="clip") - self._microseconds)

    def later(self, rows: Rows) -> Rows:
        """The first row that cannot have come before each given one."""
        return np.searchsorted(self._clock, self._clock.take(rows, mode="clip") + self._microseconds, side="right")
