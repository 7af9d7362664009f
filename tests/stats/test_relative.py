"""The difference of two shares relative to one of them, by hand and against the delta method as it is written in books."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.relative import relative_difference_of_shares


def test_by_hand() -> None:
    """60 of 100 against 50 of 100 are 20 % more. The variances of the shares are 0.0024 and 0.0025, that of the ratio is
    0.0024 / 0.25 + 0.36 * 0.0025 / 0.0625 = 0.024. Welch: 0.0049² / ((0.0024² + 0.0025²) / 99) = 197.9 degrees of freedom.
    """
    half_width = scipy.stats.t.ppf(0.975, 0.0049**2 * 99 / (0.0024**2 + 0.0025**2)) * 0.024**0.5
    found = relative_difference_of_shares((60, 100), (50, 100))
    assert found == pytest.approx((200, 0.2, 0.2 - half_width, 0.2 + half_width), abs=1e-12)


@given(st.data(), st.integers(2, 400), st.integers(2, 400))
def test_it_is_the_gradient_of_a_ratio_times_the_spread_of_its_parts(data: st.DataObject, n: int, m: int) -> None:
    """(1 / b, -a / b²) on both sides of the matrix of variances; Welch's degrees of freedom of the shares."""
    count, other = data.draw(st.integers(1, n - 1)), data.draw(st.integers(1, m - 1))
    a, b = count / n, other / m
    spread = np.diag([a * (1 - a) / n, b * (1 - b) / m])
    gradient = np.array([1 / b, -a / b**2])
    parts = np.diag(spread)
    freedom = parts.sum() ** 2 / (parts**2 / np.array([n - 1, m - 1])).sum()
    critical = scipy.stats.t.ppf(0.975, freedom)
    half_width = critical * (gradient @ spread @ gradient) ** 0.5
    found = relative_difference_of_shares((count, n), (other, m))
    assert found.ci_upper - found.estimate == pytest.approx(half_width, rel=1e-6)
    assert found.estimate - found.ci_lower == pytest.approx(half_width, rel=1e-6)
    assert found.estimate == pytest.approx(a / b - 1)


@pytest.mark.parametrize("sides", [((0, 9), (3, 9)), ((9, 9), (3, 9)), ((3, 9), (9, 9)), ((1, 1), (1, 2))])
def test_no_interval_where_a_side_shows_no_spread(sides: tuple[tuple[int, int], tuple[int, int]]) -> None:
    found = relative_difference_of_shares(*sides)
    (count, n), (other, m) = sides
    assert found.estimate == pytest.approx(count / n / (other / m) - 1)
    assert np.isnan(found.ci_lower)
    assert np.isnan(found.ci_upper)


@pytest.mark.parametrize("sides", [((0, 0), (3, 9)), ((3, 9), (0, 0)), ((3, 9), (0, 9))])
def test_no_estimate_where_there_is_nothing_to_be_relative_to(sides: tuple[tuple[int, int], tuple[int, int]]) -> None:
    assert np.isnan(relative_difference_of_shares(*sides)[1:]).all()


@pytest.mark.parametrize("side", [(4, 3), (-1, 3)])
def test_more_than_all_is_refused(side: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="between none and all"):
        relative_difference_of_shares(side, (1, 2))
