"""Accounts, seats and the people in them."""

from __future__ import annotations

from datetime import date

from scenario_answers import by, only
from scenario_rows import Scenario

PLAN = "active: [task]\nfeatures: {reports: {events: [report]}}\nvalue_moments: {report: {event: report}}"
SUNDAY = {"as_of": "2025-03-16"}


def test_a_seat_that_never_came_is_in_the_denominator(scenario: Scenario) -> None:
    """Three seats are held: `regular` adopted (value, two weeks of four), `once` active only, `never` neither.
    `left` gave the seat back in February and `guest` has none: 1/3 adopted, 2/3 active.
    """
    result = scenario("seats", PLAN).metric("adoption_rate", **SUNDAY)
    assert by(result, "measure", of="n") == {"adopted": 3, "active": 3}
    assert by(result, "measure", of="count") == {"adopted": 1, "active": 2}


def test_a_seat_given_back_was_there_before(scenario: Scenario) -> None:
    """At the end of January all four seats were held: 0/4 active. Before two weeks of data nobody can have adopted."""
    result = scenario("seats", PLAN).metric("adoption_rate", date_to="2025-01-31", **SUNDAY)
    assert by(result, "measure", of="n") == {"adopted": 0, "active": 4}
    assert by(result, "measure", of="open") == {"adopted": 4, "active": 0}
    assert by(result, "measure", of="count") == {"adopted": 0, "active": 0}


def test_an_account_without_seats_has_no_share_of_them(scenario: Scenario) -> None:
    """Accounts a (1/3) and `empty` (nothing to share): the mean over accounts is that of a alone."""
    result = scenario("seats", PLAN).metric("adoption_rate", entity="account", **SUNDAY)
    assert by(result, "measure", of="n") == {"adopted": 1, "active": 1}
    assert by(result, "measure")["adopted"] == 1 / 3


def test_an_account_without_events_is_known_and_not_active(scenario: Scenario) -> None:
    """Account a is active, `empty` is not, and could use a feature as well as any other: 1 of 2 tried reports."""
    workspace = scenario("seats", PLAN)
    assert only(workspace.metric("active_users", entity="account", window="28", **SUNDAY))["estimate"] == 1
    row = only(workspace.metric("feature_adoption", entity="account", **SUNDAY))
    assert (row["eligible"], row["tried"]) == (2, 1)


def test_a_user_without_events_has_not_started(scenario: Scenario) -> None:
    """`never` and `left` have seats and no start: newcomers are the three who came."""
    workspace = scenario("seats", PLAN)
    assert only(workspace.metric("activation_rate", criteria="task", within_days=1, **SUNDAY))["n"] == 3
    rate = workspace.metric("activation_rate", criteria="task", within_days=1, by="account.plan", **SUNDAY)
    assert by(rate, "account.plan", of="n") == {"Pro": 3}


def test_nobody_counts_before_anyone_could_know_of_them(scenario: Scenario) -> None:
    """Users known from events alone: at the end of 3 March only u1 was there, by the 5th all three."""
    workspace = scenario("as of", "features: {tasks: {events: [task]}}\nvalue_moments: {task: {event: task}}")
    for metric in ("feature_adoption", "adoption_rate", "active_users"):
        rows = workspace.metric(metric, period="day", as_of="2025-03-05").rows
        found = {str(row["period_on"]): row["n"] for row in rows if row.get("measure") != "adopted"}
        assert found == {"2025-03-03": 1, "2025-03-04": 1, "2025-03-05": 3}, metric


def test_an_account_that_signed_before_anybody_came_started_then(scenario: Scenario) -> None:
    """Signed on 10 January and 10 March; the first user came on 3 March. Both started, within 7 days one had a task."""
    workspace = scenario("signed before use", "activation: {user: {event: task}}")
    row = only(workspace.metric("activation_rate", entity="account", within_days=7, as_of="2025-03-31"))
    assert (row["n"], row["count"]) == (2, 1)
    monthly = workspace.metric("activation_rate", entity="account", within_days=7, period="month", as_of="2025-03-31")
    assert by(monthly, "period_on", of="n") == {date(2025, 1, 1): 1, date(2025, 3, 1): 1}


def test_a_range_after_everything_that_is_known_has_no_value(scenario: Scenario) -> None:
    """Asked for April as of 16 March: not the answer of March, but none."""
    workspace = scenario("seats", PLAN)
    april = {"date_from": "2025-04-01", "date_to": "2025-04-30", **SUNDAY}
    assert sum(row["n"] for row in workspace.metric("active_users", **april).rows) == 0
    assert sum(row["n"] for row in workspace.metric("adoption_rate", **april).rows) == 0


def test_a_range_before_the_calendar_begins_is_cut(scenario: Scenario) -> None:
    workspace = scenario("seats", PLAN)
    ever = workspace.metric("active_users", date_from="1900-01-01", period="quarter", **SUNDAY)
    assert [row["estimate"] for row in ever.rows] == [3]
