"""Retention in every sense in which other systems speak of it, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import cohorts

import uptake
from uptake.errors import DefinitionMissing, QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

NewHome = Callable[..., Path]
DAYS = {"unit": "day", "units": 2, "start": "signup", "returns": "task"}


def opened(new_home: NewHome, events: str, plan: str = "product: {timezone: UTC}") -> uptake.Workspace:
    """A workspace of lines "user event instant [account]", instants in March 2025."""
    rows = [line.split() for line in events.strip().splitlines()]
    workspace = uptake.open(new_home(plan))
    workspace.import_rows(
        pa.table(
            {
                "user_id": [row[0] for row in rows],
                "event": [row[1] for row in rows],
                "timestamp": [f"2025-03-{row[2]}Z" for row in rows],
                "account_id": [row[3] if len(row) > 3 else "a" for row in rows],
            }
        ),
        "events",
    )
    return workspace


def returned(workspace: uptake.Workspace, **asked: Any) -> list[int]:
    """How many came back by column, all cohorts together."""
    found = cohorts(workspace.metric("retention", **asked), "returned", row="weighted")
    return [found[unit] for unit in sorted(found)]


def test_five_fifty_nine_to_five_is_day_1_where_instants_are_moved_back_to_the_hour(new_home: NewHome) -> None:
    """17:59 to 17:00 the next day: 23 h 1 min apart, day 0; from 17:00 to 17:00 24 h, day 1 (Amplitude)."""
    with opened(new_home, "u signup 03T17:59:00\nu task 04T17:00:00\nz other 09T12:00:00") as workspace:
        assert returned(workspace, mode="rolling", **DAYS) == [1, 0, 0]
        assert returned(workspace, mode="rolling", floor="hour", **DAYS) == [0, 1, 0]


def test_hours_are_those_of_the_products_clock(new_home: NewHome) -> None:
    """The same in Kolkata, 5 h 30 min ahead: 12:29 and 11:30 UTC are 17:59 and 17:00."""
    events = "u signup 03T12:29:00\nu task 04T11:30:00\nz other 09T12:00:00"
    with opened(new_home, events, "product: {timezone: Asia/Kolkata}") as workspace:
        assert returned(workspace, mode="rolling", floor="hour", **DAYS) == [0, 1, 0]


def test_a_calendar_has_no_instants_to_move(new_home: NewHome) -> None:
    with opened(new_home, "u signup 03T17:59:00") as workspace, pytest.raises(QuestionError, match="floor is 'hour'"):
        workspace.metric("retention", floor="hour")


def test_hours_are_no_whole_days(new_home: NewHome) -> None:
    with opened(new_home, "u signup 03T17:59:00") as workspace, pytest.raises(QuestionError, match="floor is 'day'"):
        workspace.metric("retention", unit="hour", mode="rolling", floor="day")


def test_rolling_on_or_after_counts_whoever_is_there_24_hours_on_or_later(new_home: NewHome) -> None:
    """`a` is back after 30 h, `b` after 60 h, `c` after 5 h only: day 1 or later 2, day 2 or later 1 (Mixpanel)."""
    events = """
        a signup 03T10:00:00
        a task   04T16:00:00
        b signup 03T10:00:00
        b task   05T22:00:00
        c signup 03T10:00:00
        c task   03T15:00:00
        z other  09T12:00:00"""
    with opened(new_home, events) as workspace:
        assert returned(workspace, mode="rolling", criterion="on_or_after", **DAYS) == [3, 2, 1]
        assert returned(workspace, mode="rolling", **DAYS) == [1, 1, 1]


def test_a_month_is_a_calendar_month_or_30_days(new_home: NewHome) -> None:
    """3 March to 1 April: the next month of the calendar, but 29 days; both are over on 30 April."""
    with opened(new_home, "u signup 03T10:00:00\nu task 31T23:00:00") as workspace:
        rows = pa.table({"user_id": ["u"], "event": ["task"], "timestamp": ["2025-04-01T10:00:00Z"]})
        workspace.import_rows(rows, "events")
        asked = {"unit": "month", "units": 1, "start": "signup", "returns": "task", "as_of": "2025-05-10"}
        assert returned(workspace, mode="calendar", **asked) == [1, 1]
        assert returned(workspace, mode="rolling", **asked) == [1, 0]


def test_unit_0_can_be_the_whole_cohort(new_home: NewHome) -> None:
    """Two sign-ups, one task on day 1: nobody returned in unit 0, which others show as the cohort, 2 of 2."""
    events = "a signup 03T10:00:00\nb signup 03T10:00:00\na task 04T10:00:00\nz other 09T12:00:00"
    with opened(new_home, events) as workspace:
        assert returned(workspace, **DAYS) == [0, 1, 0]
        assert returned(workspace, unit_0="cohort", **DAYS) == [2, 1, 0]
        assert returned(workspace, unit_0="cohort", criterion="on_or_after", **DAYS) == [2, 1, 0]
        assert returned(workspace, unit_0="cohort", criterion="brackets", brackets=[2, 1],
                        **{**DAYS, "units": None}) == [2, 0]  # fmt: skip


def test_a_minimum_of_times_binds_returns_and_lets_everybody_in(new_home: NewHome) -> None:
    """Three start; on day 1 `a` returns twice, `b` once: at least twice is 1 of 3, and so is the cohort in unit 0."""
    events = """
        a signup 03T10:00:00
        a task   04T10:00:00
        a task   04T11:00:00
        b signup 03T10:00:00
        b task   04T10:00:00
        c signup 03T10:00:00
        z other  09T12:00:00"""
    with opened(new_home, events) as workspace:
        twice = workspace.metric("retention", at_least=2, unit_0="cohort", **DAYS)
        assert cohorts(twice, "n") == {("2025-03-03", unit): 3 for unit in range(3)}
        assert cohorts(twice, "returned") == {("2025-03-03", 0): 3, ("2025-03-03", 1): 1, ("2025-03-03", 2): 0}


def test_reference_to_the_unit_before_can_pass_100_percent(new_home: NewHome) -> None:
    """Of four, day 0: 1 (a), day 1: 2 (a, b), day 2: 3 (b, c, d), day 3: 0. Ratios 1/4, 2/1, 3/2, 0/3, then 0/0."""
    events = """
        a signup 03T10:00:00
        a task   03T11:00:00
        a task   04T10:00:00
        b signup 03T10:00:00
        b task   04T10:00:00
        b task   05T10:00:00
        c signup 03T10:00:00
        c task   05T10:00:00
        d signup 03T10:00:00
        d task   05T10:00:00
        z other  12T12:00:00"""
    with opened(new_home, events) as workspace:
        asked = {**DAYS, "units": 4, "reference": "previous"}
        result = workspace.metric("retention", **asked)
        found = cohorts(result)
        assert [found["2025-03-03", unit] for unit in range(5)] == [0.25, 2.0, 1.5, 0.0, None]
        assert cohorts(result, "status")["2025-03-03", 4] == "not_eligible"
        assert cohorts(result, row="weighted") == cohorts(result, row="simple")
        early = workspace.metric("retention", as_of="2025-03-05", **asked)
        assert cohorts(early, "status")["2025-03-03", 3] == "in_progress"
        assert cohorts(early, "n", row="weighted")[3] == 0


def test_both_means(new_home: NewHome) -> None:
    """Cohort of the 3rd: 1 of 3 back on day 1; of the 4th: 1 of 1. All members 2/4; both cohorts alike (1/3 + 1)/2."""
    events = """
        a signup 03T10:00:00
        b signup 03T10:00:00
        c signup 03T10:00:00
        a task   04T10:00:00
        d signup 04T10:00:00
        d task   05T10:00:00
        z other  09T12:00:00"""
    with opened(new_home, events) as workspace:
        result = workspace.metric("retention", **DAYS)
        assert cohorts(result, row="weighted")[1] == 0.5
        assert cohorts(result, row="simple")[1] == pytest.approx((1 / 3 + 1) / 2)


def test_hours(new_home: NewHome) -> None:
    """From 10:50 to 11:10 is the next hour of the clock and the same hour of one's own; 12:55 is hour 2 of both."""
    events = "a signup 03T10:50:00\na task 03T11:10:00\na task 03T12:55:00\nz other 09T12:00:00"
    with opened(new_home, events) as workspace:
        assert returned(workspace, **{**DAYS, "unit": "hour", "units": 3}) == [0, 1, 1, 0]
        assert returned(workspace, **{**DAYS, "unit": "hour", "units": 3, "mode": "rolling"}) == [1, 0, 1, 0]


