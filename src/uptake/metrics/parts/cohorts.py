"""Who starts in which period, as what: each period and group is a number, so that starts are counted without rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row

Instants = NDArray[np.datetime64]
Cells = NDArray[np.signedinteger]
NOT_YET = np.datetime64("NaT", "us")
OUTSIDE = -1
"""The cell of those who start in no period, and of those who are left out."""


class Cohorts:
    """The cells of a question: its periods, and in each of them the groups of its breakdown.

    Args:
        asked: The question.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._periods = periods.read(asked.cursor, asked.question, asked.plan)
        self._labels = asked.split.labels if asked.split else ()
        self._groups = asked.split.names if asked.split else [()]

    def __len__(self) -> int:
        return len(self._periods) * len(self._groups)

    def cells(self, who: NDArray[Any], at: Instants) -> Cells:
        """The cell of some entities, by number, each at an instant of its own; `OUTSIDE` of who has none."""
        begins, ends = (np.array([edges[side] for edges in self._periods], "M8[us]") for side in (1, 2))
        place = np.searchsorted(begins, at, side="right") - 1
        is_in = place >= 0
        is_in[is_in] = at[is_in] < ends[place[is_in]]  # what is missing is not before anything
        if self._asked.split is not None:
            group = self._asked.split.numbers_of(who, at)
            place = place * len(self._groups) + group
            is_in &= group >= 0
        return np.where(is_in, place, OUTSIDE).astype(np.min_scalar_type(-len(self) - 1))

    def ordered(self, *between: str) -> list[tuple[int, int]]:
        """Every cell with each of the labels that stand between period and groups, in the order of the answer.

        Args:
            *between: These labels.

        Returns:
            Cell and place of the label.
        """
        groups = sorted(range(len(self._groups)), key=self._groups.__getitem__)
        return [
            (number * len(self._groups) + group, place)
            for number in range(len(self._periods))
            for place in range(len(between))
            for group in groups
        ]

    def names(self, cell: int, **between: str) -> Row:
        """What the row of a cell is called.

        Args:
            cell: The cell.
            **between: The metric's own labels.
        """
        number, group = divmod(cell, len(self._groups))
        period = {"period_on": self._periods[number][0]} if self._asked.question.period else {}
        return {**period, **between, **dict(zip(self._labels, self._groups[group], strict=True))}
