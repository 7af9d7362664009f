"""Where peers disagree on paths and people (lines 13-15), and what is counted once: by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import by_period, counts, rows

import uptake

Told = Callable[..., uptake.Workspace]
LATER: dict[str, Any] = {"as_of": "2026-06-30"}


def edges(ws: uptake.Workspace, of: str = "paths", **given: Any) -> dict[tuple[int, str, str], Any]:
    found = ws.metric("paths", **LATER, **given).rows
    return {(row["position"], row["from_node"], row["to_node"]): row[of] for row in found}


VISITS = """
    u home 03-02 10:00
    u plan 03-02 10:29
    u buy  03-02 10:59
    u home 03-03 10:00
    u home 03-03 10:10
    u plan 03-03 10:20"""


def test_line_14_a_gap_of_thirty_minutes_splits(told: Told) -> None:
    """From home to plan 29 min, one path; from plan to buy 30 min: buy begins another. On the 3rd home, home, plan: one edge."""
    assert edges(told(VISITS)) == {
        (1, "home", "plan"): 2,
        (1, "buy", "(end)"): 1,
        (2, "plan", "(end)"): 2,
    }


def test_line_14_edges_count_paths_not_people(told: Told) -> None:
    """u goes from home to plan on two days: two paths of one person."""
    ws = told(VISITS)
    assert edges(ws)[1, "home", "plan"] == 2
    assert edges(ws, of="people")[1, "home", "plan"] == 1


def test_line_14_repeats_collapse_to_the_last(told: Told) -> None:
    """From the last home of the 3rd (10:10) to plan 10 min, from home to plan on the 2nd 29: median 19.5."""
    assert edges(told(VISITS), of="median_s")[1, "home", "plan"] == 19.5 * 60


def test_line_14_a_session_of_another_length(told: Told) -> None:
    """With 31 minutes buy goes on from plan."""
    found = edges(told(VISITS), gap_minutes=31)
    assert (found[2, "plan", "buy"], found[3, "buy", "(end)"]) == (1, 1)


def test_line_13_the_latest_merge_wins_and_events_stay(told: Told) -> None:
    """anon was first taken for ann, then for bob: bob has anon's event and his own, ann hers. Nobody has two copies."""
    ws = told("ann buy 03-03 10:00\nbob buy 03-04 10:00")
    ws.import_rows([{"anonymous_id": "anon", "event": "open", "timestamp": "2026-03-02T10:00:00Z"}], "events")
    asked: dict[str, Any] = {"window": "calendar", "period": "day", "date_from": "2026-03-02", "as_of": "2026-03-04"}
    assert list(by_period(ws.metric("active_users", **asked), "n").values()) == [1, 2, 3]
    links = [{"previous_id": "anon", "is_anonymous": True, "user_id": user, "timestamp": f"2026-03-{day}T10:00:00Z"}
             for user, day in (("ann", "05"), ("bob", "06"))]  # fmt: skip
    ws.import_rows(links[:1], "aliases")
    assert counts(ws.metric("funnel", steps="open,buy", where="user.id=ann", **LATER)) == [1, 1]
    ws.import_rows(links[1:], "aliases")
    result = ws.metric("active_users", **asked)
    assert list(by_period(result).values()) == [1, 1, 1]
    assert list(by_period(result, "n").values()) == [1, 2, 2]
    assert counts(ws.metric("funnel", steps="open,buy", **LATER)) == [1, 1]
    assert ws.people("funnel", {"step": 2}, steps="open,buy", **LATER).ids() == ["bob"]


def test_line_13_a_merge_makes_the_newcomer_old(told: Told) -> None:
    """The visitor of February is u, who signs up in March: not new in March, and of February's cohort."""
    ws = told("u open 03-03 10:00")
    ws.import_rows([{"anonymous_id": "anon", "event": "open", "timestamp": "2026-02-03T10:00:00Z"}], "events")
    asked: dict[str, Any] = {"period": "month", "date_from": "2026-02-01", "as_of": "2026-03-31"}

    def new() -> list[int]:
        return [row["estimate"] for row in ws.metric("lifecycle", **asked).rows if row["state"] == "new"]

    assert new() == [1, 1]
    link = {"previous_id": "anon", "is_anonymous": True, "user_id": "u", "timestamp": "2026-03-03T10:00:00Z"}
    ws.import_rows([link], "aliases")
    assert new() == [1, 0]


