"""People to whom something was opened at a moment of their own, and how long they took: counted without a row for each.

There is none for a clock that is still running.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered
from uptake.metrics.core.metric import Asked, Row
from uptake.metrics.kinds.status import present
from uptake.metrics.parts.clocks import Clock, Instants
from uptake.metrics.parts.cohorts import NOT_YET, OUTSIDE, Cohorts
from uptake.metrics.parts.durations import CENSORED
from uptake.metrics.parts.tallies import instant
from uptake.stats.watched import Watched

WAITING, TIME_BIT, PERIOD_BIT = 64, 7, 48
"""A number of everybody that sorts by period, then time, then whether they are still waiting: the flag of those who are, a
bit above the most groups there are, and at which bits time and period begin."""
NOT_REACHED = np.int64(2 ** (PERIOD_BIT - TIME_BIT) - 1)
"""Longer than anybody was watched."""


class Crowd(NamedTuple):
    """To whom something was opened, by number.

    Args:
        open_at: When; nothing of those to whom it never was.
        opened: What the clock of each said then.
        inside: Those to whom it was opened in some period.
        frame: The period it lies in and the group each of them was in then, as one number in which there is room for a
            time.
        waiting: For how long each was watched since, as such a number of who is still waiting.
    """

    open_at: Instants
    opened: NDArray[np.generic]
    inside: NDArray[np.intp]
    frame: NDArray[np.int64]
    waiting: NDArray[np.int64]

    def in_order(self, took: NDArray[np.int64], periods: int) -> Watched:
        """Period by period, in the order of time.

        Args:
            took: How long it took each; `NOT_REACHED` of those who are still waiting.
            periods: How many there are.
        """
        # nobody was watched for less time than it took them
        line = np.minimum(took[self.inside] << TIME_BIT, self.waiting)
        line |= self.frame
        line.sort()
        which = line.astype(np.uint8) & np.uint8(2**TIME_BIT - 1)
        time = line >> TIME_BIT & 2 ** (PERIOD_BIT - TIME_BIT) - 1
        edges = np.searchsorted(line, np.arange(periods + 1) << PERIOD_BIT)
        return Watched(time, which < WAITING, which & np.uint8(WAITING - 1), edges)


def seen_until(asked: Asked, facts: Numbered, open_at: Instants) -> Instants:
    """Until when each was watched: `as_of`, or where who left is censored the end of their last presence.

    Args:
        asked: The question; has the parameter `left`.
        facts: The facts by whose numbers entities go.
        open_at: When each was opened to; nobody is watched for less than no time.
    """
    end = np.full(len(open_at), instant(asked.question.as_of))
    if asked.param("left") != CENSORED:
        return end
    last = f"SELECT entity_key, max(valid_to) AS value FROM {asked.grain.present} GROUP BY entity_key"
    left: Instants = facts.told(last, NOT_YET)
    return np.fmax(open_at, np.fmin(end, left))  # what is missing is left out


def crowd(asked: Asked, clock: Clock, cohorts: Cohorts, open_at: Instants, until: Instants) -> Crowd:
    """Those to whom something was opened.

    Args:
        asked: The question.
        clock: What the lengths are counted by.
        cohorts: The periods and groups of the question.
        open_at: When it was opened to each.
        until: Until when each was watched, as of `seen_until`.
    """
    as_of = instant(asked.question.as_of)
    period, group = cohorts.cells(np.arange(len(open_at)), open_at)
    inside = np.flatnonzero((period != OUTSIDE) & (open_at < as_of))
    opened = clock.at(open_at)
    watched = clock.between(opened[inside], clock.at(until)[inside])
    frame = period[inside].astype(np.int64) << PERIOD_BIT | group[inside]
    return Crowd(open_at, opened, inside, frame, watched << TIME_BIT | WAITING)


def counted(cohorts: Cohorts, people: Crowd, took: NDArray[np.int64]) -> dict[tuple[int, int], tuple[int, Row]]:
    """The life table and the test between groups, for each period and group in which there is somebody.

    Args:
        cohorts: The periods and groups of the question.
        people: Those to whom something was opened.
        took: How long it took each; `NOT_REACHED` of those who are still waiting.

    Returns:
        The number of the period and the place of the group's name -> the number of the group, and its row.
    """
    watched = people.in_order(took, len(cohorts))
    tested = [test and present(test.pvalue) for test in watched.compared()] if cohorts.groups > 1 else []
    return {
        (period, order): (group, {"table": table, "pvalue": tested[period] if tested else None})
        for order, group in cohorts.in_order(range(cohorts.groups))
        for period, table in watched.tables(group)
    }
