"""Who starts in which period, as what: periods and groups are numbers, so that starts are counted without rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row

Instants = NDArray[np.datetime64]
NOT_YET = np.datetime64("NaT", "us")
OUTSIDE = -1
"""The period of those who start in none, and of those who are left out."""


class Cohorts:
    """The periods of a question, and in each of them the groups of its breakdown.

    Args:
        asked: The question.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._periods = periods.read(asked.cursor, asked.question, asked.plan)
        self._labels = asked.split.labels if asked.split else ()
        self._groups = asked.split.names if asked.split else [()]
        alphabetic = sorted(range(len(self._groups)), key=self._groups.__getitem__)
        self._order = {group: order for order, group in enumerate(alphabetic)}

    def __len__(self) -> int:
        return len(self._periods)

    @property
    def groups(self) -> int:
        """How many there are."""
        return len(self._groups)

    def cells(self, who: NDArray[np.integer], at: Instants) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """The number of the period and of the group of some entities, each at an instant of its own.

        Args:
            who: Their numbers.
            at: The instants.
        """
        begins, ends = (np.array([edges[side] for edges in self._periods], "M8[us]") for side in (1, 2))
        period: NDArray[np.int64] = np.searchsorted(begins, at, side="right") - 1
        is_in = period >= 0
        is_in[is_in] = at[is_in] < ends[period[is_in]]  # what is missing is not before anything
        group = self._asked.split.numbers_of(who, at) if self._asked.split else np.zeros(len(at), np.int8)
        period[~is_in | (group < 0)] = OUTSIDE
        return period, group

    def in_order(self, groups: Iterable[int]) -> list[tuple[int, int]]:
        """Groups in the order of their names, each after its place in it."""
        return sorted((self._order[group], group) for group in groups)

    def names(self, period: int, group: int, **own: str) -> Row:
        """What the row of a group in a period is called.

        Args:
            period: The number of the period.
            group: The number of the group.
            **own: Labels of the metric, which stand between them.
        """
        begins = {"period_on": self._periods[period][0]} if self._asked.question.period else {}
        return {**begins, **own, **dict(zip(self._labels, self._groups[group], strict=True))}
