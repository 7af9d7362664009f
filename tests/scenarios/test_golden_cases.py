"""Small cases with a known right answer, taken from other systems' mistakes (definitions, "Golden cases")."""

from __future__ import annotations

import pytest
from scenario_answers import by, by_day, cohorts, only
from scenario_rows import Scenario

from uptake.errors import QuestionError

GOLDEN_9 = """
active: [task]
features:
  reports: {events: [report], eligible: {account.plan: Pro}}
value_moments:
  report: {event: report}
"""
QUANTITY = "features: {exports: {events: [export], quantity: amount}}"


def test_1_an_old_user_seen_again_in_the_range_is_not_new(scenario: Scenario) -> None:
    """`old` began in January; of the week of 3 March only `new` began: 1 member, who came back on the 11th: 1/1."""
    asked = {"unit": "week", "units": 1, "date_from": "2025-03-03", "as_of": "2025-03-16"}
    workspace = scenario("golden 1")
    retention = workspace.metric("retention", **asked)
    assert cohorts(retention, "cohort_size") == {("2025-03-03", 0): 1, ("2025-03-03", 1): 1}
    assert cohorts(retention, "returned") == {("2025-03-03", 0): 1, ("2025-03-03", 1): 1}
    rate = workspace.metric("activation_rate", criteria="task", date_from="2025-03-03", as_of="2025-03-16")
    assert only(rate)["n"] == 1


def test_2_a_bracket_that_has_not_closed_is_in_progress_and_in_no_mean(scenario: Scenario) -> None:
    """Brackets are unit 0 and units 1 to 2. As of the end of 23 March three weeks are over for `early` (from
    the 3rd), two for `late` (from the 10th): the second bracket is 1/1 for one and open for the other, mean 1/1.
    """
    result = scenario("golden 2").metric(
        "retention", unit="week", criterion="brackets", brackets=[1, 2], as_of="2025-03-23"
    )
    assert cohorts(result) == {
        ("2025-03-03", 0): 1.0,
        ("2025-03-03", 1): 1.0,
        ("2025-03-10", 0): 1.0,
        ("2025-03-10", 1): None,
    }
    assert cohorts(result, "status")["2025-03-10", 1] == "in_progress"
    assert cohorts(result, "n")["2025-03-10", 1] == 0
    assert cohorts(result, "n", row="weighted") == {0: 2, 1: 1}
    assert cohorts(result, row="weighted") == {0: 1.0, 1: 1.0}
    assert cohorts(result, row="simple") == {0: 1.0, 1: 1.0}
    for row in ("weighted", "simple"):
        assert cohorts(result, "first_unit", row=row) == {0: 0, 1: 1}
        assert cohorts(result, "last_unit", row=row) == {0: 0, 1: 2}


@pytest.mark.parametrize("attribute", [None, "browser"])
@pytest.mark.parametrize(("criterion", "last_units"), [("on", [0, 1, 2]), ("on_or_after", [None] * 3)])
def test_2_a_column_says_its_first_and_its_last_unit(
    scenario: Scenario, attribute: str | None, criterion: str, last_units: list[int | None]
) -> None:
    result = scenario("golden 5").metric("retention", criterion=criterion, units=2, by=attribute)
    for row in result.rows:
        assert (row["first_unit"], row["last_unit"]) == (row["unit_index"], last_units[row["unit_index"]])
    shown = scenario("golden 5").rows_of(result.sql)
    assert {(row["first_unit"], row["last_unit"]) for row in shown} == set(zip(range(3), last_units, strict=True))


@pytest.mark.parametrize("criterion", ["on", "on_or_after"])
@pytest.mark.parametrize("attribute", [None, "browser"])
def test_2_brackets_without_their_criterion_are_refused(
    scenario: Scenario, attribute: str | None, criterion: str
) -> None:
    with pytest.raises(QuestionError, match=f"brackets is 1,3, but criterion is '{criterion}'"):
        scenario("golden 5").metric("retention", criterion=criterion, brackets="1,3", by=attribute)


def test_2_the_same_bracket_is_closed_a_week_later(scenario: Scenario) -> None:
    """As of 30 March units 1 to 2 are over for both; `late` came back on the 18th: 1/1."""
    result = scenario("golden 2").metric(
        "retention", unit="week", criterion="brackets", brackets=[1, 2], as_of="2025-03-30"
    )
    assert cohorts(result)["2025-03-10", 1] == 1.0
    assert cohorts(result, "n", row="weighted") == {0: 2, 1: 2}


