from collections.abc import Sequence
from math import exp, log

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.estimate import Estimate
from uptake.stats.mean import mean_from_values
from uptake.stats.ratio import as_share, linearised, linearised_from_sums, mean_of_ratios, ratio

pairs = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50)), min_size=2, max_size=40)


def ratio_of(pairs: Sequence[tuple[int, int]], level: float = 0.95) -> Estimate:
    return ratio(
        total_y=sum(y for y, _ in pairs),
        total_x=sum(x for _, x in pairs),
        sum_yy=sum(y * y for y, _ in pairs),
        sum_xy=sum(x * y for y, x in pairs),
        sum_xx=sum(x * x for _, x in pairs),
        n=len(pairs),
        level=level,
    )


def test_three_entities_by_hand() -> None:
    """9/6 = 1.5; residuals -1/2, 0, 1/2; 4.302653 * sqrt(3/2 * 1/2) / 6 = 0.621034."""
    result = ratio_of([(1, 1), (3, 2), (5, 3)])
    assert result == pytest.approx((3, 1.5, 0.878966, 2.121034), abs=1e-6)


@given(pairs)
def test_the_interval_equals_a_weighted_regression_with_robust_errors_in_statsmodels(
    pairs: list[tuple[int, int]],
) -> None:
    y, x = np.array(pairs, dtype=float).T
    fit = sm.WLS(y / x, np.ones_like(x), weights=x).fit(cov_type="HC1", use_t=True)
    result = ratio_of(pairs)
    assert result.estimate == pytest.approx(fit.params[0], rel=1e-9, abs=1e-12)
    assert result[2:] == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-7, abs=1e-9)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=40))
def test_a_denominator_of_one_each_gives_the_mean(values: list[int]) -> None:
    assert ratio_of([(value, 1) for value in values]) == pytest.approx(mean_from_values(values), rel=1e-9, abs=1e-9)


@given(pairs)
def test_one_period_gives_the_ratio_of_its_totals(pairs: list[tuple[int, int]]) -> None:
    y, x = np.array(pairs, dtype=float).T
    assert mean_of_ratios(y[:, None], x[:, None]) == pytest.approx(ratio_of(pairs), rel=1e-9, abs=1e-9)


def test_entities_in_constant_proportion_have_an_interval_of_no_width() -> None:
    assert ratio_of([(2, 1), (4, 2), (2 * 10**9, 10**9)]) == (3, 2, 2, 2)


def test_no_entities_give_nan_and_not_zero() -> None:
    result = ratio(None, None, None, None, None, n=0)
    assert result.n == 0
    assert np.isnan(result[1:]).all()


def test_a_denominator_of_zero_gives_nan_and_keeps_n() -> None:
    result = ratio(3, 0, 9, 0, 0, n=2)
    assert result.n == 2
    assert np.isnan(result[1:]).all()


def test_one_entity_has_a_ratio_and_no_interval() -> None:
    result = ratio_of([(3, 4)])
    assert result[:2] == (1, 0.75)
    assert np.isnan(result[2:]).all()


def test_a_negative_n_is_refused() -> None:
    with pytest.raises(ValueError, match="n is -2"):
        ratio(1, 1, 1, 1, 1, n=-2)


def test_a_missing_sum_is_refused() -> None:
    with pytest.raises(ValueError, match="finite number"):
        ratio(1, None, 1, 1, 1, n=2)


def test_stickiness_of_two_days_by_hand() -> None:
    """D/M is 2/3 on both days; influences 1/9, -1/18, -1/18; 4.302653 * sqrt(3/2 * (1/81 + 2/324)) = 0.717109."""
    active_day, active_month = [[1, 1], [0, 1], [1, 0]], [[1, 1], [1, 1], [1, 1]]
    result = mean_of_ratios(active_day, active_month)
    assert result.estimate == pytest.approx(2 / 3)
    assert result.ci_upper - result.estimate == pytest.approx(0.717109, abs=1e-6)
    assert linearised([1 / 9, -1 / 18, -1 / 18]) == pytest.approx(0.717109, abs=1e-6)


def test_the_influence_is_how_far_a_heavier_entity_moves_the_estimate() -> None:
    """A numerical derivative, entity by entity, of the mean of daily ratios under reweighting."""
    generator = np.random.default_rng(5)
    x = (generator.random((25, 12)) < 0.7).astype(float)
    y = x * (generator.random((25, 12)) < 0.4)

    def estimate(weights: np.ndarray) -> float:
        return float(np.mean((weights @ y) / (weights @ x)))

    step = 1e-6
    derivatives = [(estimate(1 + step * row) - estimate(1 - step * row)) / (2 * step) for row in np.eye(25)]
    result = mean_of_ratios(y, x)
    assert result.estimate == pytest.approx(estimate(np.ones(25)))
    assert result.ci_upper - result.estimate == pytest.approx(linearised(derivatives), rel=1e-6)


