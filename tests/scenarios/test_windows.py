"""Bounds of windows, and what is not known yet."""

from __future__ import annotations

from datetime import datetime

import pytest
from scenario_answers import by_day, cohorts, only
from scenario_rows import Scenario

ACTIVATION = "activation: {user: {within_days: 7, event: task}}"
DAY = {"date_from": "2025-03-03", "date_to": "2025-03-03"}


def test_an_event_at_exactly_the_bound_is_in_time_a_microsecond_later_is_not(scenario: Scenario) -> None:
    """Three started on 3 March 10:00: `exact` at +604,800 s counts, `beyond` at +604,800.000001 s does not: 1/3."""
    row = only(scenario("bound", ACTIVATION).metric("activation_rate", as_of="2025-03-20", **DAY))
    assert (row["count"], row["n"], row["open"]) == (1, 3, 0)


def test_a_window_is_open_until_its_bound_has_passed(scenario: Scenario) -> None:
    """What happens at `as_of` itself is not known, and the bound is inside the window: at the bound it is open."""
    workspace = scenario("bound", ACTIVATION)
    for as_of, counted in (
        ("2025-03-10T09:59:59Z", 0),
        ("2025-03-10T10:00:00Z", 0),
        ("2025-03-10T10:00:00.000001Z", 3),
    ):
        row = only(workspace.metric("activation_rate", as_of=as_of, **DAY))
        assert (row["n"], row["open"]) == (counted, 3 - counted), as_of


def test_a_share_with_every_window_open_has_no_value(scenario: Scenario) -> None:
    row = only(scenario("bound", ACTIVATION).metric("activation_rate", as_of="2025-03-05", **DAY))
    assert (row["estimate"], row["status"], row["open"]) == (None, "in_progress", 3)


def test_a_range_in_which_nobody_started_has_no_value(scenario: Scenario) -> None:
    asked = {"date_from": "2024-01-01", "date_to": "2024-12-31", "as_of": "2025-03-20"}
    row = only(scenario("bound", ACTIVATION).metric("activation_rate", **asked))
    assert (row["n"], row["estimate"], row["status"]) == (0, None, "not_eligible")


def test_what_happened_at_or_after_as_of_is_not_known(scenario: Scenario) -> None:
    """At noon of 5 March the last day that is over is the 4th; only u1 had been there by its end."""
    workspace = scenario("as of")
    row = only(workspace.metric("active_users", window="7", as_of="2025-03-05T12:00:00Z"))
    assert (row["n"], row["estimate"]) == (1, 1)
    row = only(workspace.metric("active_users", window="7", as_of="2025-03-05"))
    assert (row["n"], row["estimate"]) == (3, 3)


def test_without_as_of_everything_up_to_the_last_day_of_data_is_known(scenario: Scenario) -> None:
    """The last event is on 12 March 10:00, so the answer is as of the end of that day, whatever today is."""
    result = scenario("as of").metric("active_users", window="7")
    assert result.as_of == datetime(2025, 3, 13)
    assert only(result)["estimate"] == 1


def test_a_trailing_week_reaches_before_the_range_and_over_days_without_events(scenario: Scenario) -> None:
    """u1 and u3 last on the 5th (both within 7 days up to the 11th), u2 on the 5th; on the 12th u1 came again."""
    result = scenario("as of").metric("active_users", window="7", period="day", date_from="2025-03-10")
    assert by_day(result) == {"2025-03-10": 3, "2025-03-11": 3, "2025-03-12": 1}


@pytest.mark.parametrize("returns", ["active", "task"])
@pytest.mark.parametrize("mode", ["calendar", "rolling"])
def test_a_return_after_however_many_units_is_one_on_or_after(scenario: Scenario, mode: str, returns: str) -> None:
    """u1 came back after 190 days, u2 never did: half of them on or after each of the first days."""
    result = scenario("late return").metric(
        "retention", unit="day", units=7, criterion="on_or_after", mode=mode, returns=returns, as_of="2025-07-20"
    )
    assert cohorts(result) == {("2025-01-01", 0): 1.0} | {("2025-01-01", unit): 0.5 for unit in range(1, 8)}
