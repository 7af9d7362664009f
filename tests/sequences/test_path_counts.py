"""Counts of steps over columns, by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from uptake.metrics.core.side_by_side import side_by_side
from uptake.sequences.each import Each, one_by_one
from uptake.sequences.path_counts import Grouped, count
from uptake.sequences.paths import NOTHING, OTHER, Cut, Walks, walks
from uptake.sequences.whole_paths import count_whole

NODES = 9
CENTURY = 100 * 365 * 86_400_000_000


@pytest.mark.parametrize("unit", [1_000_000, CENTURY])
def test_medians_of_seconds_and_of_centuries(unit: int) -> None:
    """Three paths go from 0 to 1, in 1, 3 and 4 units, and two of them to 2, in 2 and 5. Two entities, one of them twice.

    With a pause of 1,000 units between paths, centuries are too long to be one number with the step they are of.
    """
    entity, at, node = np.array(
        [(7, 0, 0), (7, 1, 1), (7, 3, 2), (7, 1003, 0), (7, 1006, 1), (8, 0, 0), (8, 4, 1), (8, 9, 2)], np.int64
    ).T
    cut = Cut(gap=1000 * unit, depth=3, until=2500 * unit)
    found = walks(entity, at * unit, node, cut)
    counts = count([Grouped(found)], 1, np.arange(3), 8)
    told = {
        (origin, target): (paths, people, yy, xy, median / (unit / 1_000_000))
        for origin, target, paths, people, yy, xy, median in zip(
            counts.origin.tolist(),
            counts.target.tolist(),
            counts.paths.tolist(),
            counts.people.tolist(),
            counts.sum_yy.tolist(),
            counts.sum_xy.tolist(),
            counts.median_s.tolist(),
            strict=True,
        )
    }
    assert told[0, 1] == (3, 2, 5, 5, 3)
    assert told[1, 2] == (2, 2, 2, 3, 3.5)
    assert told[1, -1] == (1, 1, 1, 2, pytest.approx(float("nan"), nan_ok=True))
    assert len(told) == 3


def test_groups_have_the_larger_nodes_in_common_and_nothing_else() -> None:
    """0 leads to 1 twice and to 2 once: of one node a layer 2 is the other one. The group of the last path is 1."""
    entity = np.array([1, 1, 1, 1, 2, 2])
    at = np.array([0, 1, 10, 11, 0, 3], np.int64)
    found = walks(entity, at, np.array([0, 1, 0, 1, 0, 2]), Cut(gap=5, depth=2, until=100))
    counts = count([Grouped(found, np.array([0, 0, 1]))], 2, np.arange(3), 1)
    assert counts.group.tolist() == [0, 1]
    assert counts.target.tolist() == [1, OTHER]
    assert (counts.paths.tolist(), counts.n.tolist(), counts.entities.tolist()) == ([2, 1], [2, 1], [1, 1])
    assert (counts.sum_yy.tolist(), counts.sum_xx.tolist()) == ([4, 1], [4, 1])


def _drawn_walks(drawn: np.random.Generator, first: int, events: int) -> Walks:
    """Paths of up to fifty entities, the lowest of them given."""
    entity = np.sort(drawn.integers(first, first + 50, events))
    at = np.cumsum(drawn.choice([0, 1, 2, 900, 900_000, 40_000_000], events))
    return walks(
        entity, at, drawn.integers(0, NODES, events), Cut(gap=30_000_000, depth=4, until=int(at.max(initial=0)))
    )


@pytest.mark.parametrize("each", [one_by_one, side_by_side])
@pytest.mark.parametrize(("groups", "most"), [(1, 3), (4, 8), (120, 8), (30_000, 1)])
def test_counts_are_those_of_the_steps_one_by_one(each: Each, groups: int, most: int) -> None:
    """As many as a dictionary has; the groups of a path and its lengths, of which many are alike, are drawn."""
    drawn = np.random.default_rng(groups + most)
    parts = [_drawn_walks(drawn, first, 300) for first in (0, 50)] + [_drawn_walks(drawn, 0, 0)]
    given = [drawn.integers(0, groups, len(found.entity)) for found in parts]
    counts = count([*map(Grouped, parts, given)], groups, np.arange(NODES), most, each)
    whole = np.concatenate([found.node for found in parts], axis=1)
    sizes = [np.bincount(layer[layer >= 0], minlength=NODES) for layer in whole]
    named = [set(np.lexsort((np.arange(NODES), -size))[:most].tolist()) for size in sizes]
    of_all, of_step, seconds = (
        Counter[tuple[int, int]](),
        Counter[tuple[int, ...]](),
        defaultdict[tuple[int, ...], list[int]](list),
    )
    for found, own in zip(parts, given, strict=True):
        of_all.update(zip(own.tolist(), found.entity.tolist(), strict=True))
        for walk, layer in np.argwhere((found.node[:-1].T != NOTHING) & (found.node[1:].T != NOTHING)).tolist():
            origin, target = (
                node if node < 0 or node in named[place] else OTHER
                for place, node in (
                    (layer, int(found.node[layer, walk])),
                    (layer + 1, int(found.node[layer + 1, walk])),
                )
            )
            step = int(own[walk]), layer + 1, origin, target
            of_step[*step, int(found.entity[walk])] += 1
            seconds[step] += [took] if (took := int(found.microseconds[layer, walk])) >= 0 else []
    expected = {
        step: (
            sum(ys := [y for (*one, _), y in of_step.items() if tuple(one) == step]),
            len(ys),
            sum(y * y for y in ys),
            sum(y * of_all[step[0], who] for (*one, who), y in of_step.items() if tuple(one) == step),
            np.median(lengths) / 1e6 if lengths else None,
        )
        for step, lengths in seconds.items()
    }
    columns = (counts.paths, counts.people, counts.sum_yy, counts.sum_xy, counts.median_s)
    keys = zip(*(one.tolist() for one in (counts.group, counts.position, counts.origin, counts.target)), strict=True)
    told = dict(zip(keys, zip(*(one.tolist() for one in columns), strict=True), strict=True))
    assert {step: (*sums, None if np.isnan(median) else median) for step, (*sums, median) in told.items()} == {
        step: (*sums, median and pytest.approx(median)) for step, (*sums, median) in expected.items()
    }


def test_sequences_are_listed_by_frequency_and_then_by_their_words() -> None:
    """1 goes from "b" to "a" twice and once to "b c"; 2 from "b c" to "a"; group 1 has a path of one event.

    "b c → a" stands before "b → b c", as text does, though "b" is before "b c".
    """
    entity = np.array([1, 1, 1, 1, 1, 1, 2, 2, 3])
    at = np.array([0, 1, 10, 12, 20, 25, 0, 2, 0], np.int64) * 1_000_000
    found = walks(entity, at, np.array([1, 0, 1, 0, 1, 2, 2, 0, 1]), Cut(gap=6_000_000, depth=3, until=26_000_000))
    names = ["", "(other)", "(start)", "(open)", "(end)", "a", "b", "b c"]
    counts = count_whole([Grouped(found, np.array([0, 0, 0, 0, 1]))], 2, names, 2)
    assert counts.group.tolist() == [0, 0, 1]
    assert counts.sequence.to_pylist() == ["b → a → (end)", "b c → a → (end)", "b → (end)"]
    columns = (counts.length, counts.paths, counts.people, counts.sum_yy, counts.sum_xy, counts.median_s)
    assert [*zip(*(one.tolist() for one in columns), strict=True)] == [
        (2, 2, 1, 4, 6, 1.5),
        (2, 1, 1, 1, 1, 2.0),
        (1, 1, 1, 1, 1, pytest.approx(float("nan"), nan_ok=True)),
    ]
    assert (counts.n.tolist(), counts.sum_xx.tolist(), counts.entities.tolist()) == ([4, 4, 1], [10, 10, 1], [2, 2, 1])


def test_sequences_of_many_nodes_are_told_apart() -> None:
    """Twelve layers of 3,000 nodes are more than one number holds; the two paths differ in their last node only."""
    nodes = np.array([[*range(2_000, 2_012)], [*range(2_000, 2_011), 5], [*range(2_000, 2_012)]]).ravel()
    entity = np.repeat([1, 2, 3], 12)
    found = walks(entity, np.tile(np.arange(12, dtype=np.int64), 3), nodes, Cut(gap=5, depth=12, until=0))
    counts = count_whole([Grouped(found)], 1, ["", *(str(node) for node in range(-4, 3_000))], 8)
    assert (counts.paths.tolist(), counts.length.tolist()) == ([2, 1], [12, 12])
