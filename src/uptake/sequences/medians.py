"""Medians of many lengths at once, by what they are lengths of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.events import Instants, Keys, Rows

SPANS = 1 << 20
"""In so many spans lengths are counted at most before those in the middle are put in order; more cost more than they spare."""


def medians_of(cells: Keys, microseconds: Instants, asked: Rows) -> NDArray[np.float64]:
    """The median of the seconds of each cell that is asked for.

    It is as the engine has it, to the last bit: between the middle two where there are two.

    Args:
        cells: Of each length the cell it belongs to, a number from 0 on.
        microseconds: The lengths; those below 0 are none.
        asked: The cells that are asked for: all that have a length, and maybe others.

    Returns:
        Seconds, nan where a cell has no length.

    >>> medians_of(np.array([1, 1, 1, 4, 4, 2]), np.array([5, 1, 2, 6, 10, -1]) * 1_000_000, np.array([1, 2, 4]))
    array([ 2., nan,  8.])
    """
    timed = np.flatnonzero(microseconds >= 0)
    cells, lengths = cells.take(timed).astype(np.intp), microseconds.take(timed)
    if not len(timed):
        return np.full(len(asked), np.nan)
    lowest, highest = int(cells.min()), int(cells.max())
    cells -= lowest
    # only what lies in the span of a middle one is put in order: that is a few in a hundred
    spans = max(1, min(SPANS, len(lengths)) // (highest - lowest + 1))
    span = cells * spans
    span += lengths >> (int(lengths.max()) // spans).bit_length()
    members = np.bincount(span, minlength=(highest - lowest + 1) * spans)
    before = np.append(0, np.cumsum(members))
    begin, end = before.take(np.array([asked - lowest, asked - lowest + 1]) * spans, mode="clip")
    middle = np.array([(begin + end - 1) // 2, (begin + end) // 2])
    own = np.searchsorted(before, middle, side="right") - 1
    is_middle = np.zeros(len(members), np.bool_)
    is_middle[own[:, begin < end]] = True
    chosen = np.flatnonzero(is_middle.take(span))
    cells, lengths = cells.take(chosen), lengths.take(chosen)
    known, most = None, int(lengths.max()) + 1
    if (highest - lowest + 1) * most >= 2**63:
        known, lengths = np.unique(lengths, return_inverse=True)
        most = len(known)
    # as one number cell and length are put in order in a tenth of the time of two
    lengths = np.sort(cells * most + lengths) % most
    if known is not None:
        lengths = known.take(lengths)
    skipped = np.append(0, np.cumsum(members * ~is_middle))
    below, above = lengths.take(middle - skipped.take(own, mode="clip"), mode="clip") / 1e6 * 0.5
    return np.where(begin < end, below + above, np.nan)
