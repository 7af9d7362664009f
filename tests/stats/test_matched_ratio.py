"""How many times as many, of the same entities."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from uptake.stats.matched_ratio import matched_ratio


def test_nobody_the_first_time_is_no_ratio() -> None:
    found = matched_ratio(3, 0, 0)
    assert (found.n, isnan(found.estimate), isnan(found.ci_lower), isnan(found.ci_upper)) == (0, True, True, True)


@pytest.mark.parametrize(("count", "n", "both"), [(0, 5, 0), (5, 5, 5), (9, 3, 3), (1, 40, 0), (200, 200, 100)])
def test_the_interval_holds_the_ratio_and_has_a_width(count: int, n: int, both: int) -> None:
    found = matched_ratio(count, n, both)
    assert 0 <= found.ci_lower <= found.estimate == count / n <= found.ci_upper
    assert found.ci_lower < found.ci_upper


def test_who_came_both_times_makes_it_surer() -> None:
    alone, together = matched_ratio(50, 60, 20), matched_ratio(50, 60, 48)
    assert together.ci_upper - together.ci_lower < (alone.ci_upper - alone.ci_lower) / 2


@pytest.mark.parametrize(("first", "second", "kept"), [(0.5, 0.4, 0.3), (0.3, 0.5, 0.2), (0.2, 0.1, 0.1)])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(first: float, second: float, kept: float) -> None:
    """300 entities, 2,000 times: the share of intervals with the true ratio is near 95 %."""
    random = np.random.default_rng(5)
    drawn = random.multinomial(300, [kept, first - kept, second - kept, 1 - first - second + kept], 2_000)
    held = [
        found.ci_lower <= second / first <= found.ci_upper
        for both, only_first, only_second, _ in drawn.tolist()
        for found in [matched_ratio(both + only_second, both + only_first, both)]
    ]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_more_both_times_than_once_is_refused() -> None:
    with pytest.raises(ValueError, match="4 did it both times, of 3 and 5"):
        matched_ratio(3, 5, 4)
