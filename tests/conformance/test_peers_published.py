"""Numbers that other systems publish or test themselves with, from data written anew: averages, funnels, lives, times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from peer_events import counts, states, triangle

import uptake

Told = Callable[..., uptake.Workspace]
LATER: dict[str, Any] = {"as_of": "2026-06-30"}
DAY = 86_400


def history(names: str, gap_seconds: int = 1) -> str:
    """Events of one user, a letter each, in their order."""
    begins = datetime(2026, 3, 2, 10, tzinfo=UTC)
    times = [begins + timedelta(seconds=number * gap_seconds) for number in range(len(names))]
    return "\n".join(f"u {name} {at:%m-%d %H:%M:%S}" for name, at in zip(names, times, strict=True))


def test_mixpanel_weighs_each_cohort_with_its_size_once_more(told: Told) -> None:
    """Of 10, 5 are back; of 5, 4; of 7 started on the third day nobody has had two days. Ours: 9/15 = 60 %. Mixpanel's average:
    (5 x 10 + 4 x 5) / (10 x 10 + 5 x 5) = 56 %, as of its 1000, 500 and 700.
    """
    lines = []
    for day, started, back in ((1, 10, 5), (2, 5, 4), (3, 7, 1)):
        lines += [f"u{day}-{one} A 03-0{day} 10:00" for one in range(started)]
        lines += [f"u{day}-{one} B 03-0{day + 1} 12:00" for one in range(back)]
    asked: dict[str, Any] = {"start": "A", "returns": "B", "entry": "recurring", "mode": "rolling", "unit": "day"}
    ws = told("\n".join(lines))
    rows = [
        row for row in ws.metric("retention", units=1, as_of="2026-03-04T13:00:00Z", **asked).rows if row["unit_index"]
    ]
    assert {row["row"]: row["estimate"] for row in rows}["weighted"] == 0.6
    closed = [(row["returned"], row["n"]) for row in rows if row["row"] == "cohort" and row["status"] == "closed"]
    assert closed == [(5, 10), (4, 5)]
    assert sum(back * n for back, n in closed) / sum(n * n for _, n in closed) == 0.56


def test_on_or_before_a_day_is_one_run_of_days(told: Told) -> None:
    """Mixpanel: back within an hour, on day 3 and on day 8: two within days 0 to 7."""
    ws = told("a A 03-01 10:00\na B 03-01 11:00\nb A 03-01 10:00\nb B 03-04 10:00\nc A 03-01 10:00\nc B 03-09 10:00")
    asked = {"start": "A", "returns": "B", "mode": "rolling", "unit": "day", "criterion": "brackets", "brackets": [8]}
    assert triangle(ws.metric("retention", **asked, **LATER))["2026-03-01"] == [2]


@pytest.mark.parametrize(
    ("start", "back", "unit"),
    [
        ("03-02 20:00", "03-03 06:00", "day"),
        ("03-06 10:00", "03-09 10:00", "week"),
        ("02-25 10:00", "03-03 10:00", "month"),
    ],
)
def test_the_next_unit_of_the_calendar_is_soon_and_a_rolling_one_is_not(
    told: Told, start: str, back: str, unit: str
) -> None:
    """Mixpanel: Monday evening to Tuesday morning, Friday to Monday, 25 February to 3 March."""
    ws = told(f"u A {start}\nu B {back}")
    asked = {"start": "A", "returns": "B", "unit": unit, "units": 1, **LATER}
    assert triangle(ws.metric("retention", mode="calendar", **asked))["weighted"] == [0, 1]
    assert triangle(ws.metric("retention", mode="rolling", **asked))["weighted"] == [1, 0]


@pytest.mark.parametrize(
    ("start", "back", "unit", "floor", "windows", "calendar"),
    [
        ("04-01 17:59", "04-02 17:00", "day", "hour", 1, 1),
        ("04-01 12:00", "04-06 12:00", "week", "day", 0, 1),
        ("04-06 12:00", "04-12 12:00", "month", "day", 0, 0),
    ],
)
def test_three_users_of_amplitude(
    told: Told, start: str, back: str, unit: str, floor: str, windows: int, calendar: int
) -> None:
    """1 April is a Wednesday, as its 1 December was: the next hour but one of the next day, the Monday after, the same month."""
    ws = told(f"u A {start}\nu A {back}")
    asked = {"start": "A", "returns": "A", "unit": unit, "units": 1, **LATER}
    assert triangle(ws.metric("retention", mode="rolling", floor=floor, **asked))["weighted"][1] == windows
    assert triangle(ws.metric("retention", mode="calendar", **asked))["weighted"][1] == calendar


@pytest.mark.parametrize(
    ("names", "ordered", "strict"),
    [
        ("abc", 3, 3),
        ("adbc", 3, 1),
        ("aabbcc", 3, 3),
        ("aaaabbcc", 3, 3),
        ("aabbdcc", 3, 2),
        ("ccbbaa", 1, 1),
        ("acb", 2, 1),
        ("abac", 3, 3),
        ("ababc", 3, 3),
        ("abcabcd", 3, 3),
    ],
)
def test_clickhouse_follows_one_user(told: Told, names: str, ordered: int, strict: int) -> None:
    """How many steps of a, b, c; `strict_order`, with `allow_reentry` where an a comes again."""
    ws = told(history(names))
    asked = {"steps": "a,b,c", "preset": "clickhouse", "window_days": 1, **LATER}
    assert sum(counts(ws.metric("funnel", **asked))) == ordered
    assert sum(counts(ws.metric("funnel", order="strict", **asked))) == strict


@pytest.mark.parametrize(("window", "expected"), [("2s", 3), ("3s", 4), ("4s", 5)])
def test_a_window_of_clickhouse_is_of_seconds_and_takes_in_its_bound(told: Told, window: str, expected: int) -> None:
    """An event a second, from a to i; steps d to h."""
    ws = told(history("abcdefghi"))
    found = ws.metric("funnel", steps="d,e,f,g,h", preset="clickhouse", window_days=window, **LATER)
    assert sum(counts(found)) == expected


def test_steps_of_clickhouse_may_share_events(told: Told) -> None:
    """Any of a to g, of b to h, of a to f, of d to h: four of an event a second, within 4 seconds."""
    steps = [{"event": list(names)} for names in ("abcdefg", "bcdefgh", "abcdef", "defgh")]
    found = told(history("abcdefgh")).metric("funnel", steps=steps, preset="clickhouse", window_days="4s", **LATER)
    assert sum(counts(found)) == 4


def waits(groups: dict[str, list[tuple[int, bool]]]) -> tuple[uptake.Workspace, str]:
    """People by group, who waited so many days and got there, or are still waiting; and as of when."""
    begins = datetime(2025, 1, 1, tzinfo=UTC)
    as_of = begins + timedelta(days=100)
    events: list[dict[str, str]] = []
    users: list[dict[str, str]] = []
    for group, people in groups.items():
        for number, (days, is_there) in enumerate(people):
            user, start = f"{group}{number}", begins if is_there else as_of - timedelta(days=days)
            users.append({"user": user, "group": group})
            events.append({"user": user, "event": "start", "at": start.isoformat()})
            if is_there:
                events.append({"user": user, "event": "done", "at": (start + timedelta(days=days)).isoformat()})
    return uptake.from_events(events, user="user", event="event", at="at", users=users), as_of.isoformat()


@pytest.mark.parametrize(
    ("is_there", "expected"), [([True] * 6, 0.614107), ([True, False, True, True, False, True], 0.535143)]
)
def test_the_log_rank_test_is_that_of_r_and_lifelines(is_there: list[bool], expected: float) -> None:
    """10, 20 and 30 days against 10, 20 and 50."""
    times = list(zip([10, 20, 30, 10, 20, 50], is_there, strict=True))
    ws, as_of = waits({"a": times[:3], "b": times[3:]})
    with ws:
        rows = ws.metric("time_to_first_value", start="start", until="done", by="user.group", as_of=as_of).rows
    assert rows[0]["pvalue"] == pytest.approx(expected, abs=1e-6)


def test_the_textbook_of_remissions() -> None:
    """Freireich's 42 patients: medians of 8 weeks and 23, log-rank p of 0.0000417, and the published curve of those treated."""
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    relapsed, free = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    treated = [*((days, True) for days in relapsed), *((days, False) for days in free)]
    ws, as_of = waits({"placebo": [(days, True) for days in placebo], "treated": treated})
    asked = {"start": "start", "until": "done", "as_of": as_of}
    with ws:
        rows = ws.metric("time_to_first_value", by="user.group", **asked).rows
        curve = ws.metric("time_to_first_value", where="user.group=treated", output="curve", **asked).rows
    assert {row["user.group"]: row["estimate"] / DAY for row in rows} == {"placebo": 8, "treated": 23}
    assert rows[0]["pvalue"] == pytest.approx(4.17e-5, abs=1e-7)
    still = {round(row["at_s"] / DAY): round(1 - row["estimate"], 3) for row in curve}
    assert [still[week] for week in (6, 7, 10, 13, 16, 22, 23)] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]


