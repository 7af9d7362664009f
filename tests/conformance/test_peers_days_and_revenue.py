"""Numbers that other systems publish about days, sessions and revenue, from data written anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import triangle

import uptake
from uptake.errors import PlanError

Told = Callable[..., uptake.Workspace]


def test_who_says_since_when_data_is_complete_can_compare_with_days_before_anybody() -> None:
    """Weeks from Sunday: from 8 March two people, from 1 March one. The first event is of the 2nd, so the 1st is not known to
    be a day without events unless somebody says so.
    """
    events = [
        {"user": who, "event": "open", "at": f"2026-{day}T12:00:00Z"}
        for who, day in (("a", "03-02"), ("a", "03-09"), ("b", "03-10"))
    ]
    asked: dict[str, Any] = {
        "window": "calendar",
        "period": "week",
        "compare": "previous_period",
        "date_from": "2026-03-08",
    }
    asked |= {"week_start": "sunday", "as_of": "2026-03-14"}
    with uptake.from_events(events, user="user", event="event", at="at") as ws:
        (row,) = ws.metric("active_users", **asked).rows
        assert (row["estimate"], row["earlier_estimate"]) == (2, None)
    with uptake.from_events(events, user="user", event="event", at="at", data_from="2026-03-01") as ws:
        (row,) = ws.metric("active_users", **asked).rows
        assert (row["estimate"], row["earlier_estimate"], row["difference"]) == (2, 1, 1)
    with pytest.raises(PlanError, match="data_from is 'March'"):
        uptake.from_events(events, user="user", event="event", at="at", data_from="March")


def test_a_power_curve_of_a_week_without_anybody_has_no_shares(told: Told) -> None:
    """Active on the 2nd and from the 23rd on; nobody in the week of the 9th, neither asked for nor compared with."""
    ws = told("a open 03-02 12:00\na open 03-23 12:00")
    asked: dict[str, Any] = {"output": "power", "window_days": 7}
    rows = ws.metric("stickiness", as_of="2026-03-15", **asked).rows
    assert {(row["n"], row["count"], row["estimate"], row["at_least"], row["status"]) for row in rows} == {
        (0, 0, None, None, "not_eligible")
    }
    compared = ws.metric(
        "stickiness", date_from="2026-03-23", as_of="2026-03-29", compare="previous_period", **asked
    ).rows
    assert [(row["count"], row["earlier_n"], row["difference"]) for row in compared[:2]] == [(1, 0, None), (0, 0, None)]


SUBSCRIPTIONS = """
    a 01-01 -     100
    b 01-01 02-15  50
    c 01-01 02-10  80
    c 02-10 -      60
    d 01-01 -      40
    d 02-05 -      30
    e 02-20 -     500
    f 01-01 02-10  20
    f 02-20 -      20"""


def test_february_of_a_book_on_churn(told: Told) -> None:
    """On 1 February five pay 290; on 1 March b, 50, is gone, c pays 60 of 80, d 70 of 40, f as before; e is new and not among
    them. Churned: 1 of 5; 50 + 20 of 290; what the five pay now, with what d added: 250 of 290, without it 220 of 290.
    """
    ws = told("\n".join(f"u{one} use 01-20 10:00 @{one}" for one in "abcdf") + "\nue use 03-09 10:00 @e")
    rows = [line.split() for line in SUBSCRIPTIONS.strip().splitlines()]
    ws.import_rows(
        [
            {
                "account_id": account,
                "subscription_id": f"{account}{number}",
                "started_on": f"2026-{start}",
                "ended_on": None if end == "-" else f"2026-{end}",
                "mrr": float(mrr),
            }
            for number, (account, start, end, mrr) in enumerate(rows)
        ],
        "subscriptions",
    )
    asked: dict[str, Any] = {
        "period": "month",
        "date_from": "2026-02-01",
        "date_to": "2026-02-28",
        "as_of": "2026-03-09",
    }

    def share(name: str, **more: Any) -> float:
        (row,) = ws.metric(name, **asked, **more).rows
        estimate: float = row["estimate"]
        return estimate

    assert share("account_churn") == 1 / 5
    assert share("mrr_churn") == pytest.approx(70 / 290)
    assert share("net_revenue_retention", over="month") == pytest.approx(250 / 290)
    assert share("gross_revenue_retention", over="month") == pytest.approx(220 / 290)


def test_churn_by_silence_of_a_book_on_churn() -> None:
    """Within the 30 days up to 1 February a, b and c did something, up to 1 March a, c and d: one of three is gone."""
    days = {"a": ("01-25", "02-25"), "b": ("01-25",), "c": ("01-28", "02-20"), "d": ("02-10",), "e": ("01-01",)}
    events = [
        {"user": one, "org": one, "event": "use", "at": f"2026-{day}T10:00:00Z"} for one in days for day in days[one]
    ]
    asked: dict[str, Any] = {"churned": "inactivity", "window_days": 30, "period": "month", "date_from": "2026-02-01"}
    with uptake.from_events(events, user="user", account="org", event="event", at="at") as ws:
        (row,) = ws.metric("account_churn", as_of="2026-02-28", **asked).rows
    assert (row["n"], row["count"]) == (3, 1)


def test_visitors_of_umami_start_with_the_first_day_of_the_range(told: Told) -> None:
    """a and b on the 1st, a back on the 2nd, b on the 4th; c and d on the 2nd, d for the first time in the range; c on the 3rd."""
    ws = told("""
        a view 03-01 10:00
        a view 03-02 10:00
        b view 03-01 11:00
        b view 03-04 11:00
        c view 03-02 09:00
        c view 03-03 09:00
        d view 02-20 09:00
        d view 03-02 09:00""")
    asked: dict[str, Any] = {"start": "view", "returns": "view", "entry": "first_in_range", "unit": "day", "units": 3}
    found = triangle(ws.metric("retention", unit_0="cohort", date_from="2026-03-01", as_of="2026-03-05", **asked))
    assert (found["2026-03-01"], found["2026-03-02"]) == ([2, 1, 0, 1], [2, 1, 0, 0])


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.9, 4)])
def test_the_usage_interval_of_amplitude_is_of_medians(told: Told, share: float, expected: int) -> None:
    """Days between: a 4 and 4; b 2, 2 and 7; d 1 and 1; c came on one day only. Medians 1, 2 and 4."""
    days = {"a": (1, 5, 9), "b": (2, 4, 6, 13), "c": (3, 3), "d": (1, 2, 3)}
    ws = told("\n".join(f"{who} E 03-{day:02} 10:00" for who, own in days.items() for day in own))
    (row,) = ws.metric("usage_interval", active="E", share=share, window_days=15, as_of="2026-03-15").rows
    assert (row["n"], row["estimate"]) == (3, expected)


def test_sessions_of_amplitude_without_those_of_one_event(told: Told) -> None:
    """u: 20 minutes, and two of one event, as half an hour without anything is the end. v: 29 minutes, and one of one event the
    next day. Ours is the mean of 20 and 29 minutes; Amplitude's of five. Five sessions of two people are 2.5.
    """
    ws = told("""
        u E 03-02 10:00
        u E 03-02 10:10
        u E 03-02 10:20
        u E 03-02 12:00
        u E 03-02 12:30
        v E 03-02 09:00
        v E 03-02 09:29
        v E 03-03 09:00""")
    asked = {"date_from": "2026-03-02", "as_of": "2026-03-08"}
    (length,) = ws.metric("session_duration", **asked).rows
    assert (length["n"], length["estimate"]) == (2, (1200 + 1740) / 2)
    (often,) = ws.metric("sessions_per_week", **asked).rows
    assert often["estimate"] == 2.5
