"""Sessions, stickiness, breadth and the way to value, counted by hand."""

from __future__ import annotations

import pytest
from scenario_answers import by, by_day, only
from scenario_rows import Scenario

from uptake.metrics.asking.recheck import differences

HABITS = "features: {tasks: {events: [task]}, boards: {events: [board]}, later: {events: [task], tag: advanced}}"
JOURNEY = """
onboarding:
  within_days: 7
  steps:
    - {name: project, event: project}
    - {name: invite, event: invite}
    - {name: theme, event: theme, required: false}
value_moments: {shipped: {event: ship}}
"""
DAY = 86_400


def test_sessions_split_at_a_gap_of_thirty_minutes_or_more(scenario: Scenario) -> None:
    """u1: 10:00 to 10:29:59 (gaps under 30 min); 10:59:59, exactly 30 min later, alone; 23:50 to 00:10, begun on
    the 3rd. u2: two events at one instant, a session of 0 s. u3: one event, no duration.
    """
    rows = scenario("sessions").rows_of(
        "SELECT user_id, day, events, seconds FROM session JOIN users USING (user_key) ORDER BY user_id, started_at"
    )
    assert [(row["user_id"], row["day"].day, row["events"], row["seconds"]) for row in rows] == [
        ("u1", 3, 2, 1799.0),
        ("u1", 3, 1, None),
        ("u1", 3, 2, 1200.0),
        ("u2", 4, 2, 0.0),
        ("u3", 5, 1, None),
    ]


def test_sessions_per_week_of_active_users(scenario: Scenario) -> None:
    """As of the 9th: u1 3 sessions, u2 1, both here for one week at least: mean (3 + 1) / 2. u3 only signed in."""
    row = only(scenario("sessions").metric("sessions_per_week", as_of="2025-03-09"))
    assert (row["n"], row["estimate"], row["median"]) == (2, 2.0, 2.0)


def test_sessions_per_week_are_divided_by_the_weeks_somebody_has_been_there(scenario: Scenario) -> None:
    """As of the 16th both have been here two weeks (14 and 13 days): u1 3 / 2, u2 1 / (13 / 7)."""
    row = only(scenario("sessions").metric("sessions_per_week", as_of="2025-03-16"))
    assert row["estimate"] == pytest.approx((3 / 2 + 1 / (13 / 7)) / 2)


def test_stickiness_is_the_mean_of_daily_over_monthly_actives(scenario: Scenario) -> None:
    """Actives 3, 4, 5 March: 1, 2, 1; in the month up to then: 1, 2, 2. Mean of 1/1, 2/2, 1/2 = 5/6."""
    result = scenario("habits").metric(
        "stickiness", period="week", date_from="2025-03-03", date_to="2025-03-05", as_of="2025-03-05"
    )
    assert only(result)["estimate"] == pytest.approx(5 / 6)


def test_the_power_curve_counts_exactly_and_at_least(scenario: Scenario) -> None:
    """`daily` on 3 days, `once` on 1: exactly 1: 1/2, exactly 3: 1/2; at least 2: 1/2. `idle` only signed in."""
    result = scenario("habits").metric("stickiness", output="power", window_days=4, as_of="2025-03-05")
    assert by(result, "days") == {1: 0.5, 2: 0.0, 3: 0.5, 4: 0.0}
    assert by(result, "days", of="at_least") == {1: 1.0, 2: 0.5, 3: 0.5, 4: 0.0}
    assert by(result, "days", of="n") == {1: 2, 2: 2, 3: 2, 4: 2}


def test_features_used_counts_core_features_and_breadth_divides_by_what_is_open(scenario: Scenario) -> None:
    """`daily` used tasks and boards, `once` tasks; `later` is no core feature. Mean 1.5 of 2: 0.75."""
    workspace = scenario("habits", HABITS)
    assert only(workspace.metric("features_used", as_of="2025-03-05"))["estimate"] == 1.5
    assert only(workspace.metric("breadth", as_of="2025-03-05"))["estimate"] == 0.75


