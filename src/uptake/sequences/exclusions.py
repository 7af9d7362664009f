"""Passes that an excluded event has spoilt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from uptake.sequences.events import Bools, Rows, RowSet
from uptake.sequences.reach import Reach
from uptake.sequences.rules import Exclusion
from uptake.sequences.ties import Arrival


class Spoiling(NamedTuple):
    """What excluded events did to passes, a place for each.

    Args:
        is_spoilt: Whether an excluded event spoilt the pass.
        row: The first that did, "no row" if none.
        clean: How many steps were done before it, or in all.
        depth: `clean`, and one more where a spoilt pass did the next step all the same.
    """

    is_spoilt: Bools
    row: Rows
    clean: Rows
    depth: Rows

    def of(self, places: Rows) -> Spoiling:
        """The same for some of the passes."""
        return Spoiling(self.is_spoilt[places], self.row[places], self.clean[places], self.depth[places])


def require_gaps(exclusions: Sequence[Exclusion], required: Sequence[int], rows: int) -> None:
    """Refuses exclusions that are not of these steps or events.

    Args:
        exclusions: The exclusions of the funnel.
        required: The numbers of its required steps.
        rows: How many events there are.

    Raises:
        ValueError: If an exclusion names a step that is not required, two steps the wrong way round, or not one
            truth a row.
    """
    for exclusion in exclusions:
        if exclusion.rows.shape != (rows,):
            raise ValueError(f"What is excluded is said of each of {rows} events, not {exclusion.rows.shape}.")
        if not (exclusion.after in required and exclusion.before in required and exclusion.after < exclusion.before):
            raise ValueError(
                f"An event is excluded after one required step and before a later one, of {list(required)}: "
                f"not after {exclusion.after} and before {exclusion.before}."
            )


def by_gap(exclusions: Sequence[Exclusion], required: Sequence[int], in_order: bool) -> list[RowSet | None]:
    """What is excluded between each required step and the next.

    Args:
        exclusions: The exclusions of the funnel.
        required: The numbers of its required steps.
        in_order: Whether the steps have an order; if not, what is excluded is excluded anywhere.

    Returns:
        The excluded rows for each required step but the last, None where nothing is excluded.
    """
    sets: list[RowSet | None] = []
    for step in required[:-1]:
        excluded = [one.rows for one in exclusions if not in_order or one.after <= step < one.before]
        sets.append(RowSet(np.logical_or.reduce(excluded)) if excluded else None)
    return sets


def spoil(chosen: Rows, excluded: Sequence[RowSet | None], reach: Reach, ties: Arrival) -> Spoiling:
    """Finds the first excluded event of each pass.

    A pass that does not reach its next step is spoilt by what is excluded before that step for as long as the step
    might still have come.

    Args:
        chosen: n by m rows: where each pass does each step.
        excluded: What may not lie between a step and the next, n - 1 of them.
        reach: The limits of the passes.
        ties: Which event came first.

    Returns:
        What became of the m passes.
    """
    none = len(reach.events)
    depth = np.add.reduce(chosen < none, axis=0, dtype=np.int16)
    clean, row = depth.copy(), np.full(chosen.shape[1], none, np.intp)
    is_spoilt = np.zeros(chosen.shape[1], np.bool_)
    for step in range(len(excluded) - 1, -1, -1):
        rows = excluded[step]
        if rows is None:
            continue
        before, after = chosen[step], chosen[step + 1]
        found = rows.since(ties.later(before))
        in_time = np.where(after < none, found < ties.tied(after), reach.within_step(step, before, found))
        in_time &= reach.within_pass(chosen[0], found) & (before < none)
        is_spoilt |= in_time
        row[in_time], clean[in_time] = found[in_time], step + 1
    return Spoiling(is_spoilt, row, clean, np.minimum(depth, clean + 1))
