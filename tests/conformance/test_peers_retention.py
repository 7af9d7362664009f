"""Where peers disagree on retention (lines 1-3, 12 and 17): each system's number by its parameters, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import triangle

import uptake

Told = Callable[..., uptake.Workspace]
LATER: dict[str, Any] = {"as_of": "2026-06-30"}
"""Every unit of these tests is over by then."""
POSTHOG: dict[str, Any] = {"mode": "calendar", "unit_0": "cohort"}
AMPLITUDE: dict[str, Any] = {"mode": "rolling", "floor": "hour", "entry": "every"}
AMPLITUDE_BY_DAY: dict[str, Any] = {**AMPLITUDE, "floor": "day"}
MIXPANEL: dict[str, Any] = {"mode": "rolling", "criterion": "on_or_after"}

FIVE_FIFTY_NINE = """
    a start 03-02 17:59
    a back  03-03 17:00
    b start 03-02 23:30
    b back  03-03 00:30
    c start 03-02 10:00
    c back  03-04 09:00"""
DAYS: dict[str, Any] = {"start": "start", "returns": "back", "unit": "day", "units": 2, **LATER}


def test_line_1_posthog_day_1_is_the_next_calendar_day(told: Told) -> None:
    """Started on the 2nd: 3. On the 3rd a and b came back, on the 4th c; day 0 is everybody."""
    assert triangle(told(FIVE_FIFTY_NINE).metric("retention", **POSTHOG, **DAYS))["2026-03-02"] == [3, 2, 1]


def test_line_1_posthog_days_are_those_of_the_project(told: Told) -> None:
    """In New York (UTC-5) b starts at 18:30 and is back at 19:30 of the same day; a at 12:59 and at noon of the next."""
    ws = told(FIVE_FIFTY_NINE)
    found = triangle(ws.metric("retention", timezone="America/New_York", **POSTHOG, **DAYS))
    assert found["2026-03-02"] == [3, 1, 1]


def test_line_1_mixpanel_day_1_is_24_to_48_hours_on_or_after(told: Told) -> None:
    """a is back after 23 h 1 min: day 0. b after 1 h: day 0. c after 47 h: day 1. At all 3, from day 1 on 1, day 2 none."""
    assert triangle(told(FIVE_FIFTY_NINE).metric("retention", **MIXPANEL, **DAYS))["2026-03-02"] == [3, 1, 0]


def test_line_1_mixpanel_on_instead_of_on_or_after(told: Told) -> None:
    """Exactly on day 0: a, b; on day 1: c."""
    found = triangle(told(FIVE_FIFTY_NINE).metric("retention", **{**MIXPANEL, "criterion": "on"}, **DAYS))
    assert found["2026-03-02"] == [2, 1, 0]


def test_line_1_amplitude_instants_are_moved_back_to_the_hour(told: Told) -> None:
    """a: from 17:00 to 17:00 are 24 h, day 1. b: from 23:00 to 00:00, day 0. c: 47 h, day 1."""
    assert triangle(told(FIVE_FIFTY_NINE).metric("retention", **AMPLITUDE, **DAYS))["2026-03-02"] == [1, 2, 0]


def test_line_1_amplitude_every_start_has_days_of_its_own(told: Told) -> None:
    """Starts at 10:00 and 20:00 of the 2nd, back at noon of the 4th: 50 h after the one, 40 h after the other. One member
    of one cohort, back on day 1 and on day 2. By the first start alone it is day 2 only.
    """
    ws = told("u start 03-02 10:00\nu start 03-02 20:00\nu back 03-04 12:00")
    assert triangle(ws.metric("retention", **AMPLITUDE, **DAYS))["2026-03-02"] == [0, 1, 1]
    assert triangle(ws.metric("retention", **{**AMPLITUDE, "entry": "recurring"}, **DAYS))["2026-03-02"] == [0, 0, 1]


WEEKS = """
    a start 03-02 23:00
    a back  03-09 01:00
    b start 03-02 09:00
    b back  03-08 22:00"""


@pytest.mark.parametrize(("asked", "expected"), [(AMPLITUDE_BY_DAY, [1, 1]), (MIXPANEL | {"criterion": "on"}, [2, 0])])
def test_line_1_amplitude_counts_weeks_by_days_mixpanel_by_hours(told: Told, asked: Any, expected: list[int]) -> None:
    """a is back on the seventh date after its start, 6 days and 2 hours on: week 1 by dates, week 0 by hours."""
    weeks = {"start": "start", "returns": "back", "unit": "week", "units": 1, **LATER}
    assert triangle(told(WEEKS).metric("retention", **asked, **weeks))["2026-03-02"] == expected


MONTHS = """
    a start 01-31 10:00
    a back  02-01 10:00
    b start 01-01 10:00
    b back  01-31 12:00
    c start 01-01 10:00
    c back  02-28 12:00"""
MONTH: dict[str, Any] = {"start": "start", "returns": "back", "unit": "month", "units": 2, **LATER}


def test_line_1_a_month_of_the_calendar_or_30_days(told: Told) -> None:
    """Calendar: b in January, a and c in February. By 30 days: a after 1 day, month 0; b after 30 days and 2 h and c after
    58 days and 2 h, month 1. By dates the same.
    """
    ws = told(MONTHS)
    assert triangle(ws.metric("retention", **{**POSTHOG, "unit_0": "returns"}, **MONTH))["2026-01-01"] == [1, 2, 0]
    for rolling in ({"mode": "rolling"}, AMPLITUDE_BY_DAY):
        assert triangle(ws.metric("retention", **rolling, **MONTH))["2026-01-01"] == [1, 2, 0]
    on_the_30th = {**MONTH, "where": "user.id=b"}
    assert triangle(ws.metric("retention", mode="calendar", **on_the_30th))["2026-01-01"] == [1, 0, 0]
    assert triangle(ws.metric("retention", mode="rolling", **on_the_30th))["2026-01-01"] == [0, 1, 0]


OPEN = """
    a start 03-02 10:00
    a back  03-03 12:00
    b start 03-03 10:00
    b back  03-04 12:00
    c start 03-04 10:00"""


@pytest.mark.parametrize("mode", ["calendar", "rolling"])
def test_line_2_who_cannot_have_come_yet_is_in_no_denominator(told: Told, mode: str) -> None:
    """As of the end of the 4th. Day 1 by the calendar is over for a and b: 2/2; c's is to come. Rolling, only a has had 48
    hours by midnight: 1/1. No cell that is open is 0.
    """
    result = told(OPEN).metric("retention", mode=mode, **{**DAYS, "units": 1, "as_of": "2026-03-04"})
    over = 2 if mode == "calendar" else 1
    assert triangle(result, "n")["weighted"][1] == over
    assert triangle(result, "estimate")["weighted"][1] == 1.0
    assert triangle(result, "estimate")["2026-03-04"][1] is None
    assert triangle(result, "status")["2026-03-04"][1] == "in_progress"


ENTRIES = """
    u page 02-02 10:00 path=/pricing
    u page 03-02 10:00 path=/about
    u back 03-03 10:00
    u page 03-04 10:00 path=/about
    v page 03-02 10:00 path=/about
    w page 02-02 10:00 path=/about
    w page 03-02 10:00 path=/about
    w back 03-03 10:00"""


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("recurring", {"2026-03-02": [3, 2], "2026-03-04": [1, 0]}),
        ("first_time", {"2026-03-02": [2, 1]}),
        ("first_ever", {"2026-03-02": [1, 0]}),
    ],
)
def test_line_3_who_enters_a_cohort(told: Told, entry: str, expected: dict[str, list[int]]) -> None:
    """Cohorts of March by pages where the path is /about. Recurring: u, v, w on the 2nd, of whom u and w are back, and u again
    on the 4th. First matching ever: u and v; w's was in February. The first page ever: v alone, u's was /pricing.
    """
    asked = {"start": {"event": "page", "where": {"path": "/about"}}, "returns": "back", "unit": "day", "units": 1}
    result = told(ENTRIES).metric("retention", entry=entry, date_from="2026-03-01", **POSTHOG, **asked, **LATER)
    found = triangle(result)
    assert {day: cells for day, cells in found.items() if day.startswith("2026")} == expected


def test_line_3_recurring_with_24_hour_windows_starts_everybody_once(told: Told) -> None:
    """PostHog's cohort then is the first start in the range: u, v and w on the 2nd, w's of February notwithstanding; u does
    not enter again on the 4th.
    """
    asked = {"start": {"event": "page", "where": {"path": "/about"}}, "returns": "back", "unit": "day", "units": 1}
    rolling = {**POSTHOG, "mode": "rolling", "floor": "hour"}
    result = told(ENTRIES).metric(
        "retention", entry="first_in_range", date_from="2026-03-01", **rolling, **asked, **LATER
    )
    found = {day: cells for day, cells in triangle(result).items() if day.startswith("2026")}
    assert found == {"2026-03-02": [3, 2]}


def test_line_3_a_minimum_of_times_binds_returns_only(told: Told) -> None:
    """a is back twice on day 1, b once: at least twice is 1 of 2, and the cohort stays 2."""
    ws = told("a start 03-02 10:00\na back 03-03 10:00\na back 03-03 11:00\nb start 03-02 10:00\nb back 03-03 10:00")
    result = ws.metric("retention", at_least=2, **POSTHOG, **DAYS)
    assert triangle(result)["2026-03-02"] == [2, 1, 0]
    assert triangle(result, "n")["2026-03-02"] == [2, 2, 2]


def test_line_3_the_same_event_starts_and_returns(told: Told) -> None:
    """Recurring on one event, as PostHog begins: cohort of the 2nd a and b, of whom a is there on the 3rd; of the 3rd a."""
    ws = told("a open 03-02 10:00\nb open 03-02 10:00\na open 03-03 10:00")
    asked = {**DAYS, "start": "open", "returns": "open", "units": 1}
    found = triangle(ws.metric("retention", entry="recurring", **POSTHOG, **asked))
    assert (found["2026-03-02"], found["2026-03-03"]) == ([2, 1], [1, 0])
    assert found["weighted"] == [3, 1]


WHOLE = """
    a start 03-02 10:00
    b start 03-04 10:00
    c start 03-08 10:00
    d start 03-11 10:00"""


def test_line_12_the_first_and_the_last_cohort_are_whole(told: Told) -> None:
    """From Wednesday the 4th to Wednesday the 11th: the weeks of the 2nd (a, b, c) and of the 9th (d)."""
    asked = {"start": "start", "returns": "back", "unit": "week", "units": 1, **LATER}
    result = told(WHOLE).metric("retention", date_from="2026-03-04", date_to="2026-03-11", **asked)
    assert triangle(result, "cohort_size") == {
        "2026-03-02": [3, 3], "2026-03-09": [1, 1], "weighted": [4, 4], "simple": [4, 4],
    }  # fmt: skip


def test_line_17_weeks_begin_on_sunday_or_on_monday(told: Told) -> None:
    """Sunday 8 March is in the week of Monday the 2nd, or begins one of its own with d."""
    asked = {"start": "start", "returns": "back", "unit": "week", "units": 1, **LATER}
    for week_start, expected in (
        ("monday", {"2026-03-02": 3, "2026-03-09": 1}),
        ("sunday", {"2026-03-01": 2, "2026-03-08": 2}),
    ):
        sizes = triangle(told(WHOLE).metric("retention", week_start=week_start, **asked), "cohort_size")
        assert {day: size[0] for day, size in sizes.items() if day.startswith("2026")} == expected


def test_line_17_durations_do_not_move_with_the_zone(told: Told) -> None:
    """New York loses an hour on 8 March: from 12:30 on the 7th to 12:00 on the 8th are 22.5 h, the next day of the calendar, and
    day 0 when rolling, in every zone.
    """
    ws = told("u start 03-07 17:30\nu back 03-08 16:00")
    for zone in ("UTC", "America/New_York"):
        assert triangle(ws.metric("retention", timezone=zone, mode="rolling", **DAYS))["2026-03-07"] == [1, 0, 0]
        assert triangle(ws.metric("retention", timezone=zone, mode="calendar", **DAYS))["2026-03-07"] == [0, 1, 0]


def test_bracketed_retention_is_a_row_of_runs(told: Told) -> None:
    """Amplitude's custom brackets day 0, days 1-2, days 3-6: a back on day 2, b on day 6, c never."""
    ws = told("a start 03-02 10:00\na back 03-04 10:00\nb start 03-02 10:00\nb back 03-08 10:00\nc start 03-02 10:00")
    asked = {
        "start": "start",
        "returns": "back",
        "unit": "day",
        "criterion": "brackets",
        "brackets": [1, 2, 4],
        **LATER,
    }
    assert triangle(ws.metric("retention", **asked))["2026-03-02"] == [0, 1, 1]
