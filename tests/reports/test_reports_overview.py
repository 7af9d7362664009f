"""Windows and what is said first, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from uptake.metrics.catalogue import catalogue, entry
from uptake.plan import REFERENCE_RANGES, Plan, parse
from uptake.reports.overview import TILES, Window, months, recent, reference, window

LAST = date(2026, 9, 30)
PLAN = parse(
    {
        "plan.yml": """
onboarding: {within_days: 5, steps: [{name: a, event: a}]}
activation: {user: {within_days: 10, event: a}, account: {within_days: 20}}
references:
  weekly_habit: {metric: stickiness, params: {short_days: 7, long_days: 30}, low: 0.4, source: s}
  activation_rate: {low: 0.6, high: 0.8, source: s}
"""
    }
)


@pytest.mark.parametrize(
    ("metric", "params", "first", "last", "is_start"),
    [
        ("features_used", {}, date(2026, 9, 1), LAST, False),  # 30 days, both ends included
        ("sessions_per_week", {}, date(2026, 9, 3), LAST, False),  # 28 days
        ("adoption_rate", {}, date(2026, 9, 3), LAST, False),
        ("stickiness", {"short_days": 7}, date(2026, 9, 1), LAST, False),
        ("active_users", {"window": "calendar"}, LAST, LAST, False),
        # Who started on 20 September had ten times 24 hours by the end of the 30th; 90 days end there.
        ("activation_rate", {}, date(2026, 6, 23), date(2026, 9, 20), True),
        ("activation_rate", {"entity": "account"}, date(2026, 6, 13), date(2026, 9, 10), True),
        ("activation_rate", {"within_days": "1"}, date(2026, 7, 2), date(2026, 9, 29), True),
        ("onboarding_completion", {}, date(2026, 6, 28), date(2026, 9, 25), True),
        ("time_to_first_value", {}, date(2026, 7, 3), LAST, True),
    ],
)
def test_a_window_is_closed(metric: str, params: dict[str, Any], first: date, last: date, is_start: bool) -> None:
    found = window(entry(metric), params, PLAN, LAST)
    assert (found.first_on, found.last_on, found.is_start) == (first, last, is_start)
    assert found.before.last_on == first - timedelta(days=1)
    assert found.before.days == found.days


def test_a_window_is_asked_from_its_start_or_at_its_end() -> None:
    newcomers = Window(date(2026, 7, 3), LAST, 90, is_start=True)
    assert newcomers.given == {"date_from": "2026-07-03", "date_to": "2026-09-30"}
    assert Window(date(2026, 9, 1), LAST, 30, is_start=False).given == {"date_to": "2026-09-30"}


def test_a_window_that_begins_before_the_data_is_none_to_compare_with() -> None:
    found = Window(date(2026, 9, 3), LAST, 28, is_start=False).before
    assert found.first_on == date(2026, 8, 6)
    assert not found.begins_before(date(2026, 8, 6))
    assert found.begins_before(date(2026, 8, 7))
    assert found.begins_before(None)


@pytest.mark.parametrize(
    ("last", "since", "first"),
    [
        (LAST, None, "2025-10-01"),
        (date(2026, 1, 31), date(2020, 1, 1), "2025-02-01"),
        (LAST, date(2026, 3, 9), "2026-03-09"),
        (LAST, date(2027, 1, 1), "2026-09-30"),
    ],
)
def test_a_trend_has_a_year_of_whole_months_or_begins_with_the_data(last: date, since: date | None, first: str) -> None:
    assert months(last, since) == {"period": "month", "date_from": first}


def test_pictures_begin_where_they_stay_pictures() -> None:
    assert [recent(LAST, period) for period in ("day", "week", "month", "quarter")] == [
        date(2026, 7, 30), date(2026, 4, 1), date(2025, 10, 1), date(2024, 10, 1)
    ]  # fmt: skip


def test_a_reference_stands_beside_the_question_it_is_about() -> None:
    assert reference(PLAN, "stickiness", {"entity": "user", "short_days": 7, "long_days": 30}) is not None
    assert reference(PLAN, "stickiness", {"entity": "user", "short_days": 7}) is not None
    assert reference(PLAN, "stickiness", {"entity": "user", "short_days": 1, "long_days": 30}) is None
    assert reference(PLAN, "stickiness", {"entity": "user", "short_days": 7, "output": "power"}) is None
    assert reference(PLAN, "stickiness", {}) is None
    assert reference(PLAN, "activation_rate", {"entity": "user"}) is not None
    assert reference(PLAN, "activation_rate", {"entity": "account"}) is None
    assert reference(Plan(), "activation_rate", {}) is None


def test_each_question_has_the_reference_that_is_about_it() -> None:
    plan = parse(
        {
            "plan.yml": """
references:
  weekly: {metric: stickiness, params: {short_days: 7}, low: 0.4, source: s}
  stickiness: {low: 0.2, source: s}
  wrong: {metric: breadth, params: {weeks: 7}, low: 0.2, source: s}
  unheard_of: {low: 0.2, source: s}
"""
        }
    )
    daily, weekly = (reference(plan, "stickiness", {"short_days": days}) for days in (1, 7))
    assert daily is not None
    assert weekly is not None
    assert (daily.low, weekly.low) == (0.2, 0.4)
    assert reference(plan, "breadth", {}) is None  # uptake check says what is wrong with it


def test_the_table_opens_with_the_glossary_in_its_order() -> None:
    stages = list(dict.fromkeys(tile.stage for tile in TILES))
    assert stages[:6] == [one.stage for one in REFERENCE_RANGES]
    assert {tile.metric for tile in TILES} <= catalogue().keys()
    for one in REFERENCE_RANGES:
        assert any(tile.metric == one.metric and tile.stage == one.stage for tile in TILES)
