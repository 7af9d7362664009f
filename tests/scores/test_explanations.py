"""The lines of an explanation add up exactly, whatever the numbers are and whatever is missing."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from uptake.plan import Score
from uptake.scores import linear, scale
from uptake.scores.explanation import change, level
from uptake.scores.movement import against_earlier
from uptake.scores.scored import Ranks, Scored
from uptake.scores.shrinkage import shrink
from uptake.signals.windows import Floats

SHARE = st.one_of(st.just(float("nan")), st.floats(0, 1))


@dataclass(frozen=True)
class Days:
    """Everyone on two days, and the components of the later one as the peers of the earlier would have ranked them."""

    before: Scored
    after: Scored
    held: Floats


@st.composite
def two_days(draw: st.DrawFn) -> Days:
    parts, entities = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    weights = np.array(draw(st.lists(st.floats(0.01, 5), min_size=parts, max_size=parts)))
    weights = weights / weights.sum()
    model: Any = draw(st.sampled_from(["linear", "linear", "strict"]))
    names = tuple(f"part_{number}" for number in range(parts))

    def day() -> Scored:
        values = draw(arrays.arrays(np.float64, (parts, entities, 1), elements=SHARE))
        variance = draw(arrays.arrays(np.float64, (entities, 1), elements=st.floats(0, 400)))
        groups = draw(arrays.arrays(np.int64, (entities, 1), elements=st.integers(0, 1)))
        own = linear.worst(values) if model == "strict" else linear.mean(values, weights)
        drawn = shrink(own, variance, groups, drawn=model == "linear")
        score: Any = SimpleNamespace(model=model)
        return Scored(score, names, weights, tuple(values), tuple(values), np.ones_like(values), groups, own, drawn)

    held = draw(arrays.arrays(np.float64, (parts,), elements=st.floats(0, 1)))
    return Days(day(), day(), held)


@settings(deadline=None, max_examples=200)
@given(two_days())
def test_lines_add_up(days: Days) -> None:
    for row in range(days.after.own.shape[0]):
        held = np.where(np.isnan(days.after.values[:, row, -1]), np.nan, days.held)
        levels = level(days.before, row), level(days.after, row)
        for explained in (*levels, change(days.before, days.after, row, held), change(days.before, days.after, row)):
            if explained is not None:
                assert abs(explained.difference) < 1e-9
        assert (levels[1] is None) == np.isnan(days.after.own[row, -1])


RANKED = st.integers(0, 3).map(float) | st.just(float("nan"))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(RANKED, RANKED, st.integers(0, 1)), min_size=1, max_size=7))
def test_a_rank_moves_by_its_own_change_alone_where_nobody_else_moves(users: list[tuple[float, float, int]]) -> None:
    """Each in turn takes their later value while all others keep theirs: the rank then is all of the movement."""
    values = np.array([[was, now] for was, now, _ in users])
    groups = np.array([[group] for *_, group in users])
    for one in range(len(users)):
        alone = values[:, :1].copy()
        alone[one] = values[one, 1]
        before, after = ranked_scores(values[:, :1], groups), ranked_scores(alone, groups)
        held = against_earlier(before, after, one)
        np.testing.assert_allclose(held, after.values[:, one, -1])


def ranked_scores(values: Floats, groups: Any) -> Scored:
    made, score = scale.ranked(values, groups)[None], SimpleNamespace(model="linear")
    own, weights = linear.mean(made, np.ones(1)), np.ones(1)
    return Scored(
        cast("Score", score), ("uses",), weights, (values,), tuple(made), np.ones_like(made), groups, own,
        shrink(own, np.zeros_like(own), groups), {0: Ranks(values, groups, np.arange(len(values)))},
    )  # fmt: skip


def test_a_rank_that_falls_because_others_rise() -> None:
    """Of 1, 2 and 3 the second has rank 1.5/3; the first then does 9: the same 2 has 0.5/3, all of it by the peers."""
    nobody = np.zeros((3, 1), dtype=np.int64)
    before = ranked_scores(np.array([[1.0], [2], [3]]), nobody)
    after = ranked_scores(np.array([[9.0], [2], [3]]), nobody)
    made = change(before, after, 1, against_earlier(before, after, 1))
    assert made is not None
    points = {line.kind: line.points for line in made.lines if line.points}
    assert points == {"ranks": pytest.approx(-100 / 3)}


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