ACTIVATION = """
product: {timezone: Europe/Berlin}
activation: {user: {event: task, at_least: 2}}
value_moments: {shipped: {event: ship}}
"""


def test_cohorts_by_activation_not_by_sign_up(new_home: NewHome) -> None:
    """`a` signs up in the week of the 3rd and does the second task on the 9th at 23:30 UTC, which in Berlin is Monday the
    10th: cohort of the 10th, back on the 18th, week 1. `b` never does a second task and is in no cohort.
    """
    events = """
        a signup 03T10:00:00
        a task   04T10:00:00
        a task   09T23:30:00
        a ship   18T10:00:00
        b signup 03T10:00:00
        b task   04T10:00:00
        z other  30T12:00:00"""
    asked = {"unit": "week", "units": 1, "start": "activated"}
    with opened(new_home, events, ACTIVATION) as workspace:
        for given in ({}, {"mode": "rolling"}, {"at_least": 1, "by": "user.id"}):
            result = workspace.metric("retention", **asked, **given)
            assert cohorts(result, "returned") == {("2025-03-10", 0): 1, ("2025-03-10", 1): 1}
            assert result.notes == ()
        assert cohorts(workspace.metric("retention", **{**asked, "start": "value:shipped"}), "cohort_size") == {
            ("2025-03-17", 0): 1,
            ("2025-03-17", 1): 1,
        }
        assert workspace.metric("retention", **{**asked, "start": "milestone:activated"}).rows


