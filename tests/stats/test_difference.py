import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from uptake.stats.difference import adjusted_pvalues, difference_of_means, difference_of_shares
from uptake.stats.mean import mean_from_values
from uptake.stats.proportion import wilson

sizes = st.integers(1, 500)


def test_newcombes_own_example() -> None:
    """56 of 70 against 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe 1998, table II, method 10, case a)."""
    assert difference_of_shares(wilson(56, 70), wilson(48, 80)) == pytest.approx((150, 0.2, 0.0524, 0.3339), abs=5e-5)


@given(st.data(), sizes, sizes)
def test_differences_of_shares_equal_statsmodels(data: st.DataObject, n: int, m: int) -> None:
    count, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    expected = confint_proportions_2indep(count, n, other, m, method="newcomb", compare="diff")
    assert difference_of_shares(wilson(count, n), wilson(other, m))[2:] == pytest.approx(expected, abs=1e-9)


values = st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=40).filter(lambda found: np.std(found) > 1e-2)


@given(values, values)
def test_differences_of_means_equal_scipy(one: list[float], other: list[float]) -> None:
    expected = scipy.stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    found = difference_of_means(mean_from_values(one), mean_from_values(other))
    assert found.estimate == pytest.approx(np.mean(one) - np.mean(other), abs=1e-9)
    assert found[2:] == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-6)


def test_means_without_spread_or_without_an_interval() -> None:
    assert difference_of_means(mean_from_values([2, 2]), mean_from_values([1, 1, 1]))[1:] == (1, 1, 1)
    alone = difference_of_means(mean_from_values([2]), mean_from_values([1, 3]))
    assert alone.estimate == 0
    assert np.isnan(alone.ci_lower)


@given(st.lists(st.floats(0, 1) | st.none() | st.just(float("nan")), max_size=30))
def test_adjusted_pvalues_are_those_of_scipy(pvalues: list[float | None]) -> None:
    """Ties, zeros and ones included; where there was no test nothing is adjusted."""
    tested = [pvalue for pvalue in pvalues if pvalue is not None and not np.isnan(pvalue)]
    adjusted = adjusted_pvalues(pvalues)
    expected = list(scipy.stats.false_discovery_control(tested)) if tested else list[float]()
    assert len(adjusted) == len(pvalues)
    assert [one for one in adjusted if not np.isnan(one)] == pytest.approx(expected)
