"""From values of every day to spans `[valid_from, valid_to)` in which they stay the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.signedinteger[Any]]
NOTHING = -1
"""Stands for no value: such days have no span."""


@dataclass(frozen=True)
class Ended:
    """Spans, an entry each.

    Args:
        key: Whose.
        begins: First day, counted from the first day of all.
        ends: The day after the last.
        values: What holds, a row per number that belongs to it.
    """

    key: Whole
    begins: Whole
    ends: Whole
    values: Whole


class Spans:
    """Takes in blocks of consecutive days and gives out the spans that have ended.

    Args:
        keys: Everybody; the rows of the blocks.
        numbers: How many numbers make one value.
    """

    def __init__(self, keys: Whole, numbers: int) -> None:
        self._keys, self.numbers = keys, numbers
        self._last = np.full((numbers, len(keys)), NOTHING, dtype=np.int32)
        self._since = np.zeros(len(keys), dtype=np.int64)
        self._days = 0

    def resume(self, keys: Whole, begins: Whole, values: Whole) -> None:
        """Goes on with spans that were open, before any block is taken in.

        Args:
            keys: Whose; each once. Whoever is no longer known is left out.
            begins: First day, counted from the first day of the first block: negative.
            values: What holds, a row per number.
        """
        known = np.isin(keys, self._keys)
        row = np.searchsorted(self._keys, keys[known])
        self._since[row] = begins[known]
        self._last[:, row] = values[:, known]

    def add(self, block: Whole) -> Ended:
        """Takes in a block.

        Args:
            block: Numbers, entities and days; the first number decides whether there is a value.

        Returns:
            What ended in it.
        """
        whole = np.concatenate([self._last[:, :, None], block], axis=2)
        row, day = np.nonzero((whole[:, :, 1:] != whole[:, :, :-1]).any(axis=0))
        values = block[:, row, day]
        # changes lie by row and day: each but a row's first ends the span that the one before it began
        is_first = np.diff(row, prepend=-1) != 0
        is_last = np.diff(row, append=-1) != 0
        begins = np.where(is_first, self._since[row], np.roll(day, 1) + self._days)
        held = np.where(is_first, self._last[:, row], np.roll(values, 1, axis=1))
        ended = self._spans(row, begins, day + self._days, held)
        self._since[row[is_last]] = day[is_last] + self._days
        self._last[:, row[is_last]] = values[:, is_last]
        self._days += block.shape[2]
        return ended

    def end(self) -> Ended:
        """Ends all that are open."""
        everybody = np.arange(len(self._keys))
        return self._spans(everybody, self._since, np.full(len(everybody), self._days), self._last)

    def _spans(self, row: Whole, begins: Whole, ends: Whole, values: Whole) -> Ended:
        is_one = (values[0] != NOTHING) & (begins < ends)
        return Ended(self._keys[row[is_one]], begins[is_one], ends[is_one], values[:, is_one])
