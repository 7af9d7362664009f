"""Quantiles of counted values."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uptake.stats.median import median_from_counts
from uptake.stats.quantile import quantile_from_counts


def test_the_interval_of_a_median_of_ten_reaches_from_the_second_to_the_ninth() -> None:
    """Tables of order statistics: for n = 10, ranks 2 and 9 hold the median with 97.9 %."""
    found = quantile_from_counts(range(1, 11), [1] * 10, 0.5)
    assert (found.n, found.estimate, found.ci_lower, found.ci_upper) == (10, 5, 2, 9)


def test_few_values_set_no_limit() -> None:
    """Of five values the largest lies below the 0.8 quantile with 0.8^5 = 33 %."""
    found = quantile_from_counts([1, 2, 3, 4, 5], [1] * 5, 0.8)
    assert (found.estimate, found.ci_lower) == (4, 2)
    assert isnan(found.ci_upper)


def test_nothing_has_no_quantile() -> None:
    assert isnan(quantile_from_counts([], [], 0.8).estimate)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=200).filter(lambda values: len(values) % 2 == 1))
def test_the_half_quantile_of_an_odd_number_is_the_median_with_its_interval(values: list[int]) -> None:
    ones = [1] * len(values)
    median, half = median_from_counts(values, ones), quantile_from_counts(values, ones, 0.5)
    assert half == pytest.approx(median, nan_ok=True)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=200), st.sampled_from([0.1, 0.25, 0.75, 0.8, 0.9]))
def test_it_is_the_smallest_value_that_the_share_does_not_exceed(values: list[int], share: float) -> None:
    found = quantile_from_counts(*np.unique(values, return_counts=True), share).estimate
    at_most = [bool(np.mean(np.array(values) <= value) >= share - 1e-9) for value in sorted(set(values))]
    assert found == sorted(set(values))[at_most.index(True)]
