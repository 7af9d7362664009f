import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.pooling import simple_mean, weighted_mean
from uptake.stats.proportion import wilson

cohorts = st.lists(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1)


def test_people_count_alike_in_the_weighted_mean() -> None:
    """(80 + 1) / (100 + 10), not (0.8 + 0.1) / 2."""
    assert weighted_mean([80, 1], [100, 10]) == wilson(81, 110)


def test_cohorts_count_alike_in_the_simple_mean_by_hand() -> None:
    """Wilson: 0.8 in (0.711171, 0.866633), 0.1 in (0.017876, 0.404150). Below: sqrt(0.088829^2 + 0.082124^2) / 2."""
    result = simple_mean([80, 1], [100, 10])
    assert result == pytest.approx((110, 0.45, 0.389513, 0.605682), abs=1e-6)


def test_golden_case_2_an_open_cohort_is_left_out_and_never_counted_as_zero() -> None:
    for mean in (weighted_mean, simple_mean):
        closed = mean([80, 1], [100, 10])
        assert mean([80, 1, None], [100, 10, None]) == closed
        assert mean([80, 1, 0], [100, 10, 0]) == closed
        assert mean([80, 1, None], [100, 10, 50]) == closed


def test_no_closed_cohort_gives_nan_and_not_zero() -> None:
    for mean in (weighted_mean, simple_mean):
        for result in (mean([], []), mean([None], [None]), mean([0], [0])):
            assert result.n == 0
            assert np.isnan(result[1:]).all()


@given(cohorts)
def test_one_cohort_is_its_own_mean(cohorts: list[tuple[int, int]]) -> None:
    count, n = cohorts[0]
    assert weighted_mean([count], [n]) == wilson(count, n)
    assert simple_mean([count], [n]) == pytest.approx(wilson(count, n), abs=1e-12)


@given(cohorts)
def test_means_lie_in_their_intervals_inside_0_to_1(cohorts: list[tuple[int, int]]) -> None:
    counts, n = (list(column) for column in zip(*cohorts, strict=True))
    for result in (weighted_mean(counts, n), simple_mean(counts, n)):
        assert result.n == sum(n)
        assert -1e-12 <= result.ci_lower <= result.estimate <= result.ci_upper <= 1 + 1e-12
        assert result.ci_lower < result.ci_upper


@given(st.integers(1, 200), st.lists(st.integers(0, 200), min_size=1))
def test_cohorts_of_one_size_have_one_mean(n: int, counts: list[int]) -> None:
    counts = [min(count, n) for count in counts]
    sizes = [n] * len(counts)
    assert simple_mean(counts, sizes).estimate == pytest.approx(weighted_mean(counts, sizes).estimate)


def test_the_interval_of_the_simple_mean_covers_the_truth_as_often_as_it_says() -> None:
    """Exact: every outcome of two cohorts of 20 and 8, with its probability, for 25 pairs of true shares."""
    sizes, levels = (20, 8), np.array([0.05, 0.2, 0.5, 0.8, 0.95])
    outcomes = [(a, b) for a in range(21) for b in range(9)]
    results = np.array([simple_mean(outcome, sizes) for outcome in outcomes])
    coverage = []
    for first in levels:
        for second in levels:
            probability = np.array(
                [scipy.stats.binom.pmf(a, 20, first) * scipy.stats.binom.pmf(b, 8, second) for a, b in outcomes]
            )
            truth = (first + second) / 2
            coverage.append(probability[(results[:, 2] <= truth) & (truth <= results[:, 3])].sum())
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.015)
    assert np.min(coverage) > 0.9


def test_a_cohort_with_more_returns_than_members_is_refused_even_where_the_pool_hides_it() -> None:
    for mean in (weighted_mean, simple_mean):
        with pytest.raises(ValueError, match="12 of 10 is not a share"):
            mean([12, 1], [10, 100])
        with pytest.raises(ValueError, match="3 of 0 is not a share"):
            mean([3, 1], [0, 100])


def test_the_level_is_followed() -> None:
    assert weighted_mean([5], [10], 0.5) == wilson(5, 10, 0.5)
    assert simple_mean([5], [10], 0.5).ci_upper < simple_mean([5], [10], 0.95).ci_upper
