import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.stats.roc import advantage, area


@st.composite
def scored(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    """Scores with many ties, outcomes of both kinds, and groups."""
    n = draw(st.integers(2, 60))
    column = st.lists(st.integers(0, 9), min_size=n, max_size=n)
    happened = [1, 0, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    return draw(column), happened, draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))


def test_three_against_three_by_hand() -> None:
    """Of nine pairs 0.9 wins 3, 0.8 wins 2 and a half, 0.4 wins 2: 7.5 / 9.

    Shares below: of the cases 1, 5/6, 2/3, variance 1/36; of the others 1/2, 1, 1, variance 1/12. So the error is
    sqrt(1/108 + 1/36) = 0.19245, and 0.8333 - 1.96 * 0.19245 = 0.4561.
    """
    result = area([0.9, 0.8, 0.4, 0.8, 0.3, 0.1], [1, 1, 1, 0, 0, 0])
    assert result == pytest.approx((6, 7.5 / 9, 0.8333 - 0.3772, 1), abs=1e-4)


@given(scored())
def test_the_area_is_mann_whitneys_u_over_all_pairs(given_: tuple[list[int], list[int], list[int]]) -> None:
    scores, happened, _ = given_
    cases = [score for score, one in zip(scores, happened, strict=True) if one]
    others = [score for score, one in zip(scores, happened, strict=True) if not one]
    u = scipy.stats.mannwhitneyu(cases, others).statistic
    assert area(scores, happened).estimate == pytest.approx(u / (len(cases) * len(others)), abs=1e-12)


@given(scored())
def test_in_groups_the_pairs_of_all_groups_are_counted_once(given_: tuple[list[int], list[int], list[int]]) -> None:
    scores, happened, groups = given_
    rows = list(zip(scores, happened, groups, strict=True))
    won = [
        (case > other) + (case == other) / 2
        for case, one, of in rows
        for other, none, its in rows
        if one and not none and of == its
    ]
    expected = np.mean(won) if won else np.nan
    assert area(scores, happened, groups).estimate == pytest.approx(expected, abs=1e-12, nan_ok=True)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_the_interval_is_about_that_of_resampling(seed: int, in_groups: bool) -> None:
    """The error of the area, and of a difference of two, within a fifth of what 400 samples drawn again have."""
    chance = np.random.default_rng(seed)
    happened = np.repeat([1, 0], [150, 250])
    scores = np.round(chance.normal(size=400) + 0.7 * happened, 1)
    rival = np.round(scores + chance.normal(size=400), 1)
    groups = np.arange(400) % 2 if in_groups else np.zeros(400, dtype=int)
    # the same number of each kind in each group, as the formula has it
    kinds = [np.flatnonzero((happened == one) & (groups == of)) for one in (0, 1) for of in np.unique(groups)]
    areas, differences = [], []
    for _ in range(400):
        drawn = np.concatenate([chance.choice(kind, len(kind)) for kind in kinds])
        first, second = (area(of[drawn], happened[drawn], groups[drawn]).estimate for of in (scores, rival))
        areas.append(first)
        differences.append(first - second)
    for drawn_again, result in (
        (areas, area(scores, happened, groups)),
        (differences, advantage(scores, rival, happened, groups)),
    ):
        assert (result.ci_upper - result.ci_lower) / 2 / 1.96 == pytest.approx(np.std(drawn_again), rel=0.2)


@given(scored())
def test_an_advantage_is_the_difference_of_the_areas(given_: tuple[list[int], list[int], list[int]]) -> None:
    scores, happened, rival = given_
    result = advantage(scores, rival, happened)
    assert result.estimate == pytest.approx(area(scores, happened).estimate - area(rival, happened).estimate, abs=1e-12)
    assert advantage(scores, scores, happened).estimate == 0


def test_who_has_no_score_is_left_out() -> None:
    assert area([None, 2, 1, np.nan], [1, 1, 0, 0]) == pytest.approx((2, 1, np.nan, np.nan), nan_ok=True)


def test_where_it_happened_to_all_or_none_there_is_no_area() -> None:
    assert np.isnan(area([1, 2], [1, 1]).estimate)
    assert np.isnan(area([1, 2], [1, 0], [0, 1]).estimate)
    assert area([], []).n == 0


@pytest.mark.parametrize("wrong", [([1], [1, 0]), ([1, 2], [1, 2]), ([1, 2], [1, None])])
def test_what_cannot_be_compared_is_refused(wrong: tuple[list[float], list[float | None]]) -> None:
    with pytest.raises(ValueError, match=r"same length|is 0"):
        area(*wrong)
