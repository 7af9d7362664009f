"""Steps of paths, counted: how many take each, and what the interval of their share is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.each import Each, one_by_one
from uptake.sequences.events import Bools, Keys, Rows
from uptake.sequences.medians import medians_of
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


def count(parts: Sequence[Grouped], groups: int, order: Rows, most: int, each: Each = one_by_one) -> PathCounts:
    """Counts the steps of paths, with the smaller nodes of each layer taken together.

    Args:
        parts: The paths, one part at least.
        groups: How many groups there are; they have the larger nodes in common.
        order: The place of each node in the order in which they are preferred where they are as large.
        most: How many nodes of a layer are named.
        each: How parts are worked on; several may be at the same time.

    Returns:
        The steps in no order.
    """
    layers = _Layers([part.walks for part in parts], groups, order, most, each)
    cells = each(layers.cells, parts)
    of_steps, of_groups = np.zeros((4, layers.size), np.int64), np.zeros((3, groups), np.int64)
    for sums in each(layers.sums, zip(parts, cells, strict=True)):
        of_steps[:, sums.cell] += sums.of_steps
        of_groups += sums.of_groups
    paths, people, sum_yy, sum_xy = of_steps
    n, sum_xx, entities = of_groups
    steps = layers.steps(np.flatnonzero(paths))
    found = steps.cell

    def medians(layer: int) -> NDArray[np.float64]:
        return medians_of(
            np.concatenate([one[layer] for one in cells]),
            np.concatenate([part.walks.microseconds[layer] for part in parts]),
            found[steps.layer == layer],
        )

    return PathCounts(
        steps.group,
        steps.position,
        steps.origin,
        steps.target,
        paths.take(found),
        people.take(found),
        sum_yy.take(found),
        sum_xy.take(found),
        np.concatenate(each(medians, range(layers.depth - 1))),
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


@dataclass(frozen=True, eq=False)
class _Sums:
    """What some paths add to the counts.

    Args:
        cell: The cells they go through.
        of_steps: For each of these, what is added to its paths, people, `sum_yy` and `sum_xy`: (4, cells).
        of_groups: For each group, what is added to its `n`, `sum_xx` and entities: (3, groups).
    """

    cell: Rows
    of_steps: Counts
    of_groups: Counts


class _Layers:
    """Which nodes of each layer are named, and a cell, a number, for each step between such nodes and each group."""

    def __init__(self, parts: Sequence[Walks], groups: int, order: Rows, most: int, each: Each) -> None:
        self.depth, self._lowest, self._groups = len(parts[0].node), parts[0].lowest, groups
        self._names = min(most, len(order)) + SPECIALS
        self._pairs = self._names * self._names
        self.size = (self.depth - 1) * groups * self._pairs
        """How many cells there are."""
        self._nodes = np.tile(np.arange(-SPECIALS, self._names - SPECIALS), (self.depth, 1))
        # what is not named is OTHER, and what is no event is counted from the end
        self._name = np.full((self.depth, len(order) + SPECIALS), SPECIALS + OTHER, np.min_scalar_type(self.size))
        self._name[:, len(order) :] = np.arange(SPECIALS)

        def sizes(part: Walks) -> Counts:
            return np.array([np.bincount(node + SPECIALS, minlength=len(order) + SPECIALS) for node in part.node])

        for layer, size in enumerate(np.sum(each(sizes, parts), axis=0)):
            named = np.lexsort((order, -size[SPECIALS:]))[:most]
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

    def sums(self, part: tuple[Grouped, Rows]) -> _Sums:
        """What paths, with the cells of their steps, add to the counts."""
        grouped_walks, cells = part
        walks, group = grouped_walks.walks, grouped_walks.group
        owner = walks.entity - walks.entity[:1]
        everyone = int(owner[-1]) + 1 if len(owner) else 0
        grouped = owner if group is None else group * np.int64(everyone) + owner
        x = np.bincount(grouped, minlength=self._groups * everyone)
        by_group = x.reshape(self._groups, everyone)
        of_groups = [by_group.sum(axis=1), (by_group * by_group).sum(axis=1), np.count_nonzero(by_group, axis=1)]
        # in order, the paths of one entity through one cell stand side by side, and so do the entities of a cell
        is_step = walks.node[:-1] != NOTHING
        is_step &= walks.node[1:] != NOTHING
        step = np.flatnonzero(is_step)
        cell, whose = cells.take(step), np.tile(owner, self.depth - 1).take(step)
        in_order = _in_order(cell)
        cell, whose = cell.take(in_order), whose.take(in_order)
        firsts = np.flatnonzero(_differs(cell) | _differs(whose))
        y = np.diff(firsts, append=len(cell))
        met, whose = cell.take(firsts), whose.take(firsts)
        x = x.take(whose if group is None else met // self._pairs % self._groups * np.int64(everyone) + whose)
        firsts = np.flatnonzero(_differs(met))
        people = np.diff(firsts, append=len(y))
        sums = [np.add.reduceat(values, firsts) for values in (y, y * y, y * x)]
        return _Sums(met.take(firsts), np.array([sums[0], people, *sums[1:]]), np.array(of_groups))

    def steps(self, cells: Rows) -> _Found:
        """The steps that are among cells in order."""
        place, pair = np.divmod(cells, self._pairs)
        layer, group = np.divmod(place, self._groups)
        origin, target = np.divmod(pair, self._names)
        origin, target = self._nodes[layer, origin], self._nodes[layer + 1, target]
        found = _Found(cells, layer, group, layer + self._lowest, origin, target)
        is_step = (origin != NOTHING) & (target != NOTHING)
        return _Found(*(getattr(found, name)[is_step] for name in _Found.__dataclass_fields__))


def _in_order(cells: NDArray[Any]) -> Rows:
    """The places of cells from the lowest on, those of one in the order they came in."""
    # numbers of two bytes are put in order by their digits, in half the time of comparing them
    found = np.argsort(cells.astype(np.uint16), kind="stable")
    if cells.dtype.itemsize > 2:
        found = found.take(np.argsort((cells >> 16).take(found).astype(np.uint16), kind="stable"))
    return found


def _differs(values: NDArray[Any]) -> Bools:
    """Whether each value is another than the one before it."""
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return differs
