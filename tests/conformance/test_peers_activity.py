"""Where peers disagree on activity (lines 10-12 and 17): lifecycle, active users, stickiness, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import by_period, states

import uptake

Told = Callable[..., uptake.Workspace]

CREATED = """
    old   open 02-02 10:00
    old   buy  03-03 10:00
    young buy  03-04 10:00
    stays open 02-24 10:00
    stays buy  03-05 10:00
    leaves buy 02-25 10:00"""


def test_line_10_new_is_by_creation_and_a_filter_makes_nobody_new(told: Told) -> None:
    """Weeks of `buy`: young was created in the week of 2 March, new. old and stays bought for the first time then, but were
    created before: resurrected. leaves bought in the week before the range, which is looked back at: dormant.
    """
    asked = {"period": "week", "date_from": "2026-03-02", "as_of": "2026-03-08"}
    ws = told(CREATED)
    assert states(ws.metric("lifecycle", active="buy", **asked)) == {"2026-03-02": (1, 0, 2, 1)}
    assert states(ws.metric("lifecycle", **asked)) == {"2026-03-02": (1, 1, 1, 1)}  # stays opened the week before


def test_line_10_a_profile_says_when_somebody_was_created(told: Told) -> None:
    """young's profile is of January: not new in March any more."""
    ws = told(CREATED)
    ws.import_rows([{"user_id": "young", "created_at": "2026-01-05T10:00:00Z"}], "users")
    asked = {"active": "buy", "period": "week", "date_from": "2026-03-02", "as_of": "2026-03-08"}
    assert states(ws.metric("lifecycle", **asked)) == {"2026-03-02": (0, 0, 3, 1)}


def test_line_10_accounts_are_new_once(told: Told) -> None:
    """acme's second user is new, acme is not."""
    ws = told("u open 02-24 10:00 @acme\nv open 03-03 10:00 @acme\nw open 03-03 10:00 @bee")
    asked = {"period": "week", "date_from": "2026-03-02", "as_of": "2026-03-08"}
    assert states(ws.metric("lifecycle", entity="account", **asked)) == {"2026-03-02": (1, 1, 0, 0)}
    assert states(ws.metric("lifecycle", **asked)) == {"2026-03-02": (2, 0, 0, 1)}


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_line_10_new_current_and_resurrected_are_the_active(told: Told, period: str) -> None:
    ws = told(CREATED)
    asked: dict[str, Any] = {"period": period, "date_from": "2026-02-01", "as_of": "2026-03-08"}
    active = by_period(ws.metric("active_users", window="calendar", **asked))
    for day, (new, current, resurrected, _) in states(ws.metric("lifecycle", **asked)).items():
        assert new + current + resurrected == active[day]


GAPS = """
    a open 02-26 10:00
    b open 03-02 10:00
    c open 03-02 11:00
    c open 03-06 10:00"""
"""Thursday 26 February; Monday 2 and Friday 6 March."""


def test_line_11_wau_is_the_trailing_seven_days_over_days_without_events(told: Told) -> None:
    """a counts until 4 March (its seventh day), b and c from the 2nd to the 8th, c anew from the 6th to the 12th."""
    asked = {"window": "7", "period": "day", "date_from": "2026-03-01", "as_of": "2026-03-13"}
    found = by_period(told(GAPS).metric("active_users", **asked))
    assert list(found.values()) == [1, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0]


def test_line_11_a_total_of_the_range_is_its_last_day(told: Told) -> None:
    """As of the 5th: b and c in the seven days up to it. As of the 9th c alone."""
    ws = told(GAPS)
    for as_of, expected in (("2026-03-05", 2), ("2026-03-09", 1)):
        (row,) = ws.metric("active_users", window="7", date_from="2026-03-01", as_of=as_of).rows
        assert row["estimate"] == expected


def test_line_11_by_week_it_is_plain_uniques(told: Told) -> None:
    """Week of 23 February: a. Week of 2 March: b and c, c once."""
    asked = {"window": "calendar", "period": "week", "date_from": "2026-02-23", "as_of": "2026-03-08"}
    assert by_period(told(GAPS).metric("active_users", **asked)) == {"2026-02-23": 1, "2026-03-02": 2}


def test_line_11_a_month_is_thirty_days(told: Told) -> None:
    """a was there on 26 February: within the 30 days up to 27 March, not up to the 28th; by then b and c as well."""
    asked = {"window": "30", "period": "day", "date_from": "2026-03-27", "as_of": "2026-03-28"}
    assert list(by_period(told(GAPS).metric("active_users", **asked)).values()) == [3, 2]


def test_line_11_any_event_can_be_what_is_counted(told: Told) -> None:
    """Page views are no activity of ours, but PostHog's usual question: a on the 2nd, b on the 3rd. Within a filter: b."""
    ws = told("a $pageview 03-02 10:00 path=/\nb $pageview 03-03 10:00 path=/pricing\nb open 03-05 10:00")
    asked = {"window": "7", "period": "day", "date_from": "2026-03-02", "as_of": "2026-03-05"}
    assert list(by_period(ws.metric("active_users", active="$pageview", **asked)).values()) == [1, 2, 2, 2]
    pricing = {"event": "$pageview", "where": {"path": "/pricing"}}
    assert list(by_period(ws.metric("active_users", active=pricing, **asked)).values()) == [0, 1, 1, 1]
    assert list(by_period(ws.metric("active_users", **asked)).values()) == [0, 0, 0, 1]


