"""People of some groups in the order of time: what curves and the test between them are made of, counted in passing.

Who reached it and who was last seen waiting stand in one line, so nobody has to be looked up among the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.stats.life_table import Counts, Times
from uptake.stats.logrank import LogRank, logrank_of_counts


class Watched(NamedTuple):
    """Everyone who was watched, in the order of time; of one time those who reached it come first.

    Args:
        time: How long it took each who reached it, or for how long the others were watched: whole numbers from 0 on.
        reached: Whether each reached it.
        group: The number of the group of each.
    """

    time: Times
    reached: NDArray[np.bool_]
    group: NDArray[np.integer]

    def counts(self, group: int) -> tuple[Counts, Counts, Counts]:
        """Counts, by time, of those of a group who reached it and of those who were last seen waiting.

        Args:
            group: A group that has somebody.

        Returns:
            Times, events and censored for `from_counts`. Who was last seen waiting between two times at which others of
            the group reached it counts at the first of these, and after the last of them all at the time the last one
            was seen: the estimate of a curve is the same at every time that is not in between.

        >>> people = Watched(np.array([2, 5, 7, 8]), np.array([True, True, False, False]), np.zeros(4, int))
        >>> [column.tolist() for column in people.counts(0)]
        [[2, 5, 8], [1, 1, 0], [0, 0, 2]]
        """
        own = np.flatnonzero(self.group == group)
        time, arrivals = self.time[own], np.flatnonzero(self.reached[own])
        if not len(arrivals):
            begins = _firsts(time)
            lost = np.diff(begins, append=len(time))
            return time[begins], np.zeros_like(lost), lost
        begins = _firsts(time[arrivals])
        events, first = np.diff(begins, append=len(arrivals)), arrivals[begins]
        # whoever stands before the first who reached it at a time was not at risk then
        waiting = len(own) - first - events
        lost = waiting - np.append(len(own) - first[1:], waiting[-1])
        early = time[: first[0]]
        seen = _firsts(early)
        early, early_lost = early[seen], np.diff(seen, append=len(early))
        last = time[-1:] if waiting[-1] else time[:0]
        return (
            np.concatenate([early, time[first], last]),
            np.concatenate([np.zeros_like(early_lost), events, np.zeros(len(last), np.int64)]),
            np.concatenate([early_lost, lost, waiting[-1:][: len(last)]]),
        )

    def compared(self, groups: list[int]) -> LogRank:
        """Tests whether groups share one distribution of the time.

        Args:
            groups: Two or more groups that have somebody; all that have somebody.

        Returns:
            What `logrank` says of their curves.
        """
        arrivals = np.flatnonzero(self.reached)
        begins = _firsts(self.time[arrivals])
        first, at_risk, events = arrivals[begins], [], []
        for group in groups:
            own = self.group == group
            seen = np.cumsum(own, dtype=np.int32)
            at_risk.append(seen[-1] - seen[first] + own[first])
            events.append(_sums(own[arrivals], begins))
        return logrank_of_counts(np.stack(at_risk), np.stack(events))


def _sums(values: NDArray[np.bool_], begins: NDArray[np.intp]) -> NDArray[np.int32]:
    """How many hold from each place up to the next."""
    if len(begins) == len(values):  # no two have one time
        return values.astype(np.int32)
    return np.add.reduceat(values, begins, dtype=np.int32)


def _firsts(values: Times) -> NDArray[np.intp]:
    """At which places of an ordered column a value begins."""
    is_first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_first[1:])
    return np.flatnonzero(is_first)