def test_a_late_event_moves_the_cohort(told: Told) -> None:
    """u starts on the 4th, as far as is known; an event of the 2nd comes in later: of the 2nd's cohort, back on day 2."""
    ws = told("u open 03-04 10:00")
    asked: dict[str, Any] = {"unit": "day", "units": 2, **LATER}

    def cohort() -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in ws.metric("retention", **asked).rows:
            if row["row"] == "cohort":
                found.setdefault(row["cohort_on"].isoformat(), []).append(row["returned"])
        return found

    assert cohort() == {"2026-03-04": [1, 0, 0]}
    ws.import_rows(rows("u open 03-02 10:00"), "events")
    assert cohort() == {"2026-03-02": [1, 0, 1]}


def test_a_message_counts_once(told: Told) -> None:
    """The same message sent twice is one A; two messages of one instant are two."""
    ws = told("u A 03-02 10:00")
    ws.import_rows([{**row, "message_id": "m"} for row in rows("v A 03-02 10:00")] * 2, "events")
    ws.import_rows([{**row, "message_id": name} for row in rows("w A 03-02 10:00") for name in ("x", "y")], "events")
    assert counts(ws.metric("funnel", steps=["A", "A"], **LATER)) == [3, 1]


@pytest.mark.parametrize(("entity", "expected"), [("user", 2), ("account", 2), ("member", 3)])
def test_users_accounts_and_users_in_accounts(told: Told, entity: str, expected: int) -> None:
    """both works in acme and in bee, one in acme: 2 users, 2 accounts, 3 users in accounts."""
    ws = told("both open 03-02 10:00 @acme\nboth open 03-02 11:00 @bee\none open 03-02 12:00 @acme")
    (row,) = ws.metric("active_users", entity=entity, window="7", as_of="2026-03-02").rows
    assert row["estimate"] == expected


WAITS = """
    a start 03-02 10:00
    a value 03-03 10:00
    b start 03-02 10:00
    b value 03-05 10:00
    c start 03-02 10:00
    d start 03-02 10:00
    e start 03-06 10:00"""


def test_line_15_who_has_not_converted_is_censored(told: Told) -> None:
    """As of the end of the 6th: a after 1 day, b after 3; c and d wait 4.6 days, e 0.6, before anybody got there. At day 1 one
    of 4 at risk: 3/4 left, at day 3 one of 3: 1/2 left. The median is 3 days; the mean of those who got there, 2, is none.
    """
    asked: dict[str, Any] = {"start": "start", "until": "value", "as_of": "2026-03-06"}
    (row,) = told(WAITS).metric("time_to_first_value", **asked).rows
    assert row["estimate"] == 3 * 86_400


def test_line_15_the_median_is_undefined_where_the_curve_never_reaches_a_half(told: Told) -> None:
    """As of the end of the 4th only a got there: 3/4 are left."""
    asked: dict[str, Any] = {"start": "start", "until": "value", "as_of": "2026-03-04"}
    (row,) = told(WAITS).metric("time_to_first_value", **asked).rows
    assert row["estimate"] is None


BROWSERS = """
    u view 03-02 10:00 browser=Chrome
    u sign 03-02 10:10 browser=Firefox
    v view 03-02 10:00 browser=Chrome
    v sign 03-02 10:10 browser=Chrome
    w view 03-02 10:00 browser=Firefox"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"Chrome": [2, 2], "Firefox": [1, 0]}),
        ({"attribution": "last_touch"}, {"Chrome": [1, 1], "Firefox": [2, 1]}),
        ({"attribution": "step", "attribution_step": 2}, {"Chrome": [1, 1], "Firefox": [1, 1], "(none)": [1, 0]}),
        ({"attribution": "all_steps"}, {"Chrome": [2, 1], "Firefox": [1, 0]}),
    ],
)
def test_funnels_by_a_property_of_their_steps(
    told: Told, given: dict[str, Any], expected: dict[str, list[int]]
) -> None:
    """u views in Chrome and signs in Firefox, v both in Chrome, w views in Firefox. PostHog's four attributions; of step 2 it
    leaves out who did not do it, whom ours has as (none).
    """
    found: dict[str, list[int]] = {}
    for row in told(BROWSERS).metric("funnel", steps="view,sign", by="event.browser", **given, **LATER).rows:
        found.setdefault(row["event.browser"], []).append(row["count"])
    assert found == expected


def test_a_property_held_constant(told: Told) -> None:
    """Amplitude's and Mixpanel's: the same browser in both steps. v; not u."""
    assert counts(told(BROWSERS).metric("funnel", steps="view,sign", hold="browser", **LATER)) == [3, 1]
