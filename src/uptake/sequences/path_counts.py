"""Steps of paths, counted: how many take each, and what the interval of their share is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.events import Bools, Instants, Keys, Rows
from uptake.sequences.paths import NOTHING, OTHER, SPECIALS, Walks

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grouped:
    """Paths of some entities, by group.

    Args:
        walks: The paths; an entity is in one part only.
        group: The group of each; None: there is one group alone.
    """

    walks: Walks
    group: Keys | None = None


@dataclass(frozen=True, eq=False)
class PathCounts:
    """One line for each step that is taken in a group, and sums over all entities of the group.

    Args:
        group: Whose paths they are.
        position: The layer it leaves.
        origin: The node it leaves.
        target: The node it leads to.
        paths: How many paths take it.
        people: How many entities have such a path.
        sum_yy: Over entities, the square of how many of their paths take it.
        sum_xy: Over entities, that number times all of their paths.
        median_s: The median of the seconds it takes; nan if it is a beginning or an end.
        n: All paths of the group.
        sum_xx: Over entities, the square of how many paths they have.
        entities: How many entities have a path.
    """

    group: Counts
    position: Counts
    origin: Counts
    target: Counts
    paths: Counts
    people: Counts
    sum_yy: Counts
    sum_xy: Counts
    median_s: NDArray[np.float64]
    n: Counts
    sum_xx: Counts
    entities: Counts


def most_cells(groups: int, depth: int, most: int) -> int:
    """How many steps there could be in all groups, which each takes room while they are counted."""
    return groups * (depth - 1) * (most + SPECIALS) ** 2


def count(parts: Sequence[Grouped], groups: int, order: Rows, most: int) -> PathCounts:
    """Counts the steps of paths, with the smaller nodes of each layer taken together.

    Args:
        parts: The paths, one part at least.
        groups: How many groups there are; they have the larger nodes in common.
        order: The place of each node in the order in which they are preferred where they are as large.
        most: How many nodes of a layer are named.

    Returns:
        The steps in no order.
    """
    layers = _Layers([part.walks for part in parts], groups, order, most)
    cells = [layers.cells(part) for part in parts]
    paths, people, sum_yy, sum_xy = np.zeros((4, layers.size), np.int64)
    n, sum_xx, entities = np.zeros((3, groups), np.int64)
    for part, cell in zip(parts, cells, strict=True):
        if not len(part.walks.entity):
            continue
        owner = part.walks.entity - part.walks.entity[0]
        everyone = int(owner[-1]) + 1
        grouped = owner if part.group is None else part.group * np.int64(everyone) + owner
        x = np.bincount(grouped, minlength=groups * everyone)
        by_group = x.reshape(groups, everyone)
        n += by_group.sum(axis=1)
        sum_xx += (by_group * by_group).sum(axis=1)
        entities += np.count_nonzero(by_group, axis=1)
        # in order, the paths of one entity through one cell stand side by side, and so do the entities of a cell
        wide = np.min_scalar_type(layers.size * everyone)
        passed = np.sort(cell.astype(wide) * everyone + owner.astype(wide), axis=None)
        firsts = np.flatnonzero(_differs(passed))
        y = np.diff(firsts, append=len(passed))
        met, owner = np.divmod(passed.take(firsts), everyone)
        x = x.take(layers.group(met) * np.int64(everyone) + owner)
        firsts = np.flatnonzero(_differs(met))
        met = met.take(firsts)
        people[met] += np.diff(firsts, append=len(y))
        for sums, values in ((paths, y), (sum_yy, y * y), (sum_xy, y * x)):
            sums[met] += np.add.reduceat(values, firsts)
    steps = layers.steps(np.flatnonzero(paths))
    found = steps.cell
    return PathCounts(
        steps.group,
        steps.position,
        steps.origin,
        steps.target,
        paths.take(found),
        people.take(found),
        sum_yy.take(found),
        sum_xy.take(found),
        np.concatenate(
            [
                _medians(
                    np.concatenate([one[layer] for one in cells]),
                    np.concatenate([part.walks.microseconds[layer] for part in parts]),
                    found[steps.layer == layer],
                )
                for layer in range(layers.depth - 1)
            ]
        ),
        n.take(steps.group),
        sum_xx.take(steps.group),
        entities.take(steps.group),
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """Cells, and which steps of which group they are."""

    cell: Counts
    layer: Counts
    group: Counts
    position: Counts
    origin: Counts
    target: Counts


class _Layers:
    """Which nodes of each layer are named, and a cell, a number, for each step between such nodes and each group."""

    def __init__(self, parts: Sequence[Walks], groups: int, order: Rows, most: int) -> None:
        self.depth, self._lowest, self._groups = len(parts[0].node), parts[0].lowest, groups
        self._names = min(most, len(order)) + SPECIALS
        self._pairs = self._names * self._names
        self.size = (self.depth - 1) * groups * self._pairs
        """How many cells there are."""
        self._nodes = np.tile(np.arange(-SPECIALS, self._names - SPECIALS), (self.depth, 1))
        # what is not named is OTHER, and what is no event is counted from the end
        self._name = np.full((self.depth, len(order) + SPECIALS), SPECIALS + OTHER, np.min_scalar_type(self.size))
        self._name[:, len(order) :] = np.arange(SPECIALS)
        for layer in range(self.depth):
            sizes = np.zeros(len(order) + SPECIALS, np.int64)
            for part in parts:
                sizes += np.bincount(part.node[layer] + SPECIALS, minlength=len(sizes))
            named = np.lexsort((order, -sizes[SPECIALS:]))[:most]
            self._nodes[layer, SPECIALS:] = named
            self._name[layer, named] = np.arange(SPECIALS, self._names)

    def cells(self, part: Grouped) -> Rows:
        """The cell of each step, a row for each layer it leaves; of what lies beyond the ends of paths too."""
        walks = part.walks
        name = np.array([names.take(node) for names, node in zip(self._name, walks.node, strict=True)])
        place = np.arange(self.depth - 1, dtype=name.dtype)[:, None] * self._groups
        if part.group is not None:
            place = place + part.group.astype(name.dtype)
        found: Rows = place * self._pairs + name[:-1] * self._names + name[1:]
        return found

    def group(self, cells: Rows) -> Rows:
        """The group of each."""
        return cells // self._pairs % self._groups

    def steps(self, cells: Rows) -> _Found:
        """The steps that are among cells in order."""
        place, pair = np.divmod(cells, self._pairs)
        layer, group = np.divmod(place, self._groups)
        origin, target = np.divmod(pair, self._names)
        origin, target = self._nodes[layer, origin], self._nodes[layer + 1, target]
        found = _Found(cells, layer, group, layer + self._lowest, origin, target)
        is_step = (origin != NOTHING) & (target != NOTHING)
        return _Found(*(getattr(found, name)[is_step] for name in _Found.__dataclass_fields__))


def _medians(cells: Rows, microseconds: Instants, asked: Rows) -> NDArray[np.float64]:
    """The median of the seconds of each cell that is asked for, nan where none has any.

    It is as the engine has it, to the last bit: between the middle two where there are two.
    """
    timed = np.flatnonzero(microseconds >= 0)
    cells, lengths = cells.take(timed), microseconds.take(timed)
    known, span = None, int(lengths.max(initial=0)) + 1
    if (int(cells.max(initial=0)) + 1) * span >= 2**63:
        known, lengths = np.unique(lengths, return_inverse=True)
        span = len(known)
    # as one number cell and length are put in order in a tenth of the time of two
    in_order = np.sort(cells * np.int64(span) + lengths)
    begin, end = np.searchsorted(in_order, [asked * span, (asked + 1) * span])
    middle = np.array([(begin + end - 1) // 2, (begin + end) // 2])
    middle = in_order.take(middle, mode="clip") % span if len(in_order) else middle
    below, above = (middle if known is None else known.take(middle)) / 1e6 * 0.5
    return np.where(begin < end, below + above, np.nan)


def _differs(values: NDArray[Any]) -> Bools:
    """Whether each value is another than the one before it."""
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return differs
