import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.median import median_from_counts, median_from_values

columns = st.lists(st.integers(-50, 50), min_size=1, max_size=80)


def test_seven_values_by_hand() -> None:
    """At most 0 of 7 below the median has probability 1/128 = 0.0078, at most 1 has 8/128 = 0.0625: ranks 1 and 7."""
    assert median_from_values([21, 1, 2, 3, 5, 8, 13]) == (7, 5, 1, 21)


def test_nine_values_by_hand() -> None:
    """At most 1 of 9 has probability 10/512 = 0.0195, at most 2 has 46/512 = 0.09: ranks 2 and 8."""
    assert median_from_values(range(1, 10)) == (9, 5, 2, 8)


def test_five_values_cannot_reach_95_percent_and_six_can() -> None:
    five, six = median_from_values([1, 2, 3, 4, 5]), median_from_values([1, 2, 3, 4, 5, 6])
    assert five[:2] == (5, 3)
    assert np.isnan(five[2:]).all()
    assert six == (6, 3.5, 1, 6)


def test_no_values_give_nan_and_not_zero() -> None:
    for result in (median_from_values([]), median_from_values([None]), median_from_counts([3], [0])):
        assert result.n == 0
        assert np.isnan(result[1:]).all()


def test_one_value_is_its_own_median_without_an_interval() -> None:
    result = median_from_values([4])
    assert result[:2] == (1, 4)
    assert np.isnan(result[2:]).all()


@given(columns)
def test_the_median_equals_numpy(values: list[int]) -> None:
    assert median_from_values(values).estimate == np.median(values)


@given(columns, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_interval_equals_scipy(values: list[int], level: float) -> None:
    interval = np.asarray(scipy.stats.quantile_test(values, p=0.5).confidence_interval(level))
    np.testing.assert_array_equal(median_from_values(values, level)[2:], interval)


@given(columns)
def test_counts_give_what_the_repeated_values_give(values: list[int]) -> None:
    distinct, counts = np.unique(values, return_counts=True)
    turned = np.random.default_rng(0).permutation(distinct.size)
    expected = median_from_values(values)
    np.testing.assert_array_equal(median_from_counts(distinct[turned], counts[turned]), expected)


def test_the_same_value_may_come_in_several_lines() -> None:
    assert median_from_counts([2, 1, 2], [3, 3, 4]) == median_from_counts([1, 2], [3, 7])


def test_a_million_values_are_as_exact_as_ten() -> None:
    """Normal approximation of the rank: 500,000 - 1.96 * 500 = 499,020."""
    result = median_from_values(np.arange(1, 1_000_001))
    assert result[:2] == (1_000_000, 500_000.5)
    assert result.ci_lower == pytest.approx(499_020, abs=1.5)
    assert result.ci_lower + result.ci_upper == 1_000_001


def test_the_middle_of_two_huge_values_does_not_overflow() -> None:
    assert median_from_values([1.7e308, 1.7e308]).estimate == 1.7e308


def test_missing_values_are_left_out() -> None:
    assert median_from_values([None, 9, 1, float("nan"), 5])[:2] == (3, 5)


@pytest.mark.parametrize("count", [-1, 0.5, None, float("inf")])
def test_a_count_that_counts_nothing_is_refused(count: float | None) -> None:
    with pytest.raises(ValueError, match="whole number"):
        median_from_counts([1], [count])


@pytest.mark.parametrize("value", [None, float("inf")])
def test_a_histogram_of_a_value_that_is_none_is_refused(value: float | None) -> None:
    with pytest.raises(ValueError, match="finite values only"):
        median_from_counts([value], [1])


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        median_from_values([1, float("inf")])


def test_columns_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values and 1 counts"):
        median_from_counts([1, 2], [1])
