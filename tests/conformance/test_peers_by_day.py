"""Cases of the kind that PostHog, Amplitude and Mixpanel test themselves with, each day and each number by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import counts, triangle

import uptake

Told = Callable[..., uptake.Workspace]
LATER = "2026-06-30"


def trend(ws: uptake.Workspace, **given: Any) -> list[tuple[int, int]]:
    """For each day with somebody at the first step asked for: how many, and how many got to the last."""
    asked = {"preset": "posthog", "output": "trend", "period": "day", "date_from": "2026-03-02", "as_of": "2026-03-05"}
    return [(row["n"], row["count"]) for row in ws.metric("funnel", **asked, **given).rows]


def test_a_trend_in_any_order_begins_with_whatever_came_first(told: Told) -> None:
    """Each day those who did C enter, and all three are done on Thursday the 5th, within four days.

    u did C on every day, v on Monday and Wednesday, w never. On Thursday u has all three, v and w have A and B alone.
    Wednesday's C is 25 hours before.
    """
    lines = [f"u C 03-0{day} 10:00" for day in (2, 3, 4, 5)] + [f"v C 03-0{day} 10:00" for day in (2, 4)]
    lines += [f"{who} {what} 03-05 11:00" for who in "uvw" for what in "AB"]
    ws = told("\n".join(lines))
    asked = {"steps": "A,B,C", "order": "unordered", "window_days": 4}
    assert trend(ws, **asked) == [(2, 2), (1, 1), (2, 2), (3, 1)]
    assert trend(ws, **asked, from_step=2, to_step=3) == [(2, 2), (1, 1), (2, 2), (3, 1)]
    assert trend(ws, **asked | {"window_days": 1}) == [(2, 0), (1, 0), (2, 0), (3, 1)]


def test_a_day_counts_everybody_once_and_a_later_day_again(told: Told) -> None:
    """u goes through twice on Monday and not on Wednesday; on Tuesday nobody enters, so there is no row."""
    ws = told("""
        u A 03-02 09:00
        u B 03-02 10:00
        u A 03-02 12:00
        u B 03-02 13:00
        u A 03-04 09:00
        v B 03-04 08:00
        v A 03-04 09:00""")
    assert trend(ws, steps="A,B", window_days=1) == [(1, 1), (2, 0)]


GAPS = """
    u A 03-02 01:00
    u B 03-02 02:00
    u X 03-02 02:30
    u C 03-02 03:00
    v A 03-02 01:00
    v X 03-02 01:30
    v B 03-02 02:00
    v Y 03-02 02:30
    v C 03-02 03:00"""


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        ([("X", 1, 2)], [1, 1, 1]),
        ([("X", 2, 3)], [1, 1, 1]),
        ([("Y", 1, 2)], [2, 2, 2]),
        ([("X", 1, 3)], []),
        ([("X", 1, 2), ("Y", 1, 2)], [1, 1, 1]),
        ([("X", 1, 2), ("X", 2, 3)], []),
    ],
)
def test_what_is_excluded_between_two_steps_removes_who_did_it_there(
    told: Told, exclude: list[tuple[str, int, int]], expected: list[int]
) -> None:
    """X lies between B and C for u, between A and B for v; Y only between B and C. Where nobody is left nobody entered."""
    named = [{"event": event, "after": after, "before": before} for event, after, before in exclude]
    found = told(GAPS).metric("funnel", steps="A,B,C", preset="posthog", exclude=named, as_of=LATER)
    assert counts(found) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (("A 00", "X 01", "A 31"), [1, 0]),
        (("A 00", "A 31", "X 32"), [1, 0]),
        (("A 00", "A 01", "X 02"), []),
        (("A 00", "X 01", "B 31", "A 40", "B 49"), [1, 1]),
    ],
)
def test_an_exclusion_holds_as_long_as_the_window_of_its_entry(
    told: Told, seconds: tuple[str, ...], expected: list[int]
) -> None:
    """Ten seconds. An entry that is over, or another that was not spoilt, leaves the person in the funnel."""
    lines = "\n".join(f"u {one.split()[0]} 03-02 10:00:{one.split()[1]}" for one in seconds)
    asked = {"steps": "A,B", "preset": "posthog", "exclude": "X", "window_days": "10s", "as_of": LATER}
    assert counts(told(lines).metric("funnel", **asked)) == expected


def test_a_filter_of_all_steps_is_said_once_or_in_each(told: Told) -> None:
    """v has no browser at all and w none when B is done: two enter with Safari and one converts."""
    ws = told("""
        u A 03-02 10:00 browser=Safari
        u B 03-02 10:01 browser=Safari
        v A 03-02 10:00
        v B 03-02 10:01
        w A 03-02 10:00 browser=Safari
        w B 03-02 10:01""")
    each = [{"event": event, "where": {"browser": "Safari"}} for event in "AB"]
    asked = {"preset": "posthog", "as_of": LATER}
    once = {"steps": "A,B", "where": "event.browser=Safari", "attribution": "all_steps"}
    assert counts(ws.metric("funnel", steps=each, **asked)) == [2, 1]
    assert counts(ws.metric("funnel", **once, **asked)) == [2, 1]


def cells(ws: uptake.Workspace, **given: Any) -> dict[str, list[Any]]:
    asked = {"start": "A", "returns": "A", "entry": "recurring", "unit": "day", "unit_0": "cohort", "as_of": LATER}
    return triangle(ws.metric("retention", **asked | given))


def test_runs_of_days_after_the_first(told: Told) -> None:
    """PostHog's brackets of 4, 10 and 3 days: days 1-4, 5-14 and 15-17. u comes on days 1, 5 and 16, v on 4 and 10."""
    ws = told("""
        u A 03-02 10:00
        u A 03-03 10:00
        u A 03-07 10:00
        u A 03-18 10:00
        v A 03-02 10:00
        v A 03-06 10:00
        v A 03-12 10:00
        w A 03-02 10:00""")
    assert cells(ws, criterion="brackets", brackets=[1, 4, 10, 3])["2026-03-02"] == [3, 2, 2, 1]


