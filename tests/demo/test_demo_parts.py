"""The parts that can be checked by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uptake.demo import planted
from uptake.demo.period import FAR, Period
from uptake.demo.quota import chosen, places

PERIOD = Period(date(2025, 7, 1), 15)


def test_the_period_ends_on_the_last_of_september() -> None:
    assert PERIOD.ends_on == date(2026, 10, 1)
    assert PERIOD.days == 457


def test_the_launch_is_a_monday_half_way() -> None:
    assert PERIOD.date_of(PERIOD.launch_day) == date(2026, 2, 9)


def test_weekends_become_the_nearest_working_day() -> None:
    # 2025-07-04 is a Friday.
    days = np.array([3, 4, 5, 6], np.int32)
    assert PERIOD.to_working_day(days).tolist() == [3, 3, 6, 6]


def test_a_sunday_at_the_end_becomes_the_friday_before() -> None:
    period = Period(date(2024, 10, 1), 14)  # ends after Sunday 2025-11-30
    last = np.array([period.days - 1], np.int32)
    assert period.date_of(int(period.to_working_day(last)[0])) == date(2025, 11, 28)


def test_quarters_are_calendar_quarters() -> None:
    assert PERIOD.quarter(0) == (date(2025, 7, 1), date(2025, 10, 1))
    assert PERIOD.quarter(2) == (date(2026, 1, 1), date(2026, 4, 1))


def test_months_are_added_on_the_28th_at_the_latest() -> None:
    day = PERIOD.day_of(date(2026, 1, 31))
    assert PERIOD.date_of(PERIOD.add_months(day, 1)) == date(2026, 2, 28)
    assert PERIOD.date_of(PERIOD.add_months(day, -12)) == date(2025, 1, 28)


def test_a_day_that_never_comes_has_no_date() -> None:
    dates = PERIOD.dates([0, -1, FAR])
    assert dates.astype(str).tolist() == ["2025-07-01", "2025-06-30", "NaT"]


def test_clocks_go_forward_and_back() -> None:
    berlin, singapore = PERIOD.utc_offsets(("Europe/Berlin", "Asia/Singapore"))
    back = PERIOD.day_of(date(2025, 10, 26))
    assert berlin[back - 1 : back + 1].tolist() == [7_200, 3_600]
    assert set(singapore.tolist()) == {28_800}


@pytest.mark.parametrize("cohort", planted.COHORTS, ids=lambda cohort: cohort.name)
def test_the_days_to_value_have_the_planted_median(cohort: planted.Cohort) -> None:
    # Log-logistic: F(t) = share / (1 + (scale / t) ^ shape), which is one half at the median.
    ratio = planted.value_scale(cohort) / cohort.value_median_days
    assert cohort.value_share / (1 + ratio**planted.VALUE_SHAPE) == pytest.approx(0.5)


def test_retention_between_the_planted_months_is_on_a_line() -> None:
    first = planted.COHORTS[0]
    assert [planted.retention(first, month) for month in (0, 1, 2, 3, 6)] == [1.0, 0.75, 0.6, 0.55, 0.5]
    assert planted.retention(first, 4) == pytest.approx(0.55 - 0.05 / 3)
    assert planted.retention(first, 8) == pytest.approx(0.5 * 0.985**2)


def test_the_launch_curve_and_its_inverse_agree() -> None:
    shares = np.array([0.0, 0.1, 0.5, 0.9])
    days = planted.launch_days(shares)
    assert days[0] == 0
    assert planted.launch_share(days) == pytest.approx(shares * planted.LAUNCH_CEILING)


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 3)), min_size=1, max_size=60), st.floats(0, 1))
def test_a_quota_takes_the_best_of_each_group(members: list[tuple[float, int]], share: float) -> None:
    priority = np.array([priority for priority, _ in members])
    group = np.array([group for _, group in members])
    taken = chosen(priority, group, share)
    place = places(priority, group)
    for one in set(group.tolist()):
        of_group = group == one
        size = int(of_group.sum())
        assert abs(taken[of_group].sum() - share * size) <= 0.5 + 1e-9
        assert sorted(place[of_group]) == pytest.approx((np.arange(size) + 0.5) / size)
        if taken[of_group].any() and not taken[of_group].all():
            assert priority[of_group & taken].min() >= priority[of_group & ~taken].max()


def test_who_is_barred_is_never_taken() -> None:
    priority = np.array([-np.inf, -np.inf, 1.0])
    assert chosen(priority, np.zeros(3, int), 1.0).tolist() == [False, False, True]
