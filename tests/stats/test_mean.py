from decimal import Decimal

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.mean import mean_from_sums, mean_from_values


def test_three_values_by_hand() -> None:
    """Mean 5, deviations -3, -1, 4, variance 26/2 = 13, t(0.975, 2) = 4.302653: 5 +- 4.302653 * sqrt(13/3)."""
    result = mean_from_values([2, 4, 9])
    assert result == pytest.approx((3, 5, -3.956685, 13.956685), abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50).filter(lambda values: np.std(values) > 1e-3))
def test_the_interval_equals_scipy(values: list[float]) -> None:
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_from_values(values)[2:] == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-6)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=50), st.floats(0.5, 0.99))
def test_sums_give_what_the_values_behind_them_give(values: list[int], level: float) -> None:
    from_sums = mean_from_sums(len(values), sum(values), sum(value * value for value in values), level)
    assert from_sums == pytest.approx(mean_from_values(values, level), rel=1e-9, abs=1e-6, nan_ok=True)


def test_a_small_spread_around_a_large_mean_survives_in_integer_sums() -> None:
    """As float64, the sums of squares of these microseconds differ by less than their last digit."""
    values = [10**15 + shift for shift in (0, 1, 2)]
    result = mean_from_sums(3, sum(values), sum(value * value for value in values))
    assert result.estimate == 10**15 + 1
    half_width = 4.302652730 / np.sqrt(3)
    assert result.ci_upper - result.estimate == pytest.approx(half_width, abs=0.2)  # float64 near 1e15 has steps of 1/8


def test_numpy_integers_do_not_overflow() -> None:
    """The sum of squares is just below 2^63; the square of the sum is above it."""
    values = np.array([2**31 - 3, 2**31 - 1], dtype=np.int64)
    result = mean_from_sums(2, values.sum(), (values * values).sum())
    assert result.estimate == 2**31 - 2
    assert result.ci_upper - result.estimate == pytest.approx(12.7062047, abs=1e-5)


def test_decimals_of_a_database_are_taken() -> None:
    assert mean_from_sums(2, Decimal("1.0"), Decimal("0.68")).estimate == 0.5


def test_float_sums_that_miss_zero_spread_by_rounding_are_taken_for_zero() -> None:
    result = mean_from_sums(3, 0.1 + 0.1 + 0.1, 0.01 + 0.01 + 0.01)
    assert result.ci_lower == pytest.approx(0.1)
    assert result.ci_upper == pytest.approx(0.1)


def test_no_values_give_nan_and_not_zero() -> None:
    for result in (mean_from_values([]), mean_from_values([None, None]), mean_from_sums(0, None, None)):
        assert result.n == 0
        assert np.isnan(result[1:]).all()


def test_one_value_has_a_mean_and_no_interval() -> None:
    for result in (mean_from_values([7]), mean_from_sums(1, 7, 49)):
        assert result[:2] == (1, 7)
        assert np.isnan(result[2:]).all()


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert mean_from_values([3, 3, 3]) == (3, 3, 3, 3)
    assert mean_from_sums(3, 9, 27) == (3, 3, 3, 3)


def test_golden_case_11_a_missing_value_is_left_out_and_not_taken_for_zero() -> None:
    assert mean_from_values([4, None, 8])[:2] == (2, 6)


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        mean_from_values([1, float("inf")])


def test_sums_that_belong_to_different_values_are_refused() -> None:
    with pytest.raises(ValueError, match="No 2 values have the sum 10 and the sum of squares 1"):
        mean_from_sums(2, 10, 1)


def test_squares_without_values_to_square_are_refused() -> None:
    with pytest.raises(ValueError, match="No 2 values"):
        mean_from_sums(2, 0, -1)


@pytest.mark.parametrize(("total", "total_squares"), [(None, 1), (1, None), (float("nan"), 1), (1, float("inf"))])
def test_a_missing_sum_of_values_is_refused(total: float | None, total_squares: float | None) -> None:
    with pytest.raises(ValueError, match="finite number"):
        mean_from_sums(2, total, total_squares)


def test_a_negative_n_is_refused() -> None:
    with pytest.raises(ValueError, match="n is -1"):
        mean_from_sums(-1, 0, 0)
