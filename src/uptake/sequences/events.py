"""The events a funnel is asked of, as columns, and how to find the next of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
"""One truth a row, or one a pass."""

Instants = NDArray[np.int64]
"""Microseconds since 1970, UTC."""

Keys = NDArray[np.integer[Any]]
"""Keys of entities."""

Rows = NDArray[np.intp]
"""Numbers of rows. The number of all rows stands for "no row", so it is later than every row."""


def row_type(rows: int) -> type[np.signedinteger[Any]]:
    """What numbers of so many rows, and "no row", are kept as: the narrower, the more of them fit the processor's cache."""
    return np.int32 if rows < 2**31 else np.int64


class RowSet:
    """Some of the rows, ready to be asked which comes next.

    Args:
        fits: Whether each row belongs to it, one for each row.

    >>> RowSet(np.array([False, True, False, True])).since(np.array([0, 1, 2, 4])).tolist()
    [1, 1, 3, 4]
    """

    def __init__(self, fits: Bools) -> None:
        self.rows: Rows = np.append(np.flatnonzero(fits), len(fits))
        self._fits = fits

    @cached_property
    def _earlier(self) -> NDArray[Any]:
        earlier = np.zeros(len(self._fits) + 1, row_type(len(self._fits)))
        np.cumsum(self._fits, out=earlier[1:])
        return earlier

    @cached_property
    def _next(self) -> NDArray[Any]:
        # Written out for every row it makes each question one look-up; a binary search costs about ten.
        return np.repeat(self.rows.astype(row_type(len(self._fits))), np.diff(self.rows, prepend=-1))

    def since(self, rows: Rows, skipped: int = 0) -> Rows:
        """The first row of the set at or after each given one.

        Args:
            rows: Any rows; one that lies behind the last is answered like "no row".
            skipped: How many rows of the set to pass over.

        Returns:
            Rows of the set, "no row" where none is left. Whose row it is, is for the caller to check.
        """
        if not skipped:
            return self._next.take(rows, mode="clip")
        return self.rows.take(self._earlier.take(rows, mode="clip") + skipped, mode="clip")


@dataclass(frozen=True, eq=False)
class Events:
    """Events sorted by entity, then instant, then order of arrival.

    Args:
        entity: Whose event it is: a user, an account, or a pair of one and the value held constant. Never falls.
        at: When it happened. Never falls within an entity.
        steps: For each step, whether each row fits it; a row may fit several steps or none. Strict order needs all
            events of the entities, the others only those that fit a step or an exclusion.
        part_rows: How many rows are followed at a time, so that what is worked out of them fits the processor's cache.

    Raises:
        ValueError: If there is no step, a column has another length or the rows are not sorted.
    """

    entity: Keys
    at: Instants
    steps: Sequence[Bools]
    part_rows: int = 1 << 17

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("A funnel has at least one step.")
        for column in (self.at, *self.steps):
            if column.shape != (len(self.entity),):
                raise ValueError(f"Each column has a value for each of {len(self.entity)} events, not {column.shape}.")
        falls = self.at[1:] < self.at[:-1]
        falls &= self.entity[1:] == self.entity[:-1]
        if falls.any() or (self.entity[1:] < self.entity[:-1]).any():
            raise ValueError("Events are sorted by entity, then by instant.")

    def __len__(self) -> int:
        return len(self.entity)

    @cached_property
    def parts(self) -> list[tuple[slice, Events]]:
        """Runs of whole entities, which do not bear on each other: the rows of each, and its events."""
        cuts = np.arange(self.part_rows, len(self), self.part_rows)
        ends = np.unique(np.searchsorted(self.entity, self.entity[cuts - 1], side="right"))
        bounds = [0, *(end for end in ends.tolist() if end < len(self)), len(self)]
        return [(rows, self._of(rows)) for rows in map(slice, bounds[:-1], bounds[1:])]

    def _of(self, rows: slice) -> Events:
        return Events(self.entity[rows], self.at[rows], [fits[rows] for fits in self.steps], self.part_rows)

    @cached_property
    def end(self) -> Rows:
        """For each row the first one behind its entity, which tells entities apart as well."""
        ends = np.append(np.flatnonzero(self.entity[1:] != self.entity[:-1]) + 1, len(self))
        narrow = ends.astype(row_type(len(self)))
        return np.repeat(narrow, np.diff(ends, prepend=0)) if len(self) else ends[:0]

    @cached_property
    def ends_of_time(self) -> tuple[int, int]:
        """The first and the last instant there is; two that are never reached without events."""
        limits = np.iinfo(np.int64)
        return int(self.at.min(initial=limits.max)), int(self.at.max(initial=limits.min))

    @cached_property
    def sets(self) -> list[RowSet]:
        """For each step, the rows that fit it; made once, however many funnels are asked of the events."""
        return [RowSet(fits) for fits in self.steps]

    def between(self, earlier: Rows, later: Rows) -> Instants:
        """How much time lies between rows, microseconds; arbitrary where either is "no row"."""
        return self.at.take(later, mode="clip") - self.at.take(earlier, mode="clip")
