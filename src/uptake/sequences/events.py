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

Rows = NDArray[np.intp]
"""Numbers of rows. The number of all rows stands for "no row", so it is later than every row."""


class RowSet:
    """Some of the rows, ready to be asked which comes next.

    Args:
        fits: Whether each row belongs to it, one for each row.

    >>> RowSet(np.array([False, True, False, True])).since(np.array([0, 1, 2, 4]))
    array([1, 1, 3, 4])
    """

    def __init__(self, fits: Bools) -> None:
        self.rows: Rows = np.append(np.flatnonzero(fits), len(fits))
        self._fits = fits

    @cached_property
    def _earlier(self) -> NDArray[Any]:
        # Counting costs one pass over the rows and makes each question one look-up; a binary search costs about ten.
        earlier = np.zeros(len(self._fits) + 1, np.int32 if len(self._fits) < 2**31 else np.intp)
        np.cumsum(self._fits, out=earlier[1:])
        return earlier

    def since(self, rows: Rows, skipped: int = 0) -> Rows:
        """The first row of the set at or after each given one.

        Args:
            rows: Any rows; one that lies behind the last is answered like "no row".
            skipped: How many rows of the set to pass over.

        Returns:
            Rows of the set, "no row" where none is left. Whose row it is, is for the caller to check.
        """
        places = self._earlier.take(rows, mode="clip")
        return self.rows.take(places + skipped if skipped else places, mode="clip")


@dataclass(frozen=True, eq=False)
class Events:
    """Events sorted by entity, then instant, then order of arrival.

    Args:
        entity: Whose event it is: a user, an account, or a pair of one and the value held constant. Never falls.
        at: When it happened. Never falls within an entity.
        steps: For each step, whether each row fits it; a row may fit several steps or none. Strict order needs all
            events of the entities, the others only those that fit a step or an exclusion.

    Raises:
        ValueError: If there is no step, a column has another length or the rows are not sorted.
    """

    entity: NDArray[np.int64]
    at: Instants
    steps: Sequence[Bools]

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
    def end(self) -> Rows:
        """For each row the first one behind its entity, which tells entities apart as well."""
        ends = np.append(np.flatnonzero(self.entity[1:] != self.entity[:-1]) + 1, len(self))
        return np.repeat(ends, np.diff(ends, prepend=0)) if len(self) else ends[:0]

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
