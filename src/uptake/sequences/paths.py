"""Paths: what followed what, from one thing or up to another, as steps between the nodes that events are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.events import Bools, Instants, Rows

END: Final = -1
"""Where a path leads that is over."""
OPEN: Final = -2
"""Where a path leads that may still go on."""
START: Final = -3
"""Where a path comes from that had no more before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Which part of a path is looked at.

    Args:
        gap: A pause of so many microseconds or more ends a path.
        depth: Visits looked at, at least 2.
        after: The node paths begin with at its first visit; None: their own beginning.
        before: The node paths lead to; its first visit behind the beginning. None: their own end. Without `after` paths
            are followed back from it.
        is_dropped: With both: the paths that never got there, up to their end.
        until: What happened at or after this instant is not known, so a path that ends less than the gap before it may
            go on.
    """

    gap: int
    depth: int
    until: int
    after: int | None = None
    before: int | None = None
    is_dropped: bool = False

    @property
    def is_backward(self) -> bool:
        """Whether paths are followed back from their end."""
        return self.after is None and self.before is not None


@dataclass(frozen=True, eq=False)
class Steps:
    """Steps of paths, one a row.

    Args:
        entity: Whose path it is.
        path: The number of the path.
        anchor_at: When the visit happened that the path is counted by.
        position: The layer the step leaves: from 1 at the beginning on, or up to -1 before the end.
        origin: The node it leaves, or START.
        target: The node it leads to, or END or OPEN.
        microseconds: How long it took; -1 where the path begins or ends.
        is_first: Holds for one step of each path: the one next to its anchor.
    """

    entity: NDArray[np.int64]
    path: Rows
    anchor_at: Instants
    position: Rows
    origin: NDArray[np.int64]
    target: NDArray[np.int64]
    microseconds: Instants
    is_first: Bools


def steps(entity: NDArray[np.int64], at: Instants, node: NDArray[np.int64], cut: Cut) -> Steps:
    """Follows every path.

    A path is a run of an entity's events without a long pause; events of one node in a row are one visit, at the last
    of them.

    Args:
        entity: Whose event it is; never falls.
        at: When it happened; never falls within an entity.
        node: What it is, 0 or more.
        cut: Which part of a path is looked at.

    Returns:
        The steps, path by path.

    >>> minute = 60_000_000
    >>> who, what = np.array([7, 7, 7, 7]), np.array([1, 1, 2, 1])
    >>> found = steps(who, np.array([0, 1, 5, 60]) * minute, what, Cut(gap=30 * minute, depth=3, until=600 * minute))
    >>> [*zip(found.path.tolist(), found.origin.tolist(), found.target.tolist())]
    [(0, 1, 2), (0, 2, -1), (1, 1, -1)]
    """
    is_new = np.ones(len(at), np.bool_)
    is_new[1:] = (entity[1:] != entity[:-1]) | (at[1:] - at[:-1] >= cut.gap)
    is_visit = np.ones(len(at), np.bool_)
    is_visit[:-1] = is_new[1:] | (node[1:] != node[:-1])
    path = np.cumsum(is_new)[is_visit] - 1
    entity, at, node = entity[is_visit], at[is_visit], node[is_visit]
    firsts = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(firsts[1:], len(path))
    begin, finish, anchor = _bounds(node, firsts, ends, cut)
    kept = np.flatnonzero((begin >= 0) & (finish >= 0))
    begin, finish, anchor = begin[kept], finish[kept], anchor[kept]
    length = np.minimum(finish - begin + 1, cut.depth)
    # one row a visit that is looked at, which becomes the step that leaves it
    owner = np.repeat(np.arange(len(kept)), length)
    visit = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length) + np.repeat(begin, length)
    has_next = visit + 1 < np.repeat(begin + length, length)
    ended = np.where(at[ends[kept] - 1] + cut.gap <= cut.until, END, OPEN)
    # a path that got where it leads has no end of its own, and one that is cut short goes on unseen
    stops = (finish + 1 == ends[kept]) & (length < cut.depth) & (cut.before is None or cut.is_dropped)
    leaves = has_next | stops[owner]
    following = np.minimum(visit + 1, len(node) - 1)
    position = visit - (anchor[owner] if cut.is_backward else begin[owner] - 1)
    found = Steps(
        entity=entity[visit],
        path=path[visit],
        anchor_at=at[anchor[owner]],
        position=position,
        origin=node[visit],
        target=np.where(has_next, node[following], ended[owner]),
        microseconds=np.where(has_next, at[following] - at[visit], -1),
        is_first=position == (-1 if cut.is_backward else 1),
    )
    found = _those(found, leaves)
    return _with_starts(found, entity, at, node, path, firsts[kept], anchor, cut) if cut.is_backward else found


def _bounds(node: NDArray[np.int64], firsts: Rows, ends: Rows, cut: Cut) -> tuple[Rows, Rows, Rows]:
    """For every path its first visit, its last one and its anchor; -1 where it is not looked at."""
    begin = firsts if cut.after is None else _next(node == cut.after, firsts, ends)
    if cut.before is None:
        return begin, ends - 1, begin
    later = begin if cut.after is None else np.where(begin < 0, ends, begin + 1)
    reached = _next(node == cut.before, later, ends)
    if cut.is_dropped:
        return begin, np.where(reached < 0, ends - 1, -1), begin
    if cut.is_backward:
        begin = np.where(reached < 0, -1, np.maximum(begin, reached - cut.depth + 1))
        return begin, reached, reached
    return begin, reached, begin


def _next(fits: Bools, since: Rows, ends: Rows) -> Rows:
    """The first visit that fits at or after each given one, before the end of its path; -1 where there is none."""
    rows = np.append(np.flatnonzero(fits), len(fits))
    found = rows[np.searchsorted(rows, np.minimum(since, len(fits)))]
    return np.where(found < ends, found, -1)


def _those(found: Steps, rows: Bools | Rows) -> Steps:
    return Steps(**{name: getattr(found, name)[rows] for name in Steps.__dataclass_fields__})


def _with_starts(
    found: Steps,
    entity: NDArray[np.int64],
    at: Instants,
    node: NDArray[np.int64],
    path: Rows,
    firsts: Rows,
    anchor: Rows,
    cut: Cut,
) -> Steps:
    """The steps, and for paths that begin within the layers one from the start to their first visit."""
    short = anchor - firsts + 1 < cut.depth
    firsts, anchor = firsts[short], anchor[short]
    position = firsts - anchor - 1
    starts = Steps(
        entity=entity[firsts],
        path=path[firsts],
        anchor_at=at[anchor],
        position=position,
        origin=np.full(len(firsts), START, np.int64),
        target=node[firsts],
        microseconds=np.full(len(firsts), -1, np.int64),
        is_first=position == -1,
    )
    joined = {
        name: np.concatenate([getattr(starts, name), getattr(found, name)]) for name in Steps.__dataclass_fields__
    }
    return _those(Steps(**joined), np.argsort(joined["path"], kind="stable"))
