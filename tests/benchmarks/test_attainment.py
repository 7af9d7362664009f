"""Attainment and the way to a benchmark: laws that hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uptake.benchmarks.attainment import apart, mean_of_known, middle, shares
from uptake.benchmarks.progress import reached

number = st.one_of(st.just(np.nan), st.floats(-100, 100).map(lambda value: round(value, 3)))
columns = st.lists(number, min_size=1, max_size=8).map(lambda values: np.array(values)[:, None])
attainments = st.lists(st.one_of(st.just(np.nan), st.floats(0, 1)), min_size=1, max_size=12)


@given(columns, st.booleans(), st.data())
def test_a_set_of_one_is_its_own_benchmark(values: np.ndarray, is_lower: bool, data: st.DataObject) -> None:
    """Whoever the benchmark is made of alone has all of it, and nothing sets them apart."""
    row = data.draw(st.integers(0, len(values) - 1))
    chosen = np.arange(len(values))[:, None] == row
    median, lowest, highest = middle(values, chosen)
    found = shares(values, median, is_lower_better=is_lower)[row, 0]
    assert np.isnan(found) if np.isnan(values[row, 0]) else found == 1
    if not np.isnan(values[row, 0]):
        assert median[0] == lowest[0] == highest[0] == values[row, 0]
        assert apart(values[row : row + 1], median) == 0


@given(columns, st.lists(st.booleans(), min_size=8, max_size=8))
def test_the_benchmark_is_the_median_of_what_is_known(values: np.ndarray, chosen: list[bool]) -> None:
    of = np.array(chosen[: len(values)])[:, None]
    known = [value for value, is_one in zip(values[:, 0], of[:, 0], strict=True) if is_one and not np.isnan(value)]
    found = [end[0] for end in middle(values, of)]
    if known:
        assert found == pytest.approx([np.median(known), min(known), max(known)])
    else:
        assert np.isnan(found).all()


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0, 50), st.booleans())
def test_more_of_what_is_better_is_never_less_of_the_benchmark(
    value: float, benchmark: float, more: float, is_lower: bool
) -> None:
    better = value - more if is_lower else value + more
    before, after = (
        float(shares(np.array(one), np.array(benchmark), is_lower_better=is_lower)) for one in (value, better)
    )
    assert 0 <= before <= after <= 1


def test_where_less_is_better_twice_the_days_is_half() -> None:
    found = shares(np.array([0.0, 5.0, 10.0, 20.0]), np.array(10.0), is_lower_better=True)
    assert found.tolist() == [1, 1, 1, 0.5]


def test_nothing_is_a_part_of_a_benchmark_of_nothing() -> None:
    assert shares(np.array([-5.0, 0.0, 5.0]), np.array(0.0), is_lower_better=False).tolist() == [0, 1, 1]
    assert shares(np.array([0.0, 5.0]), np.array(0.0), is_lower_better=True).tolist() == [1, 0]
    assert shares(np.array([-5.0, -50.0]), np.array(-10.0), is_lower_better=False).tolist() == [1, 0]


def test_the_mean_leaves_out_what_is_missing() -> None:
    """(0.5 + 1) / 2, not / 3."""
    assert mean_of_known(np.array([0.5, np.nan, 1.0])) == 0.75
    assert np.isnan(mean_of_known(np.array([np.nan])))


def test_being_apart_counts_more_as_much_as_less() -> None:
    """|10 - 30| / 40 and |90 - 30| / 120 are both a half, 0 and 0 are alike."""
    assert apart(np.array([10.0, 0.0]), np.array([30.0, 0.0])) == 0.25
    assert apart(np.array([90.0, 0.0]), np.array([30.0, 0.0])) == 0.25


@given(st.lists(attainments.map(lambda one: (one + [np.nan] * 12)[:12]), min_size=1, max_size=5), st.integers(1, 4))
def test_reached_is_the_first_week_that_ends_a_long_enough_row(rows: list[list[float]], weeks: int) -> None:
    """A naive reading, week by week."""
    target = 0.5
    found = reached(np.array(rows), np.full(len(rows), target), np.full(len(rows), weeks))
    for number, row in enumerate(rows):
        run, first = 0, -1
        for week, value in enumerate(row):
            run = run + 1 if value >= target else 0
            if run == weeks and first < 0:
                first = week
        assert found.first[number] == first
        assert found.holds[number] == (first >= 0 and row[-1] >= target)
