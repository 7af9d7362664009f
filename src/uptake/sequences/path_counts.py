"""Steps of paths, counted: how many take each, and what the interval of their share is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.events import Bools, Instants, Keys, Rows
from uptake.sequences.paths import OTHER, Steps

SPECIALS = -OTHER
"""How many nodes are no event: OTHER is the lowest."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grouped:
    """Steps of some entities, by the groups of their paths.

    Args:
        steps: The steps; an entity is in one part only, and has a first step for each of its paths.
        group: The group of the path that each is of; None: there is one group alone.
    """

    steps: Steps
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
    return groups * depth * (most + SPECIALS) ** 2


def count(parts: Sequence[Grouped], groups: int, lowest: int, depth: int, order: Rows, most: int) -> PathCounts:
    """Counts the steps of paths, with the smaller nodes of each layer taken together.

    Args:
        parts: The steps.
        groups: How many groups there are; they have the larger nodes in common.
        lowest: The lowest position.
        depth: How many layers there are.
        order: The place of each node in the order in which they are preferred where they are as large.
        most: How many nodes of a layer are named.

    Returns:
        The steps in no order.
    """
    layers = _Layers([part.steps for part in parts], lowest, depth, order, most)
    cells = [layers.cells(part.steps) for part in parts]
    sums = np.zeros((4, groups * layers.size), np.int64)
    n, sum_xx, entities = np.zeros((3, groups), np.int64)
    for place, (part, cell) in enumerate(zip(parts, cells, strict=True)):
        if not len(cell):
            continue
        owner = part.steps.entity - part.steps.entity.min()
        everyone = int(owner.max()) + 1
        if part.group is not None:
            owner = owner * np.int64(groups) + part.group
        of_each = np.bincount(owner[part.steps.is_first], minlength=everyone * groups)
        by_group = of_each.reshape(everyone, groups)
        n += by_group.sum(axis=0)
        sum_xx += (by_group * by_group).sum(axis=0)
        entities += np.count_nonzero(by_group, axis=0)
        taken = np.sort(owner * np.int64(layers.size) + cell)
        firsts = np.flatnonzero(_differs(taken))
        y = np.diff(firsts, append=len(taken))
        owner, step = np.divmod(taken.take(firsts), layers.size)
        x = of_each.take(owner)
        if part.group is not None:
            step += owner % groups * layers.size
            cells[place] = cell + part.group.astype(np.int64) * layers.size
        # of very many cells few are met in a part
        met, step = np.unique(step, return_inverse=True) if len(step) < sums.shape[1] else (slice(None), step)
        width = sums.shape[1] if isinstance(met, slice) else len(met)
        for number, weights in enumerate((y, np.ones_like(y), y * y, y * x)):
            # sums of doubles are exact as long as they are below 2^53
            sums[number, met] += np.bincount(step, weights, width).astype(np.int64)
    found = np.flatnonzero(sums[0])
    group, step = np.divmod(found, layers.size)
    medians = _medians(np.concatenate(cells), np.concatenate([part.steps.microseconds for part in parts]), found)
    taking, people, sum_yy, sum_xy = sums[:, found]
    return PathCounts(
        group,
        *layers.steps(step),
        taking,
        people,
        sum_yy,
        sum_xy,
        medians,
        n.take(group),
        sum_xx.take(group),
        entities.take(group),
    )


class _Layers:
    """Which nodes of each layer are named, and a number for each step between such nodes."""

    def __init__(self, parts: Sequence[Steps], lowest: int, depth: int, order: Rows, most: int) -> None:
        self._lowest, self._width = lowest, len(order) + SPECIALS
        leaving, reaching = np.zeros((2, depth * self._width), np.int64)
        for part in parts:
            leaving += np.bincount(self._place(part.position, part.origin), minlength=len(leaving))
            reaching += np.bincount(self._place(part.position + 1, part.target), minlength=len(reaching))
        larger = np.maximum(leaving, reaching).reshape(depth, self._width)[:, SPECIALS:]
        self._names = min(most, len(order)) + SPECIALS
        self._nodes = np.tile(np.arange(-SPECIALS, self._names - SPECIALS), (depth, 1))
        # what is not named is OTHER, whose name is 0
        name = np.zeros((depth, self._width), np.int32)
        name[:, :SPECIALS] = np.arange(SPECIALS)
        for layer, sizes in enumerate(larger):
            named = np.lexsort((order, -sizes))[:most]
            self._nodes[layer, SPECIALS:] = named
            name[layer, named + SPECIALS] = np.arange(SPECIALS, self._names)
        self._name = name.ravel()
        self.size = depth * self._names * self._names
        """How many steps there could be."""

    def _place(self, position: Rows, node: Keys) -> Rows:
        return (position - self._lowest) * self._width + (node + SPECIALS)

    def cells(self, part: Steps) -> Rows:
        """The number of each step."""
        origin = self._name.take(self._place(part.position, part.origin))
        target = self._name.take(self._place(part.position + 1, part.target))
        return ((part.position - self._lowest) * self._names + origin) * self._names + target

    def steps(self, cells: Rows) -> tuple[Counts, Counts, Counts]:
        """Position, origin and target of steps."""
        places, target = np.divmod(cells, self._names)
        layer, origin = np.divmod(places, self._names)
        return layer + self._lowest, self._nodes[layer, origin], self._nodes[layer + 1, target]


def _medians(cells: Rows, microseconds: Instants, asked: Rows) -> NDArray[np.float64]:
    timed = np.flatnonzero(microseconds >= 0)
    narrow = cells.astype(np.min_scalar_type(int(cells.max(initial=0)))).take(timed)
    order = np.argsort(narrow, kind="stable")
    cells, microseconds = narrow.take(order), microseconds.take(timed).take(order)
    begin, end = (np.searchsorted(cells, asked.astype(cells.dtype), side) for side in ("left", "right"))
    return np.array([_median_s(microseconds[one:other]) for one, other in zip(begin, end, strict=True)], np.float64)


def _median_s(microseconds: Instants) -> float:
    """The median as the engine has it, to the last bit: between the middle two where there are two."""
    if not len(microseconds):
        return np.nan
    below, above = (len(microseconds) - 1) // 2, len(microseconds) // 2
    middle = np.partition(microseconds, (below, above))
    return float(middle[below] / 1e6 * 0.5 + middle[above] / 1e6 * 0.5)


def _differs(values: NDArray[np.int64]) -> Bools:
    """Whether each value is another than the one before it."""
    differs = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return differs
