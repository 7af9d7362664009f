"""Paths: what followed what, from one thing or up to another, as steps between the nodes that events are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from uptake.sequences.events import Bools, Instants, Keys, Rows

END: Final = -1
"""Where a path leads that is over."""
OPEN: Final = -2
"""Where a path leads that may still go on."""
START: Final = -3
"""Where a path comes from that had no more before."""
OTHER: Final = -4
"""The nodes of a layer that are not named, taken together."""


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
        anchored: Instants: only paths counted from the first up to the second are looked at; None: all.
    """

    gap: int
    depth: int
    until: int
    after: int | None = None
    before: int | None = None
    is_dropped: bool = False
    anchored: tuple[int, int] | None = None

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

    entity: Keys
    path: Rows
    anchor_at: Instants
    position: Rows
    origin: Keys
    target: Keys
    microseconds: Instants
    is_first: Bools

    def chosen(self, rows: Bools | Rows) -> Steps:
        """Some of them."""
        return Steps(**{name: getattr(self, name)[rows] for name in Steps.__dataclass_fields__})


def steps(entity: Keys, at: Instants, node: Keys, cut: Cut) -> Steps:
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
    np.greater_equal(at[1:] - at[:-1], cut.gap, out=is_new[1:])
    is_new[1:] |= entity[1:] != entity[:-1]
    is_visit = np.ones(len(at), np.bool_)
    np.not_equal(node[1:], node[:-1], out=is_visit[:-1])
    is_visit[:-1] |= is_new[1:]
    visits, beginnings = np.flatnonzero(is_visit), np.flatnonzero(is_new)
    owners, at, node = entity.take(beginnings), at.take(visits), node.take(visits)
    firsts = np.searchsorted(visits, beginnings)
    ends = np.append(firsts[1:], len(visits))
    begin, finish, anchor = _bounds(node, firsts, ends, cut)
    is_kept = (begin >= 0) & (finish >= 0)
    if cut.anchored is not None and len(at):
        moment = at.take(anchor, mode="clip")
        is_kept &= (moment >= cut.anchored[0]) & (moment < cut.anchored[1])
    kept = np.flatnonzero(is_kept)
    begin, finish, anchor = begin[kept], finish[kept], anchor[kept]
    length = np.minimum(finish - begin + 1, cut.depth)
    # one row a visit that is looked at, which becomes the step that leaves it
    ended = np.where(at.take(ends.take(kept) - 1) + cut.gap <= cut.until, END, OPEN)
    # a path that got where it leads has no end of its own, and one that is cut short goes on unseen
    stops = (finish + 1 == ends.take(kept)) & (length < cut.depth) & (cut.before is None or cut.is_dropped)
    length -= ~stops
    owner = np.repeat(np.arange(len(kept)), length)
    ranks = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    visit = ranks + begin.take(owner)
    origin, left_at = node.take(visit), at.take(visit)
    target = node.take(visit + 1, mode="clip").astype(np.int32)
    microseconds = at.take(visit + 1, mode="clip") - left_at
    lasts = np.cumsum(length)[stops] - 1
    target[lasts], microseconds[lasts] = ended[stops], -1
    position = ranks + 1 if not cut.is_backward else visit - anchor.take(owner)
    found = Steps(
        entity=owners.take(kept).take(owner),
        path=kept.take(owner),
        anchor_at=at.take(anchor).take(owner),
        position=position,
        origin=origin.astype(np.int32),
        target=target,
        microseconds=microseconds,
        is_first=position == (-1 if cut.is_backward else 1),
    )
    if not cut.is_backward:
        return found
    return _with_starts(found, owners.take(kept), kept, at, node, firsts.take(kept), anchor, cut)


def _bounds(node: Keys, firsts: Rows, ends: Rows, cut: Cut) -> tuple[Rows, Rows, Rows]:
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


def _with_starts(
    found: Steps, entity: Keys, path: Rows, at: Instants, node: Keys, firsts: Rows, anchor: Rows, cut: Cut
) -> Steps:
    """The steps, and for paths that begin within the layers one from the start to their first visit."""
    short = np.flatnonzero(anchor - firsts + 1 < cut.depth)
    firsts, anchor = firsts.take(short), anchor.take(short)
    position = firsts - anchor - 1
    starts = Steps(
        entity=entity.take(short),
        path=path.take(short),
        anchor_at=at.take(anchor),
        position=position,
        origin=np.full(len(firsts), START, np.int32),
        target=node.take(firsts).astype(np.int32),
        microseconds=np.full(len(firsts), -1, np.int64),
        is_first=position == -1,
    )
    joined = {
        name: np.concatenate([getattr(starts, name), getattr(found, name)]) for name in Steps.__dataclass_fields__
    }
    return Steps(**joined).chosen(np.argsort(joined["path"], kind="stable"))
