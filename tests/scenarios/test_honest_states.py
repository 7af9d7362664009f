"""What is not over, was not watched or cannot be known says so, and is never 0."""

from __future__ import annotations

from datetime import date

import pytest
from scenario_answers import by, only
from scenario_rows import Scenario

from uptake.errors import QuestionError

WATCHED = "product: {data_from: 2025-03-03}\nactivation: {user: {event: task}}"
SEATS = "features: {tasks: {events: [task]}}\nvalue_moments: {task: {event: task}}"


def test_newcomers_from_before_the_data_are_left_out_unless_asked_for(scenario: Scenario) -> None:
    """One account signed in January, one on 10 March; the plan says that events are complete since 3 March."""
    workspace = scenario("signed before use", WATCHED)
    asked = {"entity": "account", "within_days": 7, "as_of": "2025-03-31"}
    result = workspace.metric("activation_rate", **asked)
    assert (only(result)["n"], result.params["date_from"]) == (1, "2025-03-03")
    assert result.notes == ("1 of the accounts started before 2025-03-03, from when on events are complete: left out.",)
    assert only(workspace.metric("activation_rate", date_from="2025-01-01", **asked))["n"] == 2


def test_no_period_before_the_data_has_a_value(scenario: Scenario) -> None:
    workspace = scenario("signed before use", WATCHED)
    rows = workspace.metric("active_users", entity="account", period="month", as_of="2025-03-31")
    assert by(rows, "period_on", of="n") == {date(2025, 3, 1): 2}


def test_a_range_that_ends_before_the_data_is_asked_as_it_is(scenario: Scenario) -> None:
    result = scenario("signed before use", WATCHED).metric("active_users", date_to="2025-02-01", as_of="2025-03-31")
    assert result.params["date_from"] is None


def test_a_period_that_is_not_over_is_in_progress_whatever_is_measured_at_its_end(scenario: Scenario) -> None:
    """As of Wednesday 5 March the week of the 3rd is not over, that before it is."""
    workspace = scenario("as of", SEATS)
    for metric in (
        "active_users",
        "features_used",
        "breadth",
        "value_realisation",
        "sessions_per_week",
        "adoption_rate",
    ):
        rows = workspace.metric(metric, period="week", date_from="2025-03-03", as_of="2025-03-05").rows
        assert {row["status"] for row in rows if row["n"]} <= {"in_progress", "too_few"}, metric
    assert workspace.metric("active_users", window="7", as_of="2025-03-05").rows[0]["status"] == "closed"
    weeks = workspace.metric("active_users", window="7", period="week", date_to="2025-03-12", as_of="2025-03-12").rows
    assert [row["status"] for row in weeks] == ["closed", "in_progress"]


def test_seats_are_not_adopted_or_not_before_two_usage_intervals_are_over(scenario: Scenario) -> None:
    """Events begin on 3 March; as of the 16th two weeks are over, as of the 15th only one is."""
    workspace = scenario("seats", SEATS)
    over = by(workspace.metric("adoption_rate", as_of="2025-03-16"), "measure", of="status")
    rows = {row["measure"]: row for row in workspace.metric("adoption_rate", as_of="2025-03-15").rows}
    assert over["adopted"] != "in_progress"
    assert (rows["adopted"]["status"], rows["adopted"]["estimate"]) == ("in_progress", None)
    assert rows["active"]["estimate"] is not None


def test_without_value_moments_adopted_means_regular_and_the_answer_says_so(scenario: Scenario) -> None:
    workspace = scenario("seats", "features: {tasks: {events: [task]}}")
    result = workspace.metric("adoption_rate", as_of="2025-03-16")
    assert {row["measure"] for row in result.rows} == {"adopted", "active"}
    assert any("no value moments" in note for note in result.notes)


def test_a_short_window_is_not_longer_than_the_long_one(scenario: Scenario) -> None:
    with pytest.raises(QuestionError, match=r"short_days is 30.*long_days"):
        scenario("habits").metric("stickiness", short_days=30, long_days=7)


@pytest.mark.parametrize(
    ("metric", "given"),
    [
        ("retention", {"returns": "nope"}),
        ("retention", {"start": {"event": ["task", "nope"]}}),
        ("activation_rate", {"criteria": {"all": ["task", {"event": "nope", "at_least": 2}]}}),
    ],
)
def test_an_event_that_never_came_is_told(scenario: Scenario, metric: str, given: dict[str, object]) -> None:
    result = scenario("as of", SEATS).metric(metric, **given)
    assert any("No event 'nope' has been imported" in note for note in result.notes)
    assert scenario("as of", SEATS).metric(metric).notes == () if metric == "retention" else True


def test_an_answer_that_stands_on_a_vanity_definition_says_so(scenario: Scenario) -> None:
    plan = "product: {timezone: UTC}\nactivation: {user: {event: signup}}\nactive: [login, task]"
    workspace = scenario("lifecycle", plan)
    assert "'signup' (a sign-up) alone is enough to be activated." in workspace.metric("activation_rate").notes[0]
    assert "'login' (a sign-in or sign-out) alone makes a user active." in workspace.metric("active_users").notes[0]
    assert not any("alone" in note for note in workspace.metric("expansion").notes)
