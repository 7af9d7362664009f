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
        numbers: How many numbers make one value.
    """

    def __init__(self, numbers: int) -> None:
        self._keys = self._since = np.empty(0, dtype=np.int64)
        self._last = np.empty((numbers, 0), dtype=np.int32)
        self._days = 0

    def resume(self, keys: Whole, begins: Whole, values: Whole) -> None:
        """Goes on with spans that were open, before any block is taken in.

        Args:
            keys: Whose, ascending.
            begins: First day, counted from the first day of the first block: negative.
            values: What holds, a row per number; those that are too many are left out.
        """
        self._keys, self._since, self._last = keys, begins, values[: len(self._last)].astype(np.int32)

    def know(self, keys: Whole) -> None:
        """Says who the rows of the blocks that follow are: of spans that are open, those of others are dropped.

        Args:
            keys: Everybody, ascending.
        """
        kept = np.isin(self._keys, keys)
        row, since, last = np.searchsorted(keys, self._keys[kept]), self._since[kept], self._last[:, kept]
        self._keys, self._since = keys, np.zeros(len(keys), dtype=np.int64)
        self._last = np.full((len(last), len(keys)), NOTHING, dtype=np.int32)
        self._since[row], self._last[:, row] = since, last

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
