"""Cases of the kind that Mixpanel, Amplitude and PostHog explain entering again with, each number by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from peer_events import counts

import uptake
from uptake.errors import QuestionError

Told = Callable[..., uptake.Workspace]
LATER: dict[str, Any] = {"as_of": "2026-06-30"}
MIXPANEL: dict[str, Any] = {"preset": "mixpanel", **LATER}
AMPLITUDE: dict[str, Any] = {"preset": "amplitude", **LATER}


def groups(ws: uptake.Workspace, name: str, **given: Any) -> dict[str, list[int]]:
    """Value of a property of events -> how many did each step."""
    found: dict[str, list[int]] = {}
    for row in ws.metric("funnel", by=f"event.{name}", **given).rows:
        found.setdefault(row[f"event.{name}"], []).append(row["count"])
    return found


def seconds(ws: uptake.Workspace, **given: Any) -> float:
    """The mean time to convert."""
    mean: float = ws.metric("funnel", output="time_to_convert", **given).rows[0]["mean_s"]
    return mean


@pytest.mark.parametrize(
    ("times", "window", "first", "closest"),
    [
        ("A13:00 A13:30 B13:45 C14:15", "1h", [1, 1, 0], [1, 1, 1]),
        ("A10:00 A12:00 B12:30", "1h", [1, 0, 0], [1, 1, 0]),
        ("A10:00 A10:40 B11:20", "1h", [1, 0, 0], [1, 1, 0]),
    ],
)
def test_a_window_of_mixpanel_runs_from_the_first_entry_or_from_the_best(
    told: Told, times: str, window: str, first: list[int], closest: list[int]
) -> None:
    """From 13:00 C is 75 minutes away, from 13:30 it is 45; from 10:00 B is out of time, from the second A it is not."""
    ws = told("\n".join(f"u {one[0]} 03-02 {one[1:]}" for one in times.split()))
    asked = {"steps": "A,B,C", "window_days": window, **MIXPANEL}
    assert counts(ws.metric("funnel", **asked)) == first
    assert counts(ws.metric("funnel", entry="closest", **asked)) == closest


@pytest.mark.parametrize(("entry", "expected"), [("first", 1800), ("closest", 600)])
def test_time_to_convert_is_that_of_the_entry_that_counts(told: Told, entry: str, expected: int) -> None:
    """A at 10:00, 10:10 and 10:20, B at 10:30."""
    ws = told("u A 03-02 10:00\nu A 03-02 10:10\nu A 03-02 10:20\nu B 03-02 10:30")
    assert seconds(ws, steps="A,B", entry=entry, **MIXPANEL) == expected


def test_of_several_conversions_the_first_counts(told: Told) -> None:
    """Two, of 10 and of 30 minutes."""
    ws = told("u A 03-02 10:00\nu B 03-02 10:10\nu A 03-02 10:20\nu B 03-02 10:50")
    assert seconds(ws, steps="A,B", entry="closest", **MIXPANEL) == 600


@pytest.mark.parametrize(
    ("history", "expected"), [("ABCDE", 5), ("ABFCDE", 5), ("ABDCDE", 5), ("ABCE", 3), ("EDCBA", 1), ("BACBDE", 2)]
)
def test_a_specific_order_lets_anything_lie_between(told: Told, history: str, expected: int) -> None:
    """Steps A to E. A step out of turn does no harm and is no step; without a D nobody gets to E. BACBDE: A, then B, no C after."""
    ws = told("\n".join(f"u {event} 03-02 1{hour}:00" for hour, event in enumerate(history)))
    assert sum(counts(ws.metric("funnel", steps="A,B,C,D,E", **MIXPANEL))) == expected


@pytest.mark.parametrize(
    ("history", "expected"),
    [("AAAB", [2, 1]), ("AAB", [1, 0]), ("AABAB", [2, 1]), ("AXAB", [2, 1])],
)
def test_an_excluded_event_ends_an_attempt_and_begins_none(told: Told, history: str, expected: list[int]) -> None:
    """A is a step and excluded between A and B, as X is: the second A ends the attempt of the first and is no entry itself, so
    the third is one. With X between, the A behind it enters.
    """
    ws = told("\n".join(f"u {event} 03-02 1{hour}:00" for hour, event in enumerate(history)))
    asked = {"steps": "A,B", "exclude": ["A", "X"], "count": "totals", "tolerance_seconds": 0, **MIXPANEL}
    assert counts(ws.metric("funnel", **asked)) == expected
    assert counts(ws.metric("funnel", **asked | {"window_days": "none"})) == expected


def test_a_user_of_mixpanel_is_in_every_segment_it_enters(told: Told) -> None:
    """Looks at a shirt and at jeans, puts something into the cart, looks at shoes. The jeans are within the attempt of the shirt.
    Mixpanel has the shirt, converted, and the shoes: those are attempts. Once each, it is the shirt alone.
    """
    ws = told("""
        u look 03-02 10:00 item=shirt
        u look 03-02 10:10 item=jeans
        u cart 03-02 10:20
        u look 03-02 10:30 item=shoes""")
    asked = {"steps": "look,cart", "attribution": "step", "attribution_step": 1, **MIXPANEL}
    assert groups(ws, "item", count="totals", **asked) == {"shirt": [1, 1], "shoes": [1, 0]}
    assert groups(ws, "item", **asked) == {"shirt": [1, 1]}


def test_a_filter_of_a_step_comes_before_a_filter_of_the_pass_after(told: Told) -> None:
    """In Chrome at 9:00, in Safari at 10:30 and 10:40, bought at 10:50 in no browser, within an hour. Filtered first the Safari
    pass is whole; in every step it lacks the purchase; filtered afterwards, it is the Chrome pass that is none.
    """
    ws = told("""
        u view 03-02 09:00 browser=Chrome
        u view 03-02 10:30 browser=Safari
        u add  03-02 10:40 browser=Safari
        u buy  03-02 10:50""")
    names = ["view", "add", "buy"]
    safari = [{"event": name, "where": {"browser": "Safari"}} for name in names]
    asked = {"window_days": "1h", **MIXPANEL}
    assert counts(ws.metric("funnel", steps=names, **asked)) == [1, 0, 0]
    assert counts(ws.metric("funnel", steps=[safari[0], *names[1:]], **asked)) == [1, 1, 1]
    assert counts(ws.metric("funnel", steps=safari, **asked)) == [1, 1, 0]
    assert counts(ws.metric("funnel", steps=names, where="event.browser=Safari", **asked)) == []


ITEMS = """
    u view 03-02 10:00 item=1
    u cart 03-02 10:01 item=1
    u view 03-02 11:00 item=2
    u cart 03-02 11:01 item=2
    u view 03-02 12:00 item=2
    u cart 03-02 12:01 item=2
    u view 03-02 13:00 item=3
    u cart 03-02 13:01 item=4
    v view 03-02 10:00 item=1"""


def test_amplitude_counts_pairs_of_a_user_and_the_value_held(told: Told) -> None:
    """u goes through with item 1, twice with item 2, and not with item 3; v looks at item 1 only. Pairs u-1, u-2, u-3, v-1, two
    of them through; attempts one more, through as well; users two, one of them through, as Mixpanel counts.
    """
    ws = told(ITEMS)
    asked: dict[str, Any] = {"steps": "view,cart", "hold": "item"}
    found = ws.metric("funnel", **asked, **AMPLITUDE)
    assert counts(found) == [4, 2]
    assert found.rows[0]["entities"] == 2
    assert any("pair" in note for note in found.notes)
    assert counts(ws.metric("funnel", count="pairs", **asked, **LATER)) == [4, 2]
    assert counts(ws.metric("funnel", count="entities", **asked, **AMPLITUDE)) == [2, 1]
    assert counts(ws.metric("funnel", count="totals", **asked, **AMPLITUDE)) == [5, 3]
    assert counts(ws.metric("funnel", **asked, **MIXPANEL)) == [2, 1]
    behind = ws.people("funnel", {"step": 2}, **asked, **AMPLITUDE)
    assert (behind.total, {row["user_id"] for row in behind.rows}) == (2, {"u"})


def test_mixpanel_holds_the_value_of_the_first_entry(told: Told) -> None:
    """Item 1, then item 2, which is bought: not the one that was looked at first. Both are attempts."""
    ws = told("u view 03-02 10:00 item=1\nu view 03-02 10:10 item=2\nu cart 03-02 10:20 item=2")
    asked = {"steps": "view,cart", "hold": "item", **MIXPANEL}
    assert counts(ws.metric("funnel", **asked)) == [1, 0]
    assert counts(ws.metric("funnel", count="totals", **asked)) == [2, 1]


@pytest.mark.parametrize("output", ["steps", "trend", "time_to_convert", "drivers"])
@pytest.mark.parametrize("more", [{}, {"period": "day"}, {"by": "event.item"}])
def test_pairs_are_shown_with_sql_that_gives_their_numbers(told: Told, output: str, more: dict[str, Any]) -> None:
    ws = told(ITEMS)
    asked = {
        "steps": "view,cart",
        "hold": "item",
        "count": "pairs",
        "output": output,
        "drivers": "events",
        "least_n": 1,
    }
    found = ws.metric("funnel", **asked, **more, **LATER)
    assert found.has_whole_sql
    shown = ws.rows_of(found.sql)
    assert [row["n"] for row in shown] == [row["n"] for row in found.rows]
    if output == "steps":
        assert [row["count"] for row in shown] == [row["count"] for row in found.rows]


def test_pairs_need_something_that_is_held(told: Told) -> None:
    with pytest.raises(QuestionError, match="nothing is held"):
        told(ITEMS).metric("funnel", steps="view,cart", count="pairs", **LATER)


PAGES = """
    u view     03-02 10:00 session=1 page=A
    u register 03-02 10:05 session=1
    v view     03-02 10:00 session=2 page=A
    v view     03-02 10:02 session=2 page=B
    v register 03-02 10:05 session=2
    w view     03-02 10:00 session=3 page=A
    w view     03-02 12:00 session=4 page=B
    w register 03-02 12:05 session=4"""


def test_amplitude_counts_sessions_where_the_session_is_held(told: Told) -> None:
    """Registered in one session: u's, on page A; v's, which began with A; w's second, on B. w's first is another, on A, without.
    Not held, w registered after page A, within the day.
    """
    ws = told(PAGES)
    assert groups(ws, "page", steps="view,register", hold="session", **AMPLITUDE) == {"A": [3, 2], "B": [1, 1]}
    assert groups(ws, "page", steps="view,register", **AMPLITUDE) == {"A": [3, 3]}


def test_over_time_a_user_of_amplitude_is_in_several_periods(told: Told) -> None:
    """Enters on the 1st, 5th and 20th, converts on the 2nd and the 6th, within a day: whole, one of one."""
    ws = told("u A 01-01 10:00\nu B 01-02 09:00\nu A 01-05 10:00\nu B 01-06 09:00\nu A 01-20 10:00")
    asked: dict[str, Any] = {"steps": "A,B", "preset": "amplitude", "date_from": "2026-01-01", "as_of": "2026-01-31"}
    assert counts(ws.metric("funnel", **asked)) == [1, 1]
    trend = ws.metric("funnel", output="trend", period="day", **asked).rows
    assert [(row["period_on"].day, row["n"], row["count"]) for row in trend] == [(1, 1, 1), (5, 1, 1), (20, 1, 0)]


@pytest.mark.parametrize(
    ("window", "expected", "mean"),
    [
        (14, [3, 2], 600),
        ("14 days", [3, 2], 600),
        ("5m", [3, 1], 300),
        ("5 minutes", [3, 1], 300),
        ("300 s", [3, 1], 300),
    ],
)
def test_windows_are_days_or_a_number_with_its_unit(told: Told, window: Any, expected: list[int], mean: int) -> None:
    """Converted after 5 and after 15 minutes, and not."""
    ws = told("a A 03-02 14:00\na B 03-02 14:05\nb A 03-02 14:03\nc A 03-02 12:00\nc B 03-02 12:15")
    asked = {"steps": "A,B", "preset": "posthog", "window_days": window, **LATER}
    assert counts(ws.metric("funnel", **asked)) == expected
    assert seconds(ws, **asked) == mean


def test_tries_that_fail_are_in_no_time_to_convert(told: Told) -> None:
    """PostHog: whole on the 1st with an hour between, as far as B on the 3rd and the 4th, after an hour and after three."""
    ws = told("""
        u A 05-01 01:00
        u B 05-01 02:00
        u C 05-01 03:00
        u A 05-03 04:00
        u B 05-03 05:00
        u A 05-04 07:00
        u B 05-04 10:00""")
    asked: dict[str, Any] = {"steps": "A,B,C", "preset": "posthog", "window_days": 1, "as_of": "2026-05-14"}
    rows = ws.metric("funnel", **asked).rows
    assert [(row["count"], row["median_s"]) for row in rows] == [(1, None), (1, 3600), (1, 3600)]
    assert seconds(ws, from_step=1, to_step=2, **asked) == 3600


def test_in_any_order_times_run_from_one_step_to_the_next_whatever_it_is(told: Told) -> None:
    """b needs an hour for two. c needs two hours and two hours on the 2nd, and on the 3rd, which is later, three and three."""
    ws = told("""
        a A 05-02 00:00
        b B 05-02 00:00
        b A 05-02 01:00
        c C 05-02 00:00
        c A 05-02 02:00
        c B 05-02 04:00
        c B 05-03 00:00
        c C 05-03 03:00
        c A 05-03 06:00""")
    asked: dict[str, Any] = {"steps": "A,B,C", "preset": "posthog", "order": "unordered", "window_days": 1, **LATER}
    assert counts(ws.metric("funnel", **asked)) == [3, 2, 1]
    assert seconds(ws, from_step=1, to_step=2, **asked) == 5400
    assert seconds(ws, from_step=2, to_step=3, **asked) == 7200
