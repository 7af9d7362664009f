import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.distributions import chi_squared_tail, fair_coin_cdf, normal_critical, t_critical, tail

levels = st.floats(0.001, 0.9999)


@given(levels)
def test_normal_critical_equals_scipy(level: float) -> None:
    assert normal_critical(level) == pytest.approx(scipy.stats.norm.ppf((1 + level) / 2), rel=1e-9, abs=1e-12)


@given(levels, st.integers(1, 100_000))
def test_t_critical_equals_scipy(level: float, degrees_of_freedom: int) -> None:
    expected = scipy.stats.t.ppf((1 + level) / 2, degrees_of_freedom)
    assert t_critical(level, degrees_of_freedom) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.integers(1, 100_000), st.data())
def test_fair_coin_equals_scipy(tosses: int, data: st.DataObject) -> None:
    heads = data.draw(st.integers(0, tosses))
    assert fair_coin_cdf(heads, tosses) == pytest.approx(scipy.stats.binom.cdf(heads, tosses, 0.5), rel=1e-9, abs=1e-12)


@given(st.floats(0, 1000), st.integers(1, 50))
def test_chi_squared_tail_equals_scipy(statistic: float, degrees_of_freedom: int) -> None:
    expected = scipy.stats.chi2.sf(statistic, degrees_of_freedom)
    assert chi_squared_tail(statistic, degrees_of_freedom) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_a_level_outside_0_to_1_is_refused_with_an_example(level: float) -> None:
    with pytest.raises(ValueError, match=r"95 % is 0\.95"):
        tail(level)