def test_3_a_sign_up_before_midnight_and_an_event_after_is_day_1_by_calendar_and_day_0_rolling(
    scenario: Scenario,
) -> None:
    """Signed up at 23:45, last seen 00:01: the next calendar day, but 16 minutes later."""
    asked = {"unit": "day", "units": 1, "start": "signup", "returns": "task", "as_of": "2025-03-12"}
    workspace = scenario("golden 3")
    assert cohorts(workspace.metric("retention", mode="calendar", **asked)) == {
        ("2025-03-03", 0): 0.0,
        ("2025-03-03", 1): 1.0,
    }
    assert cohorts(workspace.metric("retention", mode="rolling", **asked)) == {
        ("2025-03-03", 0): 1.0,
        ("2025-03-03", 1): 0.0,
    }


def test_4_unit_0_is_not_silently_100_percent_where_start_and_return_differ(scenario: Scenario) -> None:
    """Of three sign-ups on 3 March `both` did a task after it: unit 0 is 1/3. `before` did one before signing up,
    which is no return, and one the day after: unit 1 is 1/3.
    """
    result = scenario("golden 4").metric(
        "retention", unit="day", units=1, start="signup", returns="task", as_of="2025-03-12"
    )
    assert cohorts(result, "returned") == {("2025-03-03", 0): 1, ("2025-03-03", 1): 1}
    assert cohorts(result, "n") == {("2025-03-03", 0): 3, ("2025-03-03", 1): 3}


def test_5_a_breakdown_is_by_what_held_at_the_start_and_keeps_later_returns(scenario: Scenario) -> None:
    """`mover` began in Chrome and came back in Firefox: a return of the Chrome row. `stayer` (Firefox) did not."""
    result = scenario("golden 5").metric(
        "retention", unit="week", units=1, by="browser", date_to="2025-03-09", as_of="2025-03-23"
    )
    rows = {(row["user.browser"], row["unit_index"]): row["returned"] for row in result.rows if row["row"] == "cohort"}
    assert rows == {("Chrome", 0): 1, ("Chrome", 1): 1, ("Firefox", 0): 1, ("Firefox", 1): 0}


def test_6_first_ever_with_a_filter_leaves_out_who_began_otherwise(scenario: Scenario) -> None:
    """`pricing first` saw /about second: kept by the first match, left out where the very first page must match.
    Recurring enters every day anew: `about first` on the 3rd and the 5th.
    """
    asked = {
        "unit": "day",
        "units": 1,
        "start": {"event": "page", "where": {"path": "/about"}},
        "returns": "task",
        "as_of": "2025-03-12",
    }
    workspace = scenario("golden 6")
    first_time = workspace.metric("retention", entry="first_time", **asked)
    assert cohorts(first_time, "cohort_size") == {("2025-03-03", 0): 2, ("2025-03-03", 1): 2}
    assert cohorts(first_time, "returned")["2025-03-03", 1] == 1
    first_ever = workspace.metric("retention", entry="first_ever", **asked)
    assert cohorts(first_ever, "cohort_size") == {("2025-03-03", 0): 1, ("2025-03-03", 1): 1}
    assert cohorts(first_ever, "returned")["2025-03-03", 1] == 0
    recurring = workspace.metric("retention", entry="recurring", **asked)
    assert cohorts(recurring, "cohort_size") == {
        ("2025-03-03", 0): 2,
        ("2025-03-03", 1): 2,
        ("2025-03-05", 0): 1,
        ("2025-03-05", 1): 1,
    }


def test_9_no_share_passes_100_percent_value_without_activity_is_in_neither_part(scenario: Scenario) -> None:
    """Four reached value, three of them were active (u1, u3, u5): 3/3, not 4/3."""
    row = only(scenario("golden 9", GOLDEN_9).metric("value_realisation", as_of="2025-03-16"))
    assert (row["count"], row["n"], row["estimate"]) == (3, 3, 1.0)


def test_9_no_share_passes_100_percent_use_by_who_is_not_eligible_is_in_neither_part(scenario: Scenario) -> None:
    """In the Pro account are u1 and u2 (seats), u4 and u5 (seen there): 4 eligible, 3 tried. u3 is Free."""
    row = only(scenario("golden 9", GOLDEN_9).metric("feature_adoption", as_of="2025-03-16"))
    assert (row["feature"], row["eligible"], row["tried"]) == ("reports", 4, 3)
    assert row["tried_share"] == 0.75