def test_a_minimum_is_of_one_day_within_a_run_of_days(told: Told) -> None:
    """u comes twice on day 2 and once on day 7; v once on days 3 and 4, and twice on day 8. Runs: 1-5, 6-10."""
    ws = told("""
        u A 03-02 10:00
        u A 03-04 10:00
        u A 03-04 11:00
        u A 03-09 10:00
        v A 03-02 10:00
        v A 03-05 10:00
        v A 03-06 10:00
        v A 03-10 10:00
        v A 03-10 11:00""")
    assert cells(ws, criterion="brackets", brackets=[1, 5, 5], at_least=2)["2026-03-02"] == [2, 1, 1]


def test_on_or_after_knows_nothing_of_after_the_range(told: Told) -> None:
    """Days 0 to 3 of a range of four. u comes on days 0 and 3, v on 0 and 1, w on 1 and 2; all again a week later.

    Day 0: u and v, both later, u alone from day 2 on. Day 1: v and w, w on day 2. Day 3: u.
    """
    days = {"u": (2, 5, 12), "v": (2, 3, 12), "w": (3, 4, 12)}
    ws = told("\n".join(f"{who} A 03-{day:02} 10:00" for who, own in days.items() for day in own))
    found = cells(ws, criterion="on_or_after", units=3, date_from="2026-03-02", as_of="2026-03-05")
    assert [found[f"2026-03-0{day}"][: 6 - day] for day in (2, 3, 4, 5)] == [[2, 2, 1, 1], [2, 1, 0], [1, 0], [1]]


def test_who_does_something_for_the_first_time(told: Told) -> None:
    """With a condition PostHog has two: the first time ever if it fits (v, w), or the first that fits (u as well)."""
    ws = told("""
        u A 03-02 10:00 via=mail
        u A 03-03 10:00 via=ad
        v A 03-03 10:00 via=ad
        w A 03-04 10:00 via=ad""")
    by_ad = {"event": "A", "where": {"via": "ad"}}

    def sizes(start: Any, entry: str) -> list[int]:
        found = ws.metric("retention", start=start, entry=entry, unit="day", units=1, as_of=LATER)
        return [one[0] for day, one in triangle(found, "cohort_size").items() if day.startswith("2026")]

    assert sizes("A", "first_time") == [1, 1, 1]
    assert sizes(by_ad, "first_ever") == [1, 1]
    assert sizes(by_ad, "first_time") == [2, 1]


def test_the_first_touch_is_that_of_the_pass(told: Told) -> None:
    """PostHog would say Chrome, which was the person's first; the pass that counts began a week later with Safari."""
    ws = told("""
        u A 03-02 10:00 browser=Chrome
        u A 03-10 10:00 browser=Safari
        u B 03-10 11:00 browser=Safari""")
    asked = {"steps": "A,B", "preset": "posthog", "window_days": 7, "by": "event.browser", "as_of": LATER}
    rows = ws.metric("funnel", **asked).rows
    assert [(row["event.browser"], row["count"]) for row in rows] == [("Safari", 1), ("Safari", 1)]
