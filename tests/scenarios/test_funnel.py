"""Funnels counted by hand: every point on which systems differ, through the real import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from funnel_world import BEGIN, LATER, counts, rows, world

import uptake
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.asking.recheck import differences
from uptake.stats.difference import difference_of_shares
from uptake.stats.tries import Tries, share_of_tries

World = Callable[..., uptake.Workspace]


@pytest.fixture
def events(new_home: Callable[..., Path], one_thread: None) -> Iterator[World]:
    with ExitStack() as opened:

        def make(plan: str = "product: {timezone: UTC}", begin: datetime = BEGIN, **histories: str) -> uptake.Workspace:
            return opened.enter_context(world(new_home(plan), histories, begin))

        yield make


def test_each_step_says_how_many_did_it_how_many_stopped_and_how_long_it_took(events: World) -> None:
    """Entered 4 (p has no A). B: u, v, w after 10, 20, 60 min: median 20. C: u after 30 more, v after 50: median 40,
    from the start 40 and 70: median 55. x never went on, w did C before B.
    """
    ws = events(u="A0 B10 C40", v="A0 B20 C70", w="A0 C30 B60", x="A5", p="B0 C10")
    first, second, third = ws.metric("funnel", steps=["A", "B", "C"], **LATER).rows
    assert (first["step"], first["name"], first["n"], first["count"], first["estimate"]) == (1, "A", 4, 4, 1)
    assert (first["dropped"], first["dropped_share"], first["step_conversion_rate"]) == (0, None, None)
    assert (first["ci_lower"], first["median_s"], first["status"]) == (None, None, "too_few")
    assert (second["count"], second["estimate"], second["step_conversion_rate"]) == (3, 0.75, 0.75)
    assert (second["dropped"], second["dropped_share"], second["median_s"]) == (1, 0.25, 1200)
    assert (third["count"], third["estimate"], third["step_conversion_rate"]) == (2, 0.5, pytest.approx(2 / 3))
    assert (third["dropped"], third["median_s"], third["median_from_start_s"]) == (1, 2400, 3300)
    assert third["step_ci_lower"] < 2 / 3 < third["step_ci_upper"]


def test_golden_7_events_of_one_instant(events: World) -> None:
    """u sent A then B at minute 0, v sent B then A. Ours: as they arrived, and said. Amplitude, PostHog: either way."""
    ws = events(u="A0 B0", v="B0 A0")
    result = ws.metric("funnel", steps=["A", "B"], **LATER)
    assert [row["count"] for row in result.rows] == [2, 1]
    assert any("same instant" in note for note in result.notes)
    assert counts(ws, ["A", "B"], tolerance_seconds=0) == [2, 2]
    assert counts(ws, ["A", "B"], preset="amplitude") == [2, 2]
    assert counts(ws, ["A", "B"], preset="posthog") == [2, 2]
    assert counts(ws, ["A", "B"], preset="clickhouse") == [2, 1]


def test_totals_count_every_attempt_that_begins_after_the_one_before_is_over(events: World) -> None:
    """A window of an hour, X excluded. u: two attempts, both done. v: A at 10 lies in the attempt of A at 0, which B ends.
    w: out of time at 60, that minute included, so A at 60 begins nothing and A at 70 does. x: X ends the first, the
    second is done. y: two out of time. 2 + 1 + 2 + 2 + 2 = 9 attempts, 2 + 1 + 1 + 1 + 0 = 5 done after 10 minutes but
    w's after 20 and x's after 1: median of 10, 10, 20, 20, 1 is 10. Each user once, at best: 5, of whom 4.

    The interval by user: done less 5/9 of the attempts is 8/9, 4/9, -1/9, -1/9, -10/9, squared and added 182/81. With 5
    users, +- 2.776 sqrt(5/4 x 182/81) / 9 = 0.517; on log odds 0.133 to 0.910.
    """
    ws = events(u="A0 B10 A20 B30", v="A0 A10 B20", w="A0 A60 A70 B90", x="A0 X5 A6 B7", y="A0 A61")
    asked: dict[str, Any] = {"steps": ["A", "B"], "window_days": "1h", "exclude": ["X"], **LATER}
    totals = ws.metric("funnel", count="totals", **asked)
    first, second = totals.rows
    assert (first["n"], second["count"], second["dropped"], second["median_s"]) == (9, 5, 4, 600)
    assert (first["entities"], first["ci_lower"]) == (5, None)
    assert [second[end] for end in ("estimate", "ci_lower", "ci_upper")] == pytest.approx(
        [5 / 9, 0.13346, 0.91027], abs=1e-5
    )
    assert (second["step_ci_lower"], second["step_ci_upper"]) == (second["ci_lower"], second["ci_upper"])
    assert any("Every attempt counts" in note for note in totals.notes)
    assert counts(ws, ["A", "B"], window_days="1h", exclude=["X"]) == [5, 4]
    behind = ws.people("funnel", {"step": 2}, count="totals", **asked)
    assert (behind.total, sorted(row["user_id"] for row in behind.rows)) == (5, ["u", "u", "v", "w", "x"])


def test_totals_in_other_orders_and_by_group(events: World) -> None:
    """Strict: at X nothing can follow, so A at 3 begins another attempt; A at 4 after A at 3 is a repeat, or not allowed and
    the next. In any order B at 0 begins one that A at 1 ends. Held by account, two accounts are two histories.
    """
    ws = events(u="A0 X1 A3 A4 B5")
    assert counts(ws, ["A", "B"], count="totals", order="strict") == [2, 1]
    assert counts(ws, ["A", "B"], count="totals", order="strict", between="nothing") == [3, 1]
    assert counts(ws, ["A", "B"], count="totals") == [1, 1]
    assert counts(events(u="B0 A1 B2"), ["A", "B"], count="totals", order="unordered") == [2, 1]
    held = events(u="A0@k A1@l B2@l B3@k A4@k")
    assert counts(held, ["A", "B"], count="totals", hold="account") == [3, 2]
    (row, _) = held.metric("funnel", steps=["A", "B"], count="totals", hold="account", **LATER).rows
    assert row["status"] == "too_few"


def test_attempts_go_on_over_the_periods_they_are_counted_in(events: World) -> None:
    """The attempt of 2 March takes in the A of 3 March, that of 5 March begins one: of 3 entries 2 are attempts."""
    ws = events(u=f"A0 A{24 * 60} A{3 * 24 * 60} B{3 * 24 * 60 + 5}")
    asked: dict[str, Any] = {"steps": ["A", "B"], "window_days": 2, "count": "totals", **LATER}
    by_day = [row for row in ws.metric("funnel", period="day", **asked).rows if row["n"]]
    assert [(row["period_on"].day, row["step"], row["count"]) for row in by_day] == [
        (2, 1, 1),
        (2, 2, 0),
        (5, 1, 1),
        (5, 2, 1),
    ]
    assert counts(ws, ["A", "B"], window_days=2, count="totals") == [2, 1]


def test_totals_by_period_as_one_number_and_as_times(events: World) -> None:
    """Attempts of an hour: u two on the 2nd, one done after 10 minutes, and one on the 3rd, done after 20; v one on the 2nd,
    w one on the 3rd, neither done. The 2nd: 1 of 3, of two users; the 3rd: 1 of 2, of two users.
    """
    day = 24 * 60
    ws = events(u=f"A0 B10 A100 A{day} B{day + 20}", v="A0", w=f"A{day}")
    asked: dict[str, Any] = {"steps": ["A", "B"], "window_days": "1h", "count": "totals", **LATER}
    rows = [row for row in ws.metric("funnel", output="trend", period="day", **asked).rows if row["n"]]
    assert [(row["n"], row["count"], row["entities"], row["estimate"]) for row in rows] == [
        (3, 1, 2, pytest.approx(1 / 3)),
        (2, 1, 2, 0.5),
    ]
    assert all(row["ci_lower"] < row["estimate"] < row["ci_upper"] for row in rows)
    whole = ws.metric("funnel", output="trend", **asked).rows[0]
    step = ws.metric("funnel", **asked).rows[1]
    assert [whole[one] for one in ("n", "estimate", "ci_lower", "ci_upper")] == [
        step[one] for one in ("n", "estimate", "ci_lower", "ci_upper")
    ]
    times = ws.metric("funnel", output="time_to_convert", **asked).rows
    assert {(row["n"], row["entities"], row["median_s"]) for row in times} == {(2, 1, 900)}


def test_what_goes_with_the_conversion_of_attempts(events: World) -> None:
    """Attempts with X on the way (done of tries) and without: u 2 of 2, 0 of 2; v 1 of 1, 1 of 2; w 0 of 1, 0 of 1; y 1 of 1.

    Each user adds done - p tries: with X, p = 4/5, it is 2/5, 1/5, -4/5, 1/5; without, q = 1/5, it is -2/5, 3/5, -1/5.
    Products over those with both add up to (-4 + 3 + 4) / 25 = 3/25, squares to 22/25 and 14/25.
    """
    ws = events(
        u="A0 X1 B2 A100 A200 A300 X301 B302", v="A0 X1 B2 A100 B101 A200", w="A0 X1 A100", y="A0 X1 B2"
    )  # fmt: skip
    asked: dict[str, Any] = {"steps": "A,B", "window_days": "1h", "count": "totals", "least_n": 2, **LATER}
    (row,) = ws.metric("funnel", output="drivers", drivers="events", **asked).rows
    assert (row["driver"], row["n_with"], row["converted_with"]) == ("X", 5, 4)
    assert (row["n_without"], row["converted_without"]) == (5, 1)
    with_x = share_of_tries(Tries(4, 5, 4, done_done=6, done_tries=6, tries_tries=7))
    without = share_of_tries(Tries(3, 5, 1, done_done=1, done_tries=2, tries_tries=9))
    apart = difference_of_shares(with_x, without, correlation=3 / sqrt(22 * 14))
    assert [row["estimate"], row["ci_lower"], row["ci_upper"]] == pytest.approx(apart[1:])
    said = [{"user_id": user, "valid_from": "2026-01-01", "tier": "Pro" if user in "uv" else "Free"} for user in "uvwy"]
    ws.import_rows(said, "users")
    pro = next(row for row in ws.metric("funnel", output="drivers", **asked).rows if row["driver"] == "user.tier = Pro")
    assert (pro["n_with"], pro["converted_with"], pro["n_without"], pro["converted_without"]) == (7, 4, 3, 1)
    assert ws.people("funnel", {"driver": "X"}, side="dropped", output="drivers", drivers="events", **asked).ids() == [
        "w"
    ]


def test_two_attempts_that_begin_at_one_instant_are_two_for_drivers(events: World) -> None:
    """u does A, B, A and B at one minute: two attempts, both converted, both of a Pro."""
    ws = events(u="A0 B0 A0 B0", v="A0")
    ws.import_rows([{"user_id": "u", "valid_from": "2026-01-01", "tier": "Pro"}], "users")
    asked: dict[str, Any] = {"steps": "A,B", "count": "totals", "output": "drivers", "least_n": 1, **LATER}
    (row,) = ws.metric("funnel", **asked).rows
    assert (row["n"], row["n_with"], row["converted_with"]) == (3, 2, 2)


def test_attempts_of_nobody_have_no_share(events: World) -> None:
    """Nobody tries on 3 March, who tries on the 4th has nobody to be compared with."""
    ws = events(u="A0", v=f"A{2 * 24 * 60} B{2 * 24 * 60 + 1}")
    asked: dict[str, Any] = {"steps": ["A", "B"], "output": "trend", "count": "totals", "window_days": "1h"}
    (row,) = ws.metric("funnel", date_from="2026-03-03", date_to="2026-03-03", **asked, **LATER).rows
    assert (row["n"], row["estimate"], row["status"]) == (0, None, "not_eligible")
    compared = {"date_from": "2026-03-04", "date_to": "2026-03-04", "compare": "previous_period"}
    (row,) = ws.metric("funnel", **asked, **compared, **LATER).rows
    assert (row["estimate"], row["earlier_n"], row["difference"]) == (1, 0, None)


def test_totals_that_make_no_sense_are_refused(events: World) -> None:
    ws = events(u="A0 B1")
    for more in ({"entry": "closest"}, {"order": "strict", "between": "halt"}):
        with pytest.raises(QuestionError):
            ws.metric("funnel", steps=["A", "B"], count="totals", **more, **LATER)


def test_systems_tolerate_nothing_one_second_or_two(events: World) -> None:
    """B came 1 s before A for u and 2 s before for v: ordered by Amplitude for u, by Mixpanel for both."""
    ws = events(u=f"B0 A{1 / 60}", v=f"B0 A{2 / 60}")
    assert counts(ws, "A,B") == counts(ws, "A,B", preset="posthog") == [2, 0]
    assert counts(ws, "A,B", preset="amplitude") == [2, 1]
    assert counts(ws, "A,B", preset="mixpanel") == [2, 2]


def test_golden_8_a_step_named_twice_needs_two_events(events: World) -> None:
    """u did A once, v twice; w sent the same event twice under one message id, so it happened once."""
    ws = events(u="A0", v="A0 A10")
    again = [{**row, "message_id": "m1"} for row in rows({"w": "A0 A0"})]
    ws.import_rows(again, "events")
    assert counts(ws, ["A", "A"]) == [3, 1]
    assert counts(ws, ["A", "A", "A"]) == [3, 1, 0]
    assert counts(ws, ["A", "A"], order="unordered") == [3, 1]


def test_the_entry_that_counts(events: World) -> None:
    """u: A0 then a day later A B. A window of an hour: only the second entry converts.

    Mixpanel counts with the first, which fails. v: A0 A10 B20 converts from either; the time is 20 min from the
    earliest (Amplitude) and 10 min from the latest and the closest (PostHog).
    """
    ws = events(u="A0 A1440 B1450", v="A0 A10 B20")
    asked: dict[str, Any] = {"steps": ["A", "B"], "window_days": "1h", **LATER}
    took = {
        entry: [
            row["median_from_start_s"] for row in ws.metric("funnel", entry=entry, **asked, where={"user.id": "v"}).rows
        ]
        for entry in ("earliest", "latest", "closest", "first")
    }
    assert took == {"earliest": [None, 1200], "latest": [None, 600], "closest": [None, 600], "first": [None, 1200]}
    assert counts(ws, ["A", "B"], window_days="1h") == [2, 2]
    assert counts(ws, ["A", "B"], window_days="1h", preset="posthog") == [2, 2]
    assert counts(ws, ["A", "B"], window_days="1h", preset="amplitude") == [2, 2]
    assert counts(ws, ["A", "B"], window_days="1h", preset="mixpanel") == [2, 1]


def test_the_window_includes_its_bound_and_is_exact(events: World) -> None:
    """B 60 min after A is within an hour, 60 min and a second is not."""
    ws = events(u="A0 B60", v=f"A0 B{60 + 1 / 60}")
    assert counts(ws, "A,B", window_days="1h") == [2, 1]
    assert counts(ws, "A,B", window_days="60m") == [2, 1]
    assert counts(ws, "A,B", window_days="3601s") == [2, 2]
    assert counts(ws, "A,B", window_days=1 / 24) == [2, 1]


@pytest.mark.parametrize(("preset", "days"), [("posthog", 14), ("mixpanel", 7), ("amplitude", 1)])
def test_systems_have_windows_of_their_own(events: World, preset: str, days: int) -> None:
    ws = events(u=f"A0 B{days * 1440}", v=f"A0 B{days * 1440 + 1}")
    assert counts(ws, "A,B", preset=preset) == [2, 1]
    assert counts(ws, "A,B", preset=preset, window_days=30) == [2, 2]


def test_a_window_of_days_is_exact_where_clocks_are_changed(events: World) -> None:
    """Berlin, 29 March 2026: a day of 23 hours. 14 x 86,400 s after noon on the 20th is 13:00 on 3 April there."""
    noon = datetime(2026, 3, 20, 11)  # UTC
    ws = events("product: {timezone: Europe/Berlin}", noon, u=f"A0 B{14 * 1440}", v=f"A0 B{14 * 1440 + 1}")
    assert counts(ws, "A,B", window_days=14) == [2, 1]


def test_an_excluded_event(events: World) -> None:
    """u: X between A and B. v: X, and B never comes. w: X after B. y: X at the first entry, a clean second one.

    `stop` (Mixpanel): u and v stay at step one. `remove` (PostHog in order): they are gone.
    """
    ws = events(u="A0 X5 B10", v="A0 X5", w="A0 B10 X15", y="A0 X5 A10 B20")
    assert counts(ws, "A,B") == [4, 3]
    assert counts(ws, "A,B", exclude=["X"]) == [4, 2]
    assert counts(ws, "A,B", exclude="X", exclusion="remove") == [2, 2]
    assert counts(ws, "A,B", exclude="X", preset="posthog") == [2, 2]
    assert counts(ws, "A,B", exclude="X", preset="mixpanel") == [4, 1]  # y counts with its first entry


def test_an_exclusion_between_two_steps_and_with_a_filter(events: World) -> None:
    """X between B and C does not matter between A and B; only X with the value bad does where that is asked."""
    ws = events(u="A0 B10 X15:bad C20", v="A0 X5:bad B10 C20", w="A0 B10 X15:good C20")
    assert counts(ws, "A,B,C", exclude="X") == [3, 2, 0]
    assert counts(ws, "A,B,C", exclude=[{"event": "X", "after": 2, "before": 3}]) == [3, 3, 1]
    assert counts(ws, "A,B,C", exclude=[{"event": "X", "where": {"value": "bad"}, "after": 2}]) == [3, 3, 2]


def test_strict_order(events: World) -> None:
    """u repeats A, v does D between, w does D and tries again. PostHog tolerates u and w; ClickHouse halts w at D."""
    ws = events(u="A0 A5 B10", v="A0 D5 B10", w="A0 D5 A10 B15")
    assert counts(ws, "A,B", order="strict") == [3, 2]
    assert counts(ws, "A,B", order="strict", preset="posthog") == [3, 2]
    assert counts(ws, "A,B", order="strict", preset="amplitude") == [3, 2]
    assert counts(ws, "A,B", order="strict", preset="clickhouse") == [3, 1]
    assert counts(ws, "A,A,B", order="strict", between="nothing") == [3, 1, 1]


def test_any_order(events: World) -> None:
    """u: B then A, v: A alone, w: C alone (no step)."""
    ws = events(u="B0 A10", v="A0", w="C0")
    result = ws.metric("funnel", steps=["A", "B"], order="unordered", **LATER)
    assert [(row["name"], row["count"]) for row in result.rows] == [("any 1 of 2", 2), ("all 2", 1)]


def test_optional_steps_and_windows_of_steps(events: World) -> None:
    """B may be skipped; C within 30 minutes of A."""
    ws = events(u="A0 B10 C20", v="A0 C20", w="A0 C40")
    steps = ["A", {"event": "B", "optional": True}, {"event": "C", "within_days": "30m", "label": "Saw C"}]
    result = ws.metric("funnel", steps=steps, **LATER)
    assert [row["count"] for row in result.rows] == [3, 1, 2]
    assert [row["name"] for row in result.rows] == ["A", "B", "Saw C"]
    assert [row["dropped"] for row in result.rows] == [0, 2, 1]


def test_who_still_has_time_is_counted_beside(events: World) -> None:
    """Asked on the 9th at 10:30 with a week: u (2 March 10:00) is over and failed, v (11:00) converted but has time,
    w has time. Exactly a week after an entry its bound may still come, so it is open.
    """
    ws = events(u="A0", v="A60 B70", w="A600")
    asked: dict[str, Any] = {"steps": "A,B", "window_days": 7, "date_to": "2026-03-08"}
    _, last = ws.metric("funnel", as_of="2026-03-09T10:30:00Z", **asked).rows
    assert (last["n"], last["open"], last["count"], last["estimate"]) == (1, 2, 0, 0)
    _, last = ws.metric("funnel", as_of="2026-03-09T10:30:00Z", open="count", **asked).rows
    assert (last["n"], last["open"], last["count"]) == (3, 0, 1)
    _, last = ws.metric("funnel", as_of="2026-03-09T10:00:00Z", **asked).rows
    assert (last["n"], last["open"], last["estimate"], last["status"]) == (0, 3, None, "in_progress")
    assert counts(ws, "A,B", as_of="2026-03-09T10:30:00Z", preset="posthog", window_days=7) == [3, 1]


def test_entries_lie_in_the_range_and_conversions_may_lie_after_it(events: World) -> None:
    """u enters on the 2nd and converts on the 4th. The entry of 1 March lies before, so v does not enter."""
    ws = events(u="A0 B2880", v="A-1440 B10")
    assert counts(ws, "A,B", date_from="2026-03-02", date_to="2026-03-02") == [1, 1]
    assert counts(ws, "A,B", date_from="2026-03-01", date_to="2026-03-02") == [2, 2]
    assert counts(ws, "A,B", date_from="2026-03-02", date_to="2026-03-02", as_of="2026-03-03", open="count") == [1, 0]


def test_an_entity_counts_once_in_each_period_it_enters(events: World) -> None:
    """u enters twice in the first week and once in the second, and converts from the last entry only."""
    ws = events(u="A0 A60 A10080 B10090", v="A0")
    asked = {"steps": "A,B", "window_days": "1h", "period": "week", **LATER}
    result = ws.metric("funnel", **asked)
    found = [(row["period_on"].day, row["step"], row["n"], row["count"]) for row in result.rows if row["n"]]
    assert found == [(2, 1, 2, 2), (2, 2, 2, 0), (9, 1, 1, 1), (9, 2, 1, 1)]
    trend = ws.metric("funnel", output="trend", **asked)
    assert [(row["n"], row["count"], row["estimate"]) for row in trend.rows if row["n"]] == [(2, 0, 0), (1, 1, 1)]
    assert counts(ws, "A,B", window_days="1h") == [2, 1]


def test_how_long_it_took(events: World) -> None:
    """A to C: 10, 20, 30 and 100 min, median 25, mean 40, p90 79 (7/10 of the way from 30 to 100). B to C for u: 4.

    Nineteen in twenty took at most 89.5 min: bins of 5 min reach 120, bins of 2 min only 48.
    """
    ws = events(u="A0 B6 C10", v="A0 C20", w="A0 C30", x="A0 C100", y="A0")
    result = ws.metric("funnel", steps="A,C", output="time_to_convert", **LATER)
    row = result.rows[0]
    assert (row["n"], row["median_s"], row["mean_s"], row["p90_s"]) == (4, 1500, 2400, pytest.approx(4740))
    found = [(row["from_s"] / 60, row["to_s"] / 60, row["count"]) for row in result.rows if row["count"]]
    assert found == [(10, 15, 1), (20, 25, 1), (30, 35, 1), (100, 105, 1)]
    assert sum(row["estimate"] for row in result.rows) == pytest.approx(1)
    asked: dict[str, Any] = {"steps": "A,C", "output": "time_to_convert", **LATER}
    assert ws.people("funnel", {"from_s": 1800}, **asked).ids() == ["w"]
    steps = ["A", {"event": "B", "optional": True}, "C"]
    result = ws.metric("funnel", steps=steps, output="time_to_convert", from_step=2, **LATER)
    assert {(row["n"], row["median_s"]) for row in result.rows} == {(1, 240)}


def test_what_goes_with_conversion(events: World) -> None:
    """Of 4 Pro 3 convert, of 4 Free 1: 75 % less 25 %, phi (8 x 3 - 4 x 4) / sqrt(4^4) = 0.5. X on the way: a, b (who
    convert) and e (who does not), so 2 of 3 with it and 2 of 5 without; X after B, or after the window, is not on it.
    """
    ws = events(
        a="A0 X5 B10", b="A0 X5 X6 B10", c="A0 B10 X20", d="A0", e="A0 X5", f="A0 B30", g="A0 X100", h="A0"
    )  # fmt: skip
    said = [
        {"user_id": user, "valid_from": "2026-01-01", "tier": "Pro" if user in "abcd" else "Free"}
        for user in "abcdefgh"
    ]
    ws.import_rows(said, "users")
    asked: dict[str, Any] = {"steps": "A,B", "window_days": "1h", "output": "drivers", "least_n": 2, **LATER}
    rows = {row["driver"]: row for row in ws.metric("funnel", **asked).rows}
    pro = rows["user.tier = Pro"]
    assert (pro["n"], pro["n_with"], pro["converted_with"], pro["converted_without"]) == (8, 4, 3, 1)
    assert (pro["share_with"], pro["share_without"], pro["estimate"], pro["phi"]) == (0.75, 0.25, 0.5, 0.5)
    assert pro["ci_lower"] < 0.5 < pro["ci_upper"]
    assert pro["pvalue"] <= pro["adjusted_pvalue"]
    assert rows["user.tier = Free"]["estimate"] == -0.5
    assert ws.people("funnel", {"driver": "user.tier = Pro"}, side="dropped", **asked).ids() == ["d"]
    result = ws.metric("funnel", drivers="events", **asked)
    assert [(row["driver"], row["n_with"], row["converted_with"], row["n_without"]) for row in result.rows] == [
        ("X", 3, 2, 5)
    ]
    assert any("not caused" in note for note in result.notes)
    assert ws.metric("funnel", **asked | {"least_n": 5}).rows == []


def test_two_attributes_that_are_written_alike_hold_once(events: World) -> None:
    """u's `size = team` is S and u's `size` is `team = S`: one driver, of u alone; v, who does not convert, has none."""
    ws = events(u="A0 B10", v="A0")
    ws.import_rows([{"user_id": "u", "valid_from": "2026-01-01", "size = team": "S", "size": "team = S"}], "users")
    (row,) = ws.metric("funnel", steps="A,B", output="drivers", least_n=1, **LATER).rows
    assert (row["driver"], row["n_with"], row["converted_with"]) == ("user.size = team = S", 1, 1)


def test_properties_of_the_event_of_entry_are_drivers(events: World) -> None:
    """u and v enter by p, w and x by q, y by neither; u and x convert. Properties of B, and of A done again, are none.

    By p 1 of 2 converts, of the other three 1.
    """
    ws = events(u="A0:p B10:z", v="A0:p A10:q", w="A0:q", x="A0:q B5", y="A0")
    asked: dict[str, Any] = {"steps": "A,B", "window_days": "1h", "output": "drivers", "least_n": 1, **LATER}
    rows = {row["driver"]: row for row in ws.metric("funnel", drivers="properties", **asked).rows}
    found = {
        name: (row["n_with"], row["converted_with"], row["n_without"], row["converted_without"])
        for name, row in rows.items()
    }
    assert found == {"event.value = p": (2, 1, 3, 1), "event.value = q": (2, 1, 3, 1)}
    dropped = ws.people("funnel", {"driver": "event.value = q"}, side="dropped", drivers="properties", **asked)
    assert dropped.ids() == ["w"]


def test_drivers_of_what_an_event_says_are_those_of_its_funnel(events: World) -> None:
    """By p two enter and X is on the way of u, who converts, alone."""
    ws = events(u="A0:p X1 B10:z", v="A0:p", w="A0:q X1 B2")
    asked: dict[str, Any] = {"steps": "A,B", "output": "drivers", "drivers": "events", "least_n": 1, **LATER}
    for count in ("entities", "totals"):
        (row,) = ws.metric("funnel", where="event.value=p", count=count, **asked).rows
        assert (row["driver"], row["n"], row["n_with"], row["converted_with"]) == ("X", 2, 1, 1)
        assert ws.metric("funnel", by="event.value", count=count, **asked).rows == [{"event.value": "p", **row}]


def test_attributes_are_those_of_the_moment_of_entry(events: World) -> None:
    """acme was Free on the 2nd, when u entered, and Pro from the 3rd, when u converted and v entered."""
    ws = events(u="A0@acme B1500@acme", v="A1500@acme")
    said = [("2026-01-01", "Free"), ("2026-03-03", "Pro")]
    ws.import_rows([{"account_id": "acme", "valid_from": day, "plan": plan} for day, plan in said], "accounts")
    result = ws.metric("funnel", steps="A,B", by="account.plan", **LATER)
    found = {(row["account.plan"], row["step"]): row["count"] for row in result.rows}
    assert found == {("Free", 1): 1, ("Free", 2): 1, ("Pro", 1): 1, ("Pro", 2): 0}
    assert counts(ws, "A,B", where={"account.plan": "Pro"}) == [1, 0]


def test_the_value_of_an_events_own_property(events: World) -> None:
    """u: A with x, B with y, C without. v: A without, B with z. w: A with x alone, and A B C with y an hour later.

    Each user counts once (all steps: once for each value, and for steps without one): x by first touch for u, y for w's
    pass, which is the deeper. Without a value only v's A begins a funnel; u's C comes after nothing.
    """
    ws = events(u="A0:x B10:y C20", v="A0 B10:z", w="A0:x A60:y B70:y C80:y")
    asked: dict[str, Any] = {"steps": "A,B,C", "window_days": "30m", "by": "event.value", **LATER}

    def found(**given: Any) -> dict[str, list[int]]:
        values: dict[str, list[int]] = {}
        for row in ws.metric("funnel", **asked, **given).rows:
            values.setdefault(row["event.value"], []).append(row["count"])
        return values

    assert found() == {"x": [1, 1, 1], "y": [1, 1, 1], "z": [1, 1, 0]}
    assert found(attribution="last_touch") == {"y": [2, 2, 2], "z": [1, 1, 0]}
    assert found(attribution="step") == {"x": [1, 1, 1], "(none)": [1, 1, 0], "y": [1, 1, 1]}
    assert found(attribution="step", attribution_step=2) == {"y": [2, 2, 2], "z": [1, 1, 0]}
    assert found(attribution="all_steps") == {"x": [2, 0, 0], "y": [1, 1, 1], "(none)": [1, 0, 0]}
    result = ws.metric("funnel", attribution="all_steps", **asked)
    assert differences(result, ws.rows_of(result.sql)) == []
    of_none = {"event.value": {"exists": False}}
    assert counts(ws, "A,B,C", window_days="30m", attribution="all_steps", where=of_none) == [1, 0, 0]
    assert counts(ws, "A,B,C", window_days="30m", where={"event.value": "z"}) == [1, 1, 0]
    assert ws.people("funnel", {"event.value": "y", "step": 3}, **asked).ids() == ["w"]


def test_a_user_of_two_accounts(events: World) -> None:
    """u does A in one account and B in the other: converted as a user, not as a member, and neither account is."""
    ws = events(u="A0@one B10@two", v="A0@one", w="B20@one")
    assert counts(ws, "A,B") == [2, 1]
    assert counts(ws, "A,B", entity="member") == [2, 0]
    assert counts(ws, "A,B", entity="account") == [1, 1]  # v began, w went on
    assert counts(ws, "A,B", hold="account") == [2, 0]


def test_a_property_held_constant(events: World) -> None:
    """u views x and buys y; v views x and y and buys y; w's purchase says nothing."""
    ws = events(u="A0:x B10:y", v="A0:x A5:y B10:y", w="A0:x B10")
    assert counts(ws, "A,B") == [3, 3]
    assert counts(ws, "A,B", hold="value") == [3, 1]