def test_line_12_counts_by_week_may_be_cut_at_the_first_day(told: Told) -> None:
    """From Wednesday 4 March. Periods of ours are whole: b and c. Cut as PostHog's counts are: c."""
    ws = told(GAPS)
    asked = {"period": "week", "date_from": "2026-03-04", "as_of": "2026-03-08"}
    assert by_period(ws.metric("active_users", window="calendar", **asked)) == {"2026-03-02": 2}
    assert states(ws.metric("lifecycle", **asked))["2026-03-02"] == (2, 0, 0, 1)
    assert by_period(ws.metric("active_users", window="calendar_cut", **asked)) == {"2026-03-02": 1}
    each = ws.metric("active_users", window="calendar_cut", by="user.id", **asked).rows
    assert [row["user.id"] for row in each if row["estimate"]] == ["c"]
    whole = {"period": "week", "as_of": "2026-03-08", "date_from": "2026-03-02"}
    assert by_period(ws.metric("active_users", window="calendar_cut", **whole)) == {"2026-03-02": 2}


HABITS = """
    a open 03-02 10:00
    a open 03-02 18:00
    b open 03-02 10:00
    b open 03-04 10:00
    c open 03-02 10:00
    c open 03-03 10:00
    c open 03-04 10:00
    d open 02-27 10:00"""


def test_stickiness_exactly_and_at_least(told: Told) -> None:
    """In the week of 2 March a came on 1 day, b on 2, c on 3, d not at all: of three each 1/3, at least 3/3, 2/3, 1/3."""
    asked: dict[str, Any] = {"output": "power", "window_days": 7, "as_of": "2026-03-08"}
    rows = told(HABITS).metric("stickiness", **asked).rows
    assert [row["count"] for row in rows] == [1, 1, 1, 0, 0, 0, 0]
    assert [row["count_at_least"] for row in rows] == [3, 2, 1, 0, 0, 0, 0]
    assert [row["at_least"] for row in rows][:3] == [1, pytest.approx(2 / 3), pytest.approx(1 / 3)]


def test_stickiness_week_by_week(told: Told) -> None:
    """Amplitude's weeks: in that of 23 February d on one day; in that of 2 March as above."""
    asked: dict[str, Any] = {"output": "power", "window_days": 7, "period": "week", "as_of": "2026-03-08"}
    rows = told(HABITS).metric("stickiness", date_from="2026-02-23", **asked).rows
    found = {(row["period_on"].isoformat(), row["days"]): row["count"] for row in rows if row["count"]}
    assert found == {("2026-02-23", 1): 1, ("2026-03-02", 1): 1, ("2026-03-02", 2): 1, ("2026-03-02", 3): 1}


def test_stickiness_of_one_event(told: Told) -> None:
    """Only `save` counts: once by a."""
    ws = told(HABITS + "\na save 03-05 10:00")
    rows = ws.metric("stickiness", active="save", output="power", window_days=7, as_of="2026-03-08").rows
    assert [row["count_at_least"] for row in rows] == [1, 0, 0, 0, 0, 0, 0]


def test_stickiness_of_days_with_several_events(told: Told) -> None:
    """Only a's 2 March has two events: of those with such a day, one on one day."""
    asked: dict[str, Any] = {"output": "power", "window_days": 7, "as_of": "2026-03-08"}
    rows = told(HABITS).metric("stickiness", at_least=2, **asked).rows
    assert [(row["n"], row["count"]) for row in rows] == [(1, 1)] + [(1, 0)] * 6


def test_dau_over_mau(told: Told) -> None:
    """On 4 March b and c of the four who came in 30 days: 2/4. Averaged over the 3rd (1/4) and the 4th: 3/8."""
    ws = told(HABITS)
    for days, expected in ((1, 0.5), (2, 0.375)):
        (row,) = ws.metric("stickiness", smooth_days=days, as_of="2026-03-04").rows
        assert row["estimate"] == expected


def test_line_17_days_are_those_of_the_zone_and_one_of_23_hours_is_a_day(told: Told) -> None:
    """Clocks change in New York on Sunday the 8th. 04:30 UTC is 23:30 the evening before until then, 00:30 afterwards."""
    ws = told("a open 03-08 04:30\nb open 03-09 03:30\nc open 03-09 04:30")
    asked = {
        "window": "1",
        "period": "day",
        "timezone": "America/New_York",
        "date_from": "2026-03-07",
        "as_of": "2026-03-09",
    }
    assert list(by_period(ws.metric("active_users", **asked)).values()) == [1, 1, 1]


@pytest.mark.parametrize(
    ("week_start", "weeks"), [("monday", ["02-23", "03-02", "03-09"]), ("sunday", ["03-01", "03-08"])]
)
def test_line_17_weeks_begin_on_the_day_asked_for(told: Told, week_start: str, weeks: list[str]) -> None:
    """Sunday 1 March, Sunday the 8th and Monday the 9th."""
    ws = told("a open 03-01 10:00\na open 03-08 10:00\nb open 03-09 10:00")
    asked = {
        "window": "calendar",
        "period": "week",
        "week_start": week_start,
        "date_from": "2026-03-01",
        "as_of": "2026-03-15",
    }
    found = by_period(ws.metric("active_users", **asked))
    assert [day[5:] for day, n in found.items() if n] == weeks