def test_a_word_that_is_an_event_too_means_the_event_unless_it_says_milestone(new_home: NewHome) -> None:
    events = "a activated 03T10:00:00\na task 04T10:00:00\na task 05T10:00:00\nz other 30T12:00:00"
    with opened(new_home, events, ACTIVATION) as workspace:
        for start, cohort in (("activated", "2025-03-03"), ("milestone:activated", "2025-03-05")):
            assert set(cohorts(workspace.metric("retention", unit="day", units=1, start=start))) == {
                (cohort, 0),
                (cohort, 1),
            }


def test_a_milestone_the_plan_does_not_have_says_what_to_do(new_home: NewHome) -> None:
    with opened(new_home, "a task 03T10:00:00") as workspace, pytest.raises(DefinitionMissing, match="'activated'"):
        workspace.metric("retention", start="activated")


def test_the_first_and_the_last_cohort_are_whole(new_home: NewHome) -> None:
    """A range from Wednesday the 5th to Wednesday the 12th: the weeks of the 3rd and the 10th, both with all their days."""
    events = "\n".join(f"u{day} task {day:02}T10:00:00" for day in (2, 3, 5, 12, 14, 17)) + "\nz other 30T12:00:00"
    with opened(new_home, events) as workspace:
        result = workspace.metric("retention", units=1, date_from="2025-03-05", date_to="2025-03-12")
        assert cohorts(result, "cohort_size") == {
            ("2025-03-03", 0): 2, ("2025-03-03", 1): 2, ("2025-03-10", 0): 2, ("2025-03-10", 1): 2,
        }  # fmt: skip


def test_cohorts_are_named_by_their_own_period(workspace: uptake.Workspace) -> None:
    """Cohorts of months whose returns are told by week are months on the picture, and its axis is of weeks."""
    workspace.import_rows(
        [{"user_id": user, "event": "task", "timestamp": f"2025-0{month}-03T10:00:00Z"}
         for user, months in (("a", (1, 2)), ("b", (2, 3))) for month in months],
        "events",
    )  # fmt: skip
    result = workspace.metric("retention", unit="week", period="month", as_of="2025-04-30")
    picture = str(result.chart_spec())
    assert "January 2025" in picture
    assert "Week of" not in picture
    assert "weeks since the start" in picture
    assert workspace.metric("retention", unit="hour", as_of="2025-04-30").cohort_period == "day"