def test_merged_people_are_one(events: World) -> None:
    """The anonymous visitor who did A is u, who did B."""
    ws = events(u="B10")
    ws.import_rows([{"event": "A", "anonymous_id": "anon", "timestamp": BEGIN}], "events")
    assert counts(ws, "A,B") == [1, 0]
    ws.import_rows([{"previous_id": "anon", "user_id": "u", "is_anonymous": True, "timestamp": BEGIN}], "aliases")
    assert counts(ws, "A,B") == [1, 1]


def test_what_is_kept_in_memory_is_read_again_after_an_import(events: World) -> None:
    ws = events(u="A0")
    assert counts(ws, "A,B") == [1, 0]
    assert ws.kept.nbytes > 0
    ws.import_rows(rows({"u": "B10"}), "events")
    assert counts(ws, "A,B") == [1, 1]
    ws.rebuild()
    assert counts(ws, "A,B") == [1, 1]


def test_the_people_of_a_step(events: World) -> None:
    ws = events(u="A0 B10", v="A0", w="A0 C5")
    asked: dict[str, Any] = {"steps": "A,B", **LATER}
    sides = {
        side: ws.people("funnel", {"step": 2}, side=side, **asked).ids() for side in ("reached", "dropped", "open")
    }
    assert sides == {"reached": ["u"], "dropped": ["v", "w"], "open": []}


