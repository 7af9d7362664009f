"""Lines through the weeks of accounts, carried on to their target."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from uptake.benchmarks.pace import paces
from uptake.stats.theil_sen import theil_sen


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1).map(lambda value: round(value, 4)), min_size=3, max_size=12, unique=True))
def test_a_line_is_scipys(values: list[float]) -> None:
    expected = theilslopes(values, np.arange(len(values)))
    found = theil_sen(np.array([values]))
    assert [found.slope[0], found.lower[0], found.upper[0]] == pytest.approx(
        [expected.slope, expected.low_slope, expected.high_slope]
    )
    slope, weeks = found.slope[0], np.arange(len(values))
    assert found.level[0] == pytest.approx(np.median(values - slope * weeks) + slope * (len(values) - 1))


def test_a_straight_way_is_carried_on_to_the_target() -> None:
    """0.30, 0.35 ... 0.55 after six weeks: 0.25 to go at 0.05 a week is five weeks, whatever line of the band."""
    way = np.array([[np.nan] * 6 + [0.30, 0.35, 0.40, 0.45, 0.50, 0.55]])
    found = paces(way, np.array([0.8]))
    assert (found.days[0], found.earliest[0], found.latest[0]) == (35, 35, 35)
    assert found.why_not == ("",)


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ([np.nan] * 7 + [0.3, 0.4, 0.5, 0.6, 0.7], "too few weeks"),
        ([0.5] * 12, "not rising"),
        ([0.9 - 0.05 * week for week in range(12)], "not rising"),
        ([0.1 + 0.001 * week for week in range(12)], "more than two years"),
    ],
)
def test_what_cannot_be_said_is_not(way: list[float], why: str) -> None:
    """0.001 a week from 0.111 to 0.8 takes 689 weeks."""
    found = paces(np.array([way]), np.array([0.8]))
    assert found.why_not == (why,)
    assert np.isnan([found.days[0], found.earliest[0], found.latest[0]]).all()


def test_a_band_may_have_no_end() -> None:
    """Where the flattest line of the interval falls, the target is never reached by it."""
    found = paces(np.array([[0.3, 0.5, 0.2, 0.6, 0.3, 0.6, 0.4, 0.5]]), np.array([0.8]))
    assert found.why_not == ("",)
    assert found.earliest[0] <= found.days[0]
    assert np.isnan(found.latest[0])
