"""The lines of an explanation add up exactly, whatever the numbers are and whatever is missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from uptake.plan import Score
from uptake.scores import linear, scale
from uptake.scores.explanation import change, level
from uptake.scores.scored import Scored
from uptake.scores.shrinkage import shrink

SHARE = st.one_of(st.just(float("nan")), st.floats(0, 1))


@st.composite
def made(draw: st.DrawFn) -> Scored:
    parts, entities = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    values = draw(arrays.arrays(np.float64, (parts, entities, 2), elements=SHARE))
    weights = np.array(draw(st.lists(st.floats(0.01, 5), min_size=parts, max_size=parts)))
    weights = weights / weights.sum()
    variance = draw(arrays.arrays(np.float64, (entities, 2), elements=st.floats(0, 400)))
    groups = draw(arrays.arrays(np.int64, (entities, 2), elements=st.integers(0, 1)))
    own = linear.mean(values, weights)
    names = tuple(f"part_{number}" for number in range(parts))
    score: Any = SimpleNamespace(model="linear")
    panel: Any = None
    n = np.ones_like(values)
    return Scored(score, panel, names, weights, values, values, n, groups, own, shrink(own, variance, groups))


@settings(deadline=None, max_examples=200)
@given(made())
def test_lines_add_up(scored: Scored) -> None:
    for row in range(scored.own.shape[0]):
        for explained in (level(scored, row, 0), level(scored, row, 1), change(scored, row, 0, 1)):
            if explained is not None:
                assert abs(explained.difference) < 1e-9
        assert (level(scored, row, 1) is None) == np.isnan(scored.own[row, 1])


def test_a_missing_component_leaves_a_line_of_its_own() -> None:
    """Weights 1/4 and 3/4, values 0.5 and missing, peers 0.4 and 0.2.

    The peers' score is 25; the known part adds 100 * 1/4 * 0.1 = 2.5; the score is 50, so 22.5 come from the weight.
    """
    points, weights = linear.contributions(np.array([0.5, np.nan]), np.array([0.4, 0.2]), np.array([0.25, 0.75]))
    assert points.tolist() == pytest.approx([2.5, 0])
    assert weights == pytest.approx(22.5)


def test_a_draw_by_hand() -> None:
    """Five accounts 10, 20, 30, 40, 50 with a sampling variance of 50 each.

    Mean 30, variance 250, so 200 between them; weight 1 - 2/4 * 50/250 = 0.9: the first is drawn from 10 to 12.
    """
    raw = np.array([[10.0], [20], [30], [40], [50]])
    drawn = shrink(raw, np.full((5, 1), 50.0), np.zeros((5, 1), dtype=np.int64))
    assert drawn.weight.ravel().tolist() == pytest.approx([0.9] * 5)
    assert drawn.score.ravel().tolist() == pytest.approx([12, 21, 30, 39, 48])
    assert (drawn.upper - drawn.score).ravel()[1] == pytest.approx(1.959963984540054 * 45**0.5)


def test_few_peers_draw_nobody() -> None:
    raw = np.array([[10.0], [20], [30], [np.nan]])
    drawn = shrink(raw, np.full((4, 1), 50.0), np.zeros((4, 1), dtype=np.int64))
    assert drawn.score[:3].tolist() == raw[:3].tolist()
    assert np.isnan(drawn.score[3, 0])


def test_ranks_of_ties_and_of_nothing() -> None:
    """Of 0, 2, 2, 5 and missing: nothing is 0, the two share the middle of the lower two thirds, missing stays missing."""
    ranks = scale.ranked(np.array([[0.0], [2], [2], [5], [np.nan]]), np.zeros((5, 1), dtype=np.int64)).ravel()
    assert ranks[:4].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 5 / 6])
    assert np.isnan(ranks[4])


def test_a_score_needs_a_component() -> None:
    with pytest.raises(Exception, match="components"):
        Score.model_validate({"name": "empty", "components": {}})
