"""How often people come, counted by hand."""

from __future__ import annotations

from scenario_answers import by_day, only
from scenario_rows import Scenario

ASKED = {"as_of": "2025-03-31"}


def test_the_interval_is_within_which_four_of_five_typically_come_back(scenario: Scenario) -> None:
    """Typical gaps: daily 1, weekly 7, fortnight 14, uneven 2.5 rounded up 3; once has none. 3/4 come within 7 days."""
    row = only(scenario("cadence").metric("usage_interval", **ASKED))
    assert (row["n"], row["estimate"], row["median"], row["status"]) == (4, 14, 5, "too_few")
    assert only(scenario("cadence").metric("usage_interval", share=0.75, **ASKED))["estimate"] == 7
    assert only(scenario("cadence").metric("usage_interval", share=0.74, **ASKED))["estimate"] == 7
    assert only(scenario("cadence").metric("usage_interval", share=0.5, **ASKED))["estimate"] == 3


def test_only_days_of_the_window_count(scenario: Scenario) -> None:
    """Four days up to the 15th: weekly and fortnight came once in them, uneven and daily not at all."""
    assert scenario("cadence").metric("usage_interval", window_days=4, as_of="2025-03-15").rows == []
    row = only(scenario("cadence").metric("usage_interval", window_days=4, as_of="2025-03-04"))
    assert (row["n"], row["estimate"]) == (2, 3)


def test_an_event_has_an_interval_of_its_own(scenario: Scenario) -> None:
    """`export` was used by weekly alone, on the 1st and the 15th."""
    row = only(scenario("cadence").metric("usage_interval", active="export", **ASKED))
    assert (row["n"], row["estimate"]) == (1, 14)


def test_a_period_looks_back_from_its_end(scenario: Scenario) -> None:
    """By 2 March: daily 1, nobody else twice. By the 9th: daily 1, uneven 3, weekly 7."""
    asked = {"period": "week", "date_from": "2025-03-01", "date_to": "2025-03-09", **ASKED}
    result = scenario("cadence").metric("usage_interval", **asked)
    assert by_day(result, "n") == {"2025-02-24": 1, "2025-03-03": 3}
    assert by_day(result) == {"2025-02-24": 1, "2025-03-03": 7}
