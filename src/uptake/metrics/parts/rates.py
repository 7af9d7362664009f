"""Rates of use and where they stand among peers: how many have each rate tells where everybody stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import DayOrder
from uptake.facts.entity_days import Column
from uptake.metrics.parts.tallies import Sums, Tally

DIGITS = 9
"""Equal rates come from different fractions, and are equal when they are rounded."""
Rates = Callable[[Column], NDArray[np.float64]]
"""What codes mean, as rates."""
LISTED = 2**18
"""Codes of rates below this are counted in a list; where there are others, rates are sorted."""


def begins_of(since: NDArray[np.int32], early: DayOrder) -> NDArray[np.int32]:
    """From which day on everybody is looked at: the first one in the window, of who did something before they were seen."""
    if not len(early.day):
        return since
    begins = since.copy()
    # of several values for one place the last one stays: from the latest day on, the first day
    begins[early.number[::-1]] = early.day[::-1]
    return begins


def rates_of(
    tally: Tally, peers: NDArray[np.bool_], begins: NDArray[np.int32], window_days: int, least_days: int
) -> tuple[Column, Rates, Column]:
    """Those of the peers who used a feature, by number; how much in a whole window, by code; and the code of each."""
    uses = np.bincount(tally.rows.number, tally.rows.values["uses"], tally.everyone)
    who = np.flatnonzero((uses != 0) & peers)
    used, own = uses[who], begins[who]
    short = np.flatnonzero(own > tally.on - window_days + 1)
    lived = (tally.on - own[short] + 1).clip(least_days, window_days)
    # whole uses and the days they were in make a small number, so that each pair is made a rate of once
    width = max(window_days - least_days, 0) + 1
    are_whole = tally.rows.values["uses"].dtype.kind == "u"
    if not are_whole or used.max(initial=0) >= LISTED // width:
        used[short] = used[short] * window_days / lived
        found, code = np.unique(np.round(used, DIGITS), return_inverse=True)
        return who, found.__getitem__, code
    code = used.astype(np.intp)
    code *= width
    code[short] += window_days - lived

    def rates(pairs: Column) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.round(pairs // width * window_days / (window_days - pairs % width), DIGITS)
        return found

    return who, rates, code


class Ranked:
    """Where those who have each rate stand.

    Args:
        rates: What codes mean, as rates; several may mean the same.
        code: The code of each who used a feature; all other peers have the rate 0.
        peers: How many peers there are.
    """

    def __init__(self, rates: Rates, code: Column, peers: int) -> None:
        self._code = code
        members = np.bincount(code)
        told = np.flatnonzero(members)
        found, place = np.unique(np.append(0.0, rates(told)), return_inverse=True)
        self.idle = int(place[0])
        self.members = np.bincount(place[1:], members[told], len(found)).astype(np.int64)
        self.members[self.idle] += peers - len(code)
        self.value = (np.cumsum(self.members) - self.members / 2) / peers
        self.of_idle = float(self.value[self.idle])
        self._place = np.zeros(len(members), np.intp)
        self._place[told] = place[1:]

    @cached_property
    def places(self) -> Column:
        """The place in `value` of each of those who used it, in the order of their codes."""
        found: Column = self._place[self._code]
        return found

    @cached_property
    def of_users(self) -> NDArray[np.float64]:
        """The rank of each of those who used it, in the order of their codes."""
        found: NDArray[np.float64] = self.value[self._place][self._code]
        return found

    def sums_of(self, group: Column, sizes: Column) -> Iterator[tuple[int, Sums]]:
        """The sums of each group of which there is anybody among the peers.

        Args:
            group: The number of the group of each of those who used it; -1 of who is in none.
            sizes: How many peers each group has.
        """
        ranks = len(self.value)
        cells = (group.astype(np.intp) + 1) * ranks + self.places
        members = np.bincount(cells, minlength=(len(sizes) + 1) * ranks).reshape(-1, ranks)[1:]
        members[:, self.idle] += sizes - members.sum(axis=1)
        for number in np.flatnonzero(sizes).tolist():
            yield number, Sums.of_counts(self.value, members[number])
