import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from uptake.stats.estimate import Estimate, Estimates
from uptake.stats.proportion import wilson


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 10**7))
    return draw(st.integers(0, n)), n


def test_one_of_two_by_hand() -> None:
    """Centre 1/2; half width z / (1 + z^2/2) * sqrt(1/8 + z^2/16) with z^2 = 3.841459 is 0.4055."""
    result = wilson(1, 2)
    assert result == pytest.approx((2, 0.5, 0.5 - 0.4055, 0.5 + 0.4055), abs=1e-4)


def test_none_of_ten_starts_exactly_at_zero_and_reaches_z2_over_n_plus_z2() -> None:
    result = wilson(0, 10)
    assert result.estimate == 0
    assert result.ci_lower == 0
    assert result.ci_upper == pytest.approx(3.841459 / 13.841459, abs=1e-6)


def test_all_of_ten_ends_exactly_at_one() -> None:
    result = wilson(10, 10)
    assert result.estimate == 1
    assert result.ci_lower == pytest.approx(10 / 13.841459, abs=1e-6)
    assert result.ci_upper == 1


def test_none_of_nobody_is_nan_and_not_zero() -> None:
    result = wilson(0, 0)
    assert result.n == 0
    assert np.isnan(result[1:]).all()


@given(shares(), st.floats(0.5, 0.999))
def test_the_interval_equals_statsmodels(share: tuple[int, int], level: float) -> None:
    expected = proportion_confint(*share, alpha=1 - level, method="wilson")
    assert wilson(*share, level)[2:] == pytest.approx(expected, abs=1e-9)


@given(shares())
def test_the_estimate_lies_inside_its_interval_inside_0_to_1(share: tuple[int, int]) -> None:
    result = wilson(*share)
    assert 0 <= result.ci_lower <= result.estimate <= result.ci_upper <= 1
    assert result.ci_lower < result.ci_upper


@given(shares())
def test_the_share_that_did_mirrors_the_share_that_did_not(share: tuple[int, int]) -> None:
    count, n = share
    did, did_not = wilson(count, n), wilson(n - count, n)
    assert did.ci_lower == pytest.approx(1 - did_not.ci_upper, abs=1e-12)
    assert did.ci_upper == pytest.approx(1 - did_not.ci_lower, abs=1e-12)


def test_the_interval_is_the_set_of_shares_that_a_score_test_does_not_reject() -> None:
    result = wilson(13, 40)
    for limit in (result.ci_lower, result.ci_upper):
        score = abs(13 / 40 - limit) / np.sqrt(limit * (1 - limit) / 40)
        assert 2 * scipy.stats.norm.sf(score) == pytest.approx(0.05)


def test_numbers_give_an_estimate_with_a_whole_n() -> None:
    result = wilson(np.int64(3), 4.0)
    assert isinstance(result, Estimate)
    assert isinstance(result.n, int)
    assert all(type(value) is float for value in result[1:])


def test_a_fractional_n_stays_fractional() -> None:
    assert wilson(1.25, 2.5).n == 2.5


def test_arrays_give_the_same_as_their_elements_one_by_one() -> None:
    counts, n = [0, 7, 10, 0], [10, 10, 10, 0]
    result = wilson(counts, n)
    assert isinstance(result, Estimates)
    expected = [wilson(count, size) for count, size in zip(counts, n, strict=True)]
    np.testing.assert_array_equal(np.transpose(result), expected)


def test_counts_broadcast_against_one_n() -> None:
    result = wilson(np.array([[1, 2], [3, 4]]), 10)
    assert result.estimate.shape == (2, 2)
    np.testing.assert_array_equal(result.n, np.full((2, 2), 10))
    result.n[0, 0] = 1  # a broadcast view would refuse, or change all


def test_one_count_broadcasts_against_many_n() -> None:
    np.testing.assert_array_equal(wilson(1, [2, 4]).estimate, [0.5, 0.25])


def test_no_shares_give_no_intervals() -> None:
    assert wilson([], []).ci_upper.size == 0


@pytest.mark.parametrize("counts", [[None, 1], np.ma.array([5, 1], mask=[True, False]), [np.nan, 1]])
def test_a_missing_count_is_nan_and_not_zero(counts: list[float | None]) -> None:
    result = wilson(counts, [2, 2])
    assert np.isnan([result.estimate[0], result.ci_lower[0], result.ci_upper[0]]).all()
    assert result.estimate[1] == 0.5


def test_a_missing_n_is_nan() -> None:
    assert np.isnan(wilson([1], [None]).estimate).all()


def test_golden_case_9_a_share_above_100_percent_is_an_error_in_the_numerator() -> None:
    with pytest.raises(ValueError, match=r"12 of 10 is not a share.*denominator counts too"):
        wilson(12, 10)


@pytest.mark.parametrize(("count", "n"), [(-1, 10), (1, 0), (0, -1), (1, float("inf"))])
def test_what_is_no_share_is_refused(count: float, n: float) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(count, n)


def test_the_first_wrong_share_of_many_is_named() -> None:
    with pytest.raises(ValueError, match="11 of 10"):
        wilson([1, 11, 12], 10)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        wilson([1, 2], [3, 4, 5])
