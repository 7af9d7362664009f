"""People of some groups in the order of time: what curves and the test between them are made of, counted in passing.

Who reached it and who was last seen waiting stand in one line, so nobody has to be looked up among the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.stats.life_table import LifeTable, Times
from uptake.stats.logrank import LogRank, logrank_of_counts


class Watched(NamedTuple):
    """Everyone who was watched: cohort by cohort, each in the order of time; of one time those who reached it come first.

    Args:
        time: How long it took each who reached it, or for how long the others were watched: whole numbers from 0 on.
        reached: Whether each reached it.
        group: The number of the group of each.
        edges: Where each cohort begins, then how many there are in all.
    """

    time: Times
    reached: NDArray[np.bool_]
    group: NDArray[np.integer]
    edges: NDArray[np.integer]

    def tables(self, group: int) -> Iterator[tuple[int, LifeTable]]:
        """The life table of a group in each cohort in which it has somebody, by the number of the cohort.

        Args:
            group: The group.

        Returns:
            The tables, in which those who were last seen waiting have a line of their own only before the first who
            reached it, and at the end: the estimate of a curve is the same at every time that is not in between.

        >>> people = Watched(np.array([2, 5, 7, 8]), np.arange(4) < 2, np.zeros(4, int), np.array([0, 4]))
        >>> [[column.tolist() for column in table] for _, table in people.tables(0)]
        [[[0.0, 2.0, 5.0, 8.0], [4, 4, 3, 1], [0, 1, 1, 0]]]
        """
        own = np.flatnonzero(self.group == group)
        time, reached, edges = self.time.take(own), self.reached.take(own), np.searchsorted(own, self.edges)
        cohorts = np.flatnonzero(edges[1:] > edges[:-1])
        if not len(cohorts):
            return
        begins, ends = edges[cohorts], edges[cohorts + 1]
        # a line begins wherever the time, or what happened then, is another one
        is_begin = np.ones(len(own), np.bool_)
        is_begin[1:] = (time[1:] != time[:-1]) | (reached[1:] != reached[:-1])
        is_begin[begins] = True
        lines = np.flatnonzero(is_begin)
        is_told, events = reached.take(lines), np.diff(lines, append=len(own))
        arrivals = np.append(lines[is_told], len(own))
        first_arrival = np.minimum(arrivals[np.searchsorted(arrivals, begins)], ends)
        for begin, until in np.searchsorted(lines, [begins, first_arrival]).T.tolist():
            is_told[begin:until] = True
        is_told[np.searchsorted(lines, ends) - 1] = True
        told = np.flatnonzero(is_told)
        lines = lines.take(told)
        events = events.take(told) * reached.take(lines)
        # each begins at 0, where all are at risk
        starts = begins[time[begins] > 0]
        places = np.searchsorted(lines, starts)
        lines, events = np.insert(lines, places, starts), np.insert(events, places, 0)
        times = time.take(lines).astype(np.float64)
        times[places + np.arange(len(places))] = 0.0
        for cohort, end, (first, until) in zip(
            cohorts.tolist(), ends.tolist(), np.searchsorted(lines, [begins, ends]).T.tolist(), strict=True
        ):
            yield cohort, LifeTable(times[first:until], end - lines[first:until], events[first:until])

    def compared(self) -> list[LogRank | None]:
        """Tests in each cohort whether its groups share one distribution of the time.

        Returns:
            What `logrank` says of the curves of a cohort; None where there are fewer than two groups.
        """
        arrivals = np.flatnonzero(self.reached)
        time, edges = self.time.take(arrivals), np.searchsorted(arrivals, self.edges)
        is_first = np.ones(len(arrivals), np.bool_)
        np.not_equal(time[1:], time[:-1], out=is_first[1:])
        is_first[edges[:-1][edges[:-1] < len(arrivals)]] = True
        begins = np.flatnonzero(is_first)
        first, until = arrivals.take(begins), np.append(begins, len(arrivals))
        steps, group = np.searchsorted(begins, edges), self.group.take(arrivals)
        shape = int(self.group.max(initial=0)) + 1, len(begins)
        at_risk, events, members = np.empty(shape), np.empty(shape), []
        for number in range(len(at_risk)):
            before = _before(self.group == number)
            in_all = before[self.edges]
            np.subtract(np.repeat(in_all[1:], np.diff(steps)), before.take(first), out=at_risk[number])
            events[number] = np.diff(_before(group == number).take(until))
            members.append(np.diff(in_all))
        return [
            logrank_of_counts(at_risk[there, begin:end], events[there, begin:end]) if there.sum() > 1 else None
            for there, (begin, end) in zip(np.stack(members).T > 0, pairwise(steps.tolist()), strict=True)
        ]


def _before(holds: NDArray[np.bool_]) -> NDArray[np.int32]:
    """For how many it holds before each place, and in all."""
    found = np.zeros(len(holds) + 1, np.int32)
    np.cumsum(holds, dtype=np.int32, out=found[1:])
    return found