def test_days_of_one_user_do_not_count_as_independent() -> None:
    """Thirty equal days are the same evidence as one of them."""
    day_y, day_x = np.array([[1], [0], [1], [0], [0]]), np.ones((5, 1))
    once = mean_of_ratios(day_y, day_x)
    thirty_times = mean_of_ratios(np.repeat(day_y, 30, axis=1), np.repeat(day_x, 30, axis=1))
    assert thirty_times == pytest.approx(once)


def test_who_was_never_active_changes_nothing() -> None:
    y, x = np.array([[1, 0], [0, 1], [1, 1]]), np.ones((3, 2))
    with_idle = mean_of_ratios(np.vstack([y, [[0, 0]]]), np.vstack([x, [[0, 0]]]))
    assert with_idle == pytest.approx(mean_of_ratios(y, x))


def test_a_day_on_which_nobody_could_be_active_is_left_out() -> None:
    y, x = np.array([[1, 0], [0, 0], [1, 0]]), np.array([[1, 0], [1, 0], [1, 0]])
    assert mean_of_ratios(y, x) == pytest.approx(mean_of_ratios(y[:, :1], x[:, :1]))


@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (4, 3)])
def test_no_denominator_anywhere_gives_nan_and_not_zero(shape: tuple[int, int]) -> None:
    result = mean_of_ratios(np.zeros(shape), np.zeros(shape))
    assert result.n == 0
    assert np.isnan(result[1:]).all()


def test_one_active_user_has_a_ratio_and_no_interval() -> None:
    result = mean_of_ratios([[1, 0]], [[1, 1]])
    assert result[:2] == (1, 0.5)
    assert np.isnan(result[2:]).all()


def test_arrays_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(2, 2\)"):
        mean_of_ratios(np.ones((2, 3)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="entities, periods"):
        mean_of_ratios(np.ones(3), np.ones(3))


def test_a_missing_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="missing or infinite"):
        mean_of_ratios([[1, np.nan]], [[1, 1]])


def test_linearised_equals_the_interval_of_a_mean() -> None:
    values = np.array([2.0, 4.0, 9.0])
    result = mean_from_values(values)
    assert linearised((values - 5) / 3) == pytest.approx(result.ci_upper - 5)
    assert linearised_from_sums(3, 26 / 9) == pytest.approx(result.ci_upper - 5)


@pytest.mark.parametrize("influence", [[], [0.0]])
def test_fewer_than_two_influences_have_no_width(influence: list[float]) -> None:
    assert np.isnan(linearised(influence))


def test_a_missing_influence_is_refused() -> None:
    with pytest.raises(ValueError, match="influence is missing"):
        linearised([0.1, None])


def test_a_share_is_bent_by_hand() -> None:
    """Log odds of 0.1 are log(1/9); half width 0.15 / 0.09 on that scale."""
    low, high = log(1 / 9) - 0.15 / 0.09, log(1 / 9) + 0.15 / 0.09
    result = as_share(Estimate(30, 0.1, -0.05, 0.25))
    assert result == pytest.approx((30, 0.1, 1 / (1 + exp(-low)), 1 / (1 + exp(-high))))


@given(st.floats(1e-12, 1, exclude_max=True), st.floats(0, 1e6))
def test_a_share_never_leaves_0_to_1(share: float, half_width: float) -> None:
    result = as_share(Estimate(9, share, share - half_width, share + half_width))
    assert 0 <= result.ci_lower <= share * (1 + 1e-12)
    assert share * (1 - 1e-12) <= result.ci_upper <= 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_none_or_all_claims_no_certainty(share: float) -> None:
    result = as_share(Estimate(9, share, share, share))
    assert result.estimate == share
    assert np.isnan(result[2:]).all()


def test_a_share_without_interval_or_value_stays_so() -> None:
    assert np.isnan(as_share(Estimate(1, 0.5, np.nan, np.nan))[2:]).all()
    assert np.isnan(as_share(Estimate(0, np.nan, np.nan, np.nan))[1:]).all()


@pytest.mark.parametrize("share", [1.2, -0.1])
def test_golden_case_9_a_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="not a share"):
        as_share(Estimate(9, share, share - 0.1, share + 0.1))
