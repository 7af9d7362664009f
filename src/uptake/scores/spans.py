"""From values of every day to spans `[valid_from, valid_to)` in which they stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.signals.windows import Floats

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


def hundredths(values: Floats) -> Whole:
    """Numbers as whole hundredths, -1 for nan; none is above 327.67."""
    made = np.multiply(values, 100.0)
    np.rint(made, out=made)
    np.copyto(made, NOTHING, where=np.isnan(made))
    return made.astype(np.int16)


def together(ended: Sequence[Ended]) -> Ended:
    """Several lists of spans as one; at least one of them."""
    key, begins, ends = (np.concatenate([getattr(one, name) for one in ended]) for name in ("key", "begins", "ends"))
    return Ended(key, begins, ends, np.concatenate([one.values for one in ended], axis=1))


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
        ended = []
        for day in range(block.shape[2]):
            values = block[:, :, day]
            row = np.flatnonzero((values != self._last).any(axis=0))
            ended.append(self._spans(row))
            self._last[:, row] = values[:, row]
            self._since[row] = self._days
            self._days += 1
        return together(ended)

    def end(self) -> Ended:
        """Ends all that are open."""
        return self._spans(np.arange(len(self._keys)))

    def _spans(self, row: Whole) -> Ended:
        """What holds of some rows, up to the day that is taken in."""
        row = row[(self._last[0, row] != NOTHING) & (self._since[row] < self._days)]
        return Ended(self._keys[row], self._since[row], np.full(len(row), self._days), self._last[:, row])