def test_groups_of_posthog_have_lives_of_their_own(told: Told) -> None:
    """Two companies of four people, day by day from the 9th to the 19th: c1 on 9, 11, 12, 13, 18, 19, c2 on 12, 13, 15, 16, 17."""
    days = {"c1": (9, 11, 12, 13, 18, 19), "c2": (12, 13, 15, 16, 17)}
    lines = [f"p{day % 4} open 01-{day:02} 12:00 @{company}" for company, own in days.items() for day in own]
    asked = {"entity": "account", "active": "open", "period": "day", "date_from": "2026-01-09", "as_of": "2026-01-19"}
    found = {int(day[-2:]): state for day, state in states(told("\n".join(lines)).metric("lifecycle", **asked)).items()}
    said = [found.get(day, (0, 0, 0, 0)) for day in range(9, 20)]
    assert [one[0] for one in said] == [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert [one[1] for one in said] == [0, 0, 0, 1, 2, 0, 0, 1, 1, 0, 1]
    assert [one[2] for one in said] == [0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
    assert [one[3] for one in said] == [0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0]


def test_an_account_is_new_when_it_was_created_whoever_comes() -> None:
    """early is of the 5th, fresh of the 12th; the people of both came first in these days."""
    events = [
        {"user": "p", "org": "early", "event": "open", "at": "2026-01-11T12:00:00Z"},
        {"user": "q", "org": "fresh", "event": "open", "at": "2026-01-12T13:00:00Z"},
    ]
    accounts = [{"org": "early", "created_at": "2026-01-05"}, {"org": "fresh", "created_at": "2026-01-12"}]
    with uptake.from_events(events, user="user", account="org", event="event", at="at", accounts=accounts) as ws:
        found = states(
            ws.metric("lifecycle", entity="account", period="day", date_from="2026-01-09", as_of="2026-01-13")
        )
    assert [day for day, state in found.items() if state[0]] == ["2026-01-12"]


def test_the_odds_ratio_of_posthog_is_made_of_four_numbers(told: Told) -> None:
    """Ten converted, five of them after `good`; ten did not, five of them after `bad`. (5+1)(10+1) / (0+1)(5+1) = 11, and 1/11."""
    lines = [f"u{one} A 03-02 14:00" for one in range(20)]
    lines += [f"u{one} {'good' if one < 10 else 'bad'} 03-03 14:00" for one in range(0, 20, 2)]
    lines += [f"u{one} B 03-04 14:00" for one in range(10)]
    asked: dict[str, Any] = {
        "steps": "A,B",
        "preset": "posthog",
        "output": "drivers",
        "drivers": "events",
        "least_n": 1,
    }
    odds = {}
    for row in told("\n".join(lines)).metric("funnel", **asked, **LATER).rows:
        with_, without = row["n_with"] - row["converted_with"], row["n_without"] - row["converted_without"]
        odds[row["driver"]] = (
            (row["converted_with"] + 1) * (without + 1) / ((with_ + 1) * (row["converted_without"] + 1))
        )
    assert odds == {"good": 11, "bad": pytest.approx(1 / 11)}


def test_drivers_of_a_funnel_by_a_property_of_its_events(told: Told) -> None:
    """u converts after X in Chrome, v does not and has no X; w in Safari."""
    ws = told("""
        u A 03-02 10:00 browser=Chrome
        u X 03-02 10:01
        u B 03-02 10:02
        v A 03-02 10:00 browser=Chrome
        w A 03-02 10:00 browser=Safari""")
    asked: dict[str, Any] = {"steps": "A,B", "output": "drivers", "drivers": "events", "least_n": 1, **LATER}
    (row,) = ws.metric("funnel", by="event.browser", **asked).rows
    assert (row["event.browser"], row["driver"], row["n_with"], row["n_without"]) == ("Chrome", "X", 1, 1)


@pytest.mark.parametrize(
    ("histories", "steps", "expected"),
    [
        (["ab", "axb", "ab"], "a,b", [3, 2]),
        (["abcxc"], "a,b,c", [1, 1, 1]),
        (["axbcyde", "aybcydxe", "axbcdxe", "abcde", "axbxcydxe"], "a,b,c,d,e", [5, 2, 1, 1, 1]),
    ],
)
def test_exclusions_of_posthog_in_any_order(told: Told, histories: list[str], steps: str, expected: list[int]) -> None:
    """x and y are excluded: after the last step they do no harm. Of the last five the first is undone by y and does two steps
    after it, the fourth does all; what the others do is undone, up to the one step that is left.
    """
    lines = [f"u{who} {name} 03-02 1{hour}:00" for who, one in enumerate(histories) for hour, name in enumerate(one)]
    asked: dict[str, Any] = {"preset": "posthog", "order": "unordered", "exclude": ["x", "y"], **LATER}
    assert counts(told("\n".join(lines)).metric("funnel", steps=steps, **asked)) == expected


@pytest.mark.parametrize(
    ("histories", "expected"),
    [
        (["s", "sp", "spbp", "spbppb", "spppp"], [5, 4, 3, 2, 1]),
        (["ps", "sp", "psbp", "bpbpsp", "spbppp", "pbppp"], [5, 4, 1, 1, 1]),
    ],
)
def test_a_step_four_times_needs_four_events(told: Told, histories: list[str], expected: list[int]) -> None:
    """PostHog: s, then p four times; what comes before s, and b, do not count."""
    lines = [
        f"u{who} {name} 03-02 10:0{minute}" for who, one in enumerate(histories) for minute, name in enumerate(one)
    ]
    found = told("\n".join(lines)).metric("funnel", steps="s,p,p,p,p", preset="posthog", **LATER)
    assert counts(found) == expected


def test_sessions_of_posthog_are_pairs_of_a_person_and_a_session(told: Told) -> None:
    """One session goes through, of another person's two one gets as far as the cart: three sessions of two people."""
    ws = told("""
        u A 03-02 10:00 session=1
        u B 03-02 10:05 session=1
        u C 03-02 10:06 session=1
        v A 03-02 10:00 session=2
        v A 03-03 10:00 session=3
        v B 03-03 10:05 session=3""")
    asked: dict[str, Any] = {"steps": "A,B,C", "preset": "posthog", **LATER}
    assert counts(ws.metric("funnel", hold="session", count="pairs", **asked)) == [3, 2, 1]
    assert counts(ws.metric("funnel", **asked)) == [2, 2, 1]


@pytest.mark.parametrize("zone", ["UTC", "US/Pacific"])
def test_a_window_over_the_change_of_clocks(told: Told, zone: str) -> None:
    """From 1 March 15:10 to 15 March 14:27 are 13 days, 23 hours and 17 minutes, of which summer time takes nothing."""
    ws = told("u A 03-01 15:10\nu B 03-15 14:27", timezone=zone)
    rows = ws.metric("funnel", steps="A,B", preset="posthog", date_from="2026-02-17", as_of="2026-03-18").rows
    assert (rows[1]["count"], rows[1]["median_s"]) == (1, 1_207_020)
