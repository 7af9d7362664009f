"""Paths: what followed what, from one thing or up to another, as steps between the nodes that events are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from uptake.sequences.events import Bools, Instants, Keys, Rows, RowSet

END: Final = -1
"""Where a path leads that is over."""
OPEN: Final = -2
"""Where a path leads that may still go on."""
START: Final = -3
"""Where a path comes from that had no more before."""
OTHER: Final = -4
"""The nodes of a layer that are not named, taken together."""
NOTHING: Final = -5
"""What lies beyond the end of a path, or before its start."""
SPECIALS: Final = -NOTHING
"""How many nodes are no event: NOTHING is the lowest."""


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
class Walks:
    """Paths as far as they are looked at, one a column: a row for each layer, one row less for what lies between.

    Args:
        entity: Whose path each is; never falls.
        path: The number of the path.
        anchor_at: When the visit happened that the path is counted by.
        node: Layer by layer the nodes visited; START before the first or END or OPEN after the last where that is known,
            NOTHING farther out.
        microseconds: How long each step took, from a layer to the next; -1 where it is not one between visits.
        lowest: The position of the first layer: 1, or what lies before 0 where paths are followed back.
    """

    entity: Keys
    path: Rows
    anchor_at: Instants
    node: Keys
    microseconds: Instants
    lowest: int

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        columns = (self.entity, self.path, self.anchor_at, self.node, self.microseconds)
        return sum(column.nbytes for column in columns)

    def chosen(self, rows: slice | Rows) -> Walks:
        """Some of them."""
        whole = (self.entity[rows], self.path[rows], self.anchor_at[rows])
        return Walks(*whole, self.node[:, rows], self.microseconds[:, rows], self.lowest)

    @property
    def steps(self) -> Steps:
        """The steps they are made of, path by path."""
        origin, target, took = self.node[:-1].T, self.node[1:].T, self.microseconds.T
        walk, layer = np.nonzero((origin != NOTHING) & (target != NOTHING))
        position = layer + self.lowest
        return Steps(
            entity=self.entity.take(walk),
            path=self.path.take(walk),
            anchor_at=self.anchor_at.take(walk),
            position=position,
            origin=origin[walk, layer].astype(np.int32),
            target=target[walk, layer].astype(np.int32),
            microseconds=took[walk, layer],
            is_first=position == (1 if self.lowest == 1 else -1),
        )


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

    entity: Keys
    path: Rows
    anchor_at: Instants
    position: Rows
    origin: Keys
    target: Keys
    microseconds: Instants
    is_first: Bools


def walks(entity: Keys, at: Instants, node: Keys, cut: Cut) -> Walks:
    """Follows every path.

    A path is a run of an entity's events without a long pause; events of one node in a row are one visit, at the last
    of them.

    Args:
        entity: Whose event it is; never falls.
        at: When it happened; never falls within an entity.
        node: What it is, 0 or more.
        cut: Which part of a path is looked at.

    Returns:
        The paths; each has one step next to its anchor.

    >>> minute = 60_000_000
    >>> who, what = np.array([7, 7, 7, 7]), np.array([1, 1, 2, 1])
    >>> found = walks(who, np.array([0, 1, 5, 60]) * minute, what, Cut(gap=30 * minute, depth=3, until=600 * minute))
    >>> found.node.T.tolist(), found.microseconds.T.tolist()
    ([[1, 2, -1], [1, -1, -5]], [[240000000, -1], [-1, -1]])
    """
    is_new = np.ones(len(at) + 1, np.bool_)
    np.greater_equal(at[1:] - at[:-1], cut.gap, out=is_new[1:-1])
    is_new[1:-1] |= entity[1:] != entity[:-1]
    is_visit = is_new[1:].copy()
    is_visit[:-1] |= node[1:] != node[:-1]
    visits = np.flatnonzero(is_visit)
    ends = np.flatnonzero(is_new[1:].take(visits)) + 1
    firsts = np.append(0, ends)[: len(ends)]
    begin, finish, anchor = _bounds(node, visits, firsts, ends, cut)
    is_kept = (begin >= 0) & (finish >= 0)
    path = np.flatnonzero(is_kept)
    firsts, ends, begin, finish, anchor = (one.take(path) for one in (firsts, ends, begin, finish, anchor))
    lowest = 1 - cut.depth if cut.is_backward else 1
    outermost = anchor + lowest if cut.is_backward else begin
    visit = np.arange(cut.depth)[:, None] + outermost
    is_inside = visit >= firsts if cut.is_backward else visit <= finish
    row = visits.take(visit, mode="clip")
    moment = at.take(row)
    layers = node.take(row).astype(np.promote_types(node.dtype, np.int8))
    # NOTHING where it is not inside, and -1 where a step is not: a choice between both would take up to three times as long
    layers = (layers - NOTHING) * is_inside + NOTHING
    took = moment[1:] - moment[:-1]
    took += 1
    took *= is_inside[:-1] & is_inside[1:]
    took -= 1
    if cut.is_backward:
        beyond, is_known, name = firsts - 1 - outermost, firsts > outermost, np.full(len(path), START)
    else:
        # a path that got where it leads has no end of its own
        beyond, is_known = finish + 1 - outermost, (finish + 1 == ends) & (cut.before is None or cut.is_dropped)
        name = np.where(at.take(visits.take(ends - 1)) + cut.gap <= cut.until, END, OPEN)
    known = np.flatnonzero(is_known & (beyond < cut.depth))
    layers[beyond.take(known), known] = name.take(known)
    return Walks(
        entity=entity.take(visits.take(firsts)),
        path=path.astype(np.int32),
        anchor_at=at.take(visits.take(anchor)),
        node=layers,
        microseconds=took.astype(np.int32) if took.max(initial=0) < 2**31 else took,  # many paths are kept
        lowest=lowest,
    )


def _bounds(node: Keys, visits: Rows, firsts: Rows, ends: Rows, cut: Cut) -> tuple[Rows, Rows, Rows]:
    """For every path its first visit, its last one and its anchor; -1 where it is not looked at."""
    if cut.after is None and cut.before is None:
        return firsts, ends - 1, firsts
    node = node.take(visits)
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
    found = RowSet(fits).since(since)
    return np.where(found < ends, found, -1)