def test_9_no_share_passes_100_percent_only_seats_adopt_seats(scenario: Scenario) -> None:
    """Of two seats u1 reached value and was active in 2 of 4 weeks. u5 did the same without a seat: 1/2, not 2/2."""
    result = scenario("golden 9", GOLDEN_9).metric("adoption_rate", as_of="2025-03-16")
    assert by(result, "measure", of="count") == {"active": 1, "adopted": 1}
    assert by(result, "measure", of="n") == {"active": 2, "adopted": 2}


def test_11_a_missing_number_is_not_zero_in_a_filter(scenario: Scenario) -> None:
    """Seats: a 50, b unknown, c 0. Fewer than ten: c alone. Not fewer: a alone. Unknown fits `is_not` only."""
    workspace = scenario("golden 11", QUANTITY)

    def active(**test: object) -> int:
        asked = workspace.metric("active_users", entity="account", where={"seats": test}, as_of="2025-03-09")
        return sum(row["estimate"] for row in asked.rows)

    assert active(lt=10) == 1
    assert active(gte=10) == 1
    assert active(lte=0) == 1
    assert active(**{"is": 0}) == 1
    assert active(is_not=0) == 2
    assert active(exists=False) == 1


def test_11_a_missing_attribute_is_a_group_of_its_own(scenario: Scenario) -> None:
    result = scenario("golden 11", QUANTITY).metric("active_users", by="account.seats", as_of="2025-03-09")
    assert by(result, "account.seats") == {"(none)": 1, "0": 1, "50": 1}


def test_11_a_missing_quantity_is_not_a_use_of_zero(scenario: Scenario) -> None:
    """u1 exported 5 and an unknown amount: 5. u2 an unknown amount: unknown. u3 nothing at all: 0."""
    rows = scenario("golden 11", QUANTITY).rows_of(
        "SELECT user_id, uses FROM feature_day JOIN users USING (user_key) ORDER BY user_id"
    )
    assert rows == [
        {"user_id": "u1", "uses": 5.0},
        {"user_id": "u2", "uses": None},
        {"user_id": "u3", "uses": 0.0},
    ]


def test_16_a_member_of_two_accounts_counts_once_as_a_user_and_once_in_each_account(scenario: Scenario) -> None:
    """3 March: `both` and `single` in a. 4 March: `both` in b, twice. 5 March: `both`, nobody knows where."""
    workspace = scenario("golden 16")

    def active(entity: str) -> dict[str, int]:
        asked = {"window": "calendar", "period": "day", "entity": entity, "date_from": "2025-03-03"}
        return by_day(workspace.metric("active_users", **asked))

    assert active("user") == {"2025-03-03": 2, "2025-03-04": 1, "2025-03-05": 1}
    assert active("account") == {"2025-03-03": 1, "2025-03-04": 1, "2025-03-05": 0}
    assert active("member") == {"2025-03-03": 2, "2025-03-04": 1, "2025-03-05": 0}
    week = {"window": "7", "as_of": "2025-03-05"}
    assert only(workspace.metric("active_users", **week))["estimate"] == 2
    assert only(workspace.metric("active_users", entity="account", **week))["estimate"] == 2
    assert only(workspace.metric("active_users", entity="member", **week))["estimate"] == 3
    assert by(workspace.metric("active_users", by="account.id", **week), "account.id") == {"a": 2, "b": 1}


def test_16_who_moved_account_in_mid_month_counts_where_the_user_was_then(scenario: Scenario) -> None:
    """In `old` until 15 March 00:00, in `new` from then on. On the 21st an event says `old` itself, and is believed."""
    workspace = scenario("moved mid-month")
    rows = workspace.rows_of(
        "SELECT day, account_id FROM active_day JOIN accounts USING (account_key) ORDER BY day, account_id"
    )
    assert [(row["day"].day, row["account_id"]) for row in rows] == [
        (10, "old"),
        (14, "old"),
        (15, "new"),
        (20, "new"),
        (21, "old"),
    ]
    march = {"window": "calendar", "period": "month", "date_from": "2025-03-01", "as_of": "2025-03-31"}
    assert only(workspace.metric("active_users", **march))["estimate"] == 1
    assert only(workspace.metric("active_users", entity="account", **march))["estimate"] == 2