def test_the_steps_of_the_plan_stand_in_for_none(events: World) -> None:
    plan = """onboarding: {steps: [{name: first, title: First, event: A}, {name: maybe, event: C, required: false},
        {name: often, event: B, at_least: 3}, {name: last, any: [B, D]}]}"""
    ws = events(plan, u="A0 C5 D10", v="A0")
    result = ws.metric("funnel", **LATER)
    assert [(row["name"], row["count"]) for row in result.rows] == [("First", 2), ("Maybe", 1), ("Last", 1)]
    with pytest.raises(DefinitionMissing, match="no steps"):
        events().metric("funnel")


def test_nobody_entered(events: World) -> None:
    result = events(u="B0").metric("funnel", steps="A,B", **LATER)
    assert result.rows == []
    result = events(u="B0").metric("funnel", steps="never,B", **LATER)
    assert result.rows == []
    assert any("never" in note for note in result.notes)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"window_days": "soon"}, "window_days is 'soon'"),
        ({"window_days": 0}, "window_days is '0'"),
        ({"steps": "[1"}, "not JSON"),
        ({"steps": [{"event": "A", "when": 1}]}, "Step 1 has a key 'when'"),
        ({"steps": [{"event": "A", "optional": True}, "B"]}, "first and the last"),
        ({"exclude": [{"event": "X", "after": 2, "before": 1}]}, "Exclusion 1 is after step 2"),
        ({"exclude": [{"event": "X", "before": 7}]}, "before step 7"),
        ({"order": "strict", "tolerance_seconds": 1}, "no tolerance"),
        ({"output": "trend", "to_step": 5}, "to_step"),
        ({"output": "trend", "from_step": 2, "to_step": 2}, "from_step"),
    ],
)
def test_what_cannot_be_asked(events: World, given: dict[str, Any], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        events(u="A0 B1").metric("funnel", **{"steps": ["A", "B"], **given})