@pytest.mark.parametrize("plan", ["", "features: {tasks: {events: [task], tag: advanced}}"])
@pytest.mark.parametrize("metric", ["features_used", "breadth"])
@pytest.mark.parametrize("period", [None, "month"])
def test_without_core_features_none_is_used_of_none(
    scenario: Scenario, plan: str, metric: str, period: str | None
) -> None:
    """Nobody used 0 of what is not there: no number, not eligible, and what to add to the plan."""
    workspace = scenario("habits", plan)
    result = workspace.metric(metric, period=period, as_of="2025-03-05")
    assert {(row["n"], row["estimate"], row["status"]) for row in result.rows} <= {(0, None, "not_eligible")}
    assert any("features" in note for note in result.notes)
    assert differences(result, workspace.rows_of(result.sql)) == []


def test_feature_adoption_takes_two_days_within_two_intervals(scenario: Scenario) -> None:
    """Tasks: `daily` on 3 days adopted, `once` tried. Boards: `daily` tried on one day. Three could use them."""
    result = scenario("habits", HABITS).metric("feature_adoption", as_of="2025-03-05")
    read = {row["feature"]: (row["eligible"], row["tried"], row["adopted"], row["retained"]) for row in result.rows}
    assert read == {"boards": (3, 1, 0, 0), "later": (3, 2, 1, 1), "tasks": (3, 2, 1, 1)}


def test_a_feature_not_used_again_in_the_last_interval_is_not_retained(scenario: Scenario) -> None:
    """Up to the 12th the last seven days begin on the 6th: nobody came."""
    result = scenario("habits", HABITS).metric("feature_adoption", as_of="2025-03-12")
    assert by(result, "feature", of="adopted") == {"boards": 0, "later": 1, "tasks": 1}
    assert by(result, "feature", of="retained") == {"boards": 0, "later": 0, "tasks": 0}


def test_time_to_first_value_keeps_who_is_still_waiting(scenario: Scenario) -> None:
    """quick after 2 days, slow after 10, stuck waits since 19.5, fresh since 1.5. At 1.5 d one leaves the watch
    (4 -> 3), then 1/3 gets there at 2 d, 1/2 of the rest at 10 d: S = 2/3, then 1/3. The median is 10 days.
    """
    asked = {"as_of": "2025-03-22T12:00:00Z"}
    row = only(scenario("journey", JOURNEY).metric("time_to_first_value", **asked))
    assert (row["n"], row["reached"], row["estimate"]) == (4, 2, 10 * DAY)
    assert row["by_1d"] == 0.0
    assert row["by_7d"] == pytest.approx(1 / 3)
    assert row["by_14d"] == pytest.approx(2 / 3)
    assert row["by_30d"] is None


def test_the_median_time_is_unknown_where_fewer_than_half_got_there(scenario: Scenario) -> None:
    """As of the end of 6 March one of three got there: S stays at 2/3."""
    row = only(scenario("journey", JOURNEY).metric("time_to_first_value", as_of="2025-03-06"))
    assert (row["n"], row["reached"], row["estimate"]) == (3, 1, None)


def test_onboarding_is_complete_with_every_required_step_in_time(scenario: Scenario) -> None:
    """Of the three of 3 March `quick` did both required steps, `slow` one, `stuck` none; `fresh` is still on the way.
    The optional step does not count towards complete.
    """
    result = scenario("journey", JOURNEY).metric("onboarding_completion", as_of="2025-03-22")
    assert by(result, "step", of="count") == {"complete": 1, "project": 2, "invite": 1, "theme": 0}
    assert by(result, "step", of="n") == {"complete": 3, "project": 3, "invite": 3, "theme": 3}
    assert by(result, "step", of="open") == {"complete": 1, "project": 1, "invite": 1, "theme": 1}


def test_value_realisation_looks_at_the_window_alone(scenario: Scenario) -> None:
    """Value on the 5th and the 13th. In the week up to the 16th `slow` was active, with value: 1/1."""
    result = scenario("journey", JOURNEY).metric("value_realisation", window_days=7, as_of="2025-03-16")
    assert (only(result)["count"], only(result)["n"]) == (1, 1)


def test_lifetimes_of_metrics_follow_the_periods(scenario: Scenario) -> None:
    """Rolling 28 days over the days of `habits`: 1, 2, 2."""
    result = scenario("habits").metric("active_users", period="day", as_of="2025-03-05")
    assert by_day(result) == {"2025-03-03": 1, "2025-03-04": 2, "2025-03-05": 2}
