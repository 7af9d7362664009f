"""Counts of steps over columns, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from uptake.sequences.path_counts import Grouped, count
from uptake.sequences.paths import OTHER, Cut, walks

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
