"""A second opinion on how much and how regularly people use: the same numbers by plain loops over the events."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

ZONE = ZoneInfo("America/New_York")
PLAN = """
product: {timezone: America/New_York}
active: [task, board, ship]
features: {tasks: {events: [task]}, boards: {events: [board]}}
value_moments: {shipped: {event: ship}}
"""
LAST_DAY = date(2025, 4, 13)
AS_OF = datetime(2025, 4, 14, 4, tzinfo=UTC)
"""The end of Sunday 13 April in New York, five weeks after the clocks changed."""
ASKED = {"as_of": str(LAST_DAY)}


class Event(NamedTuple):
    at: datetime
    day: date
    user: str
    account: str
    name: str


@pytest.fixture(scope="module")
def told(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, list[Event]]]:
    """Two hundred users of five accounts over ten weeks; some come often, some once, some only sign in."""
    chance = random.Random(3)  # noqa: S311 - no secret
    happened = []
    for number in range(200):
        begin, reach = (
            datetime(2025, 2, 3, tzinfo=UTC) + timedelta(days=chance.random() * 60),
            chance.choice([0.1, 9, 60]),
        )
        for _ in range(chance.randint(1, 25)):
            at = begin + timedelta(seconds=int(chance.random() * reach * 86_400))
            account = "abcde"[(number + (number % 7 == 0 and chance.random() < 0.5)) % 5]
            name = chance.choice(["task", "task", "board", "ship", "login", "login"])
            if at < AS_OF:
                happened.append(Event(at, at.astimezone(ZONE).date(), f"u{number}", account, name))
    happened.sort()
    rows = {
        "event": [one.name for one in happened],
        "user_id": [one.user for one in happened],
        "account_id": [one.account for one in happened],
        "timestamp": [one.at.isoformat() for one in happened],
    }
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.table(rows), "events")
        yield workspace, happened


@pytest.fixture
def in_a_and_b(told: tuple[uptake.Workspace, list[Event]]) -> Iterator[uptake.Workspace]:
    """The same, of a product in which only those in two accounts can ship."""
    workspace, _ = told
    plan = workspace.home.plan / "plan.yml"
    try:
        plan.write_text(PLAN.replace("{event: ship}", "{event: ship, eligible: {account.id: [a, b]}}"), "utf-8")
        workspace.reload_plan()
        yield workspace
    finally:
        plan.write_text(PLAN, "utf-8")
        workspace.reload_plan()


def who(one: Event, entity: str) -> str:
    return {"user": one.user, "account": one.account, "member": f"{one.user} in {one.account}"}[entity]


def within(one: Event, days: int) -> bool:
    return 0 <= (LAST_DAY - one.day).days < days


def active_days(happened: list[Event], entity: str, days: int) -> dict[str, set[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    for one in happened:
        if one.name != "login" and within(one, days):
            found[who(one, entity)].add(one.day)
    return found


@pytest.mark.parametrize("entity", ["user", "account", "member"])
def test_features_used_and_breadth(told: tuple[uptake.Workspace, list[Event]], entity: str) -> None:
    workspace, happened = told
    used = {
        one: {event.name for event in happened if who(event, entity) == one and within(event, 30)} & {"task", "board"}
        for one in active_days(happened, entity, 30)
    }
    row = only(workspace.metric("features_used", entity=entity, **ASKED))
    assert (row["n"], row["estimate"]) == (len(used), pytest.approx(fmean(map(len, used.values()))))
    assert only(workspace.metric("breadth", entity=entity, **ASKED))["estimate"] == pytest.approx(row["estimate"] / 2)


@pytest.mark.parametrize("entity", ["user", "account", "member"])
@pytest.mark.parametrize("days", [7, 30])
def test_value_realisation(told: tuple[uptake.Workspace, list[Event]], entity: str, days: int) -> None:
    workspace, happened = told
    active = active_days(happened, entity, days)
    shipped = {who(one, entity) for one in happened if one.name == "ship" and within(one, days)}
    row = only(workspace.metric("value_realisation", entity=entity, window_days=days, **ASKED))
    assert (row["n"], row["count"]) == (len(active), len(shipped & active.keys()))


@pytest.mark.parametrize("entity", ["user", "member"])
def test_adoption_rate(told: tuple[uptake.Workspace, list[Event]], entity: str) -> None:
    """Adopted: shipped once, and active in two of the last four weeks; without a roster everybody seen has a seat."""
    workspace, happened = told
    days = active_days(happened, entity, 28)
    shipped = {who(one, entity) for one in happened if one.name == "ship"}
    adopted = [one for one in shipped if len({(LAST_DAY - day).days // 7 for day in days.get(one, ())}) >= 2]
    found = by(workspace.metric("adoption_rate", entity=entity, **ASKED), "measure", of="count")
    assert found == {"adopted": len(adopted), "active": len(days)}
    assert {row["n"] for row in workspace.metric("adoption_rate", entity=entity, **ASKED).rows} == {
        len({who(one, entity) for one in happened})
    }


@pytest.mark.parametrize("entity", ["user", "account", "member"])
def test_adoption_rate_asks_who_can_reach_value(
    told: tuple[uptake.Workspace, list[Event]], in_a_and_b: uptake.Workspace, entity: str
) -> None:
    """Adopted is asked of those who act in a or b, with what they shipped anywhere; active of everybody."""
    one_by_one = "member" if entity == "account" else entity
    happened = told[1]
    days = active_days(happened, one_by_one, 28)
    shipped = {who(one, one_by_one) for one in happened if one.name == "ship"}
    able = {who(one, one_by_one) for one in happened if one.account in "ab"}
    adopted = {one for one in able & shipped if len({(LAST_DAY - day).days // 7 for day in days.get(one, ())}) >= 2}
    found = {row["measure"]: row for row in in_a_and_b.metric("adoption_rate", entity=entity, **ASKED).rows}
    if entity == "account":
        shares = [
            sum(one.endswith(f" {name}") for one in adopted) / sum(one.endswith(f" {name}") for one in able)
            for name in "ab"
        ]
        assert (found["adopted"]["n"], found["adopted"]["estimate"]) == (2, pytest.approx(fmean(shares)))
        assert found["active"]["n"] == 5
    else:
        assert (found["adopted"]["n"], found["adopted"]["count"]) == (len(able), len(adopted))
        assert found["active"]["n"] == len({who(one, one_by_one) for one in happened})


@pytest.mark.parametrize("entity", ["user", "account", "member"])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_usage_interval(told: tuple[uptake.Workspace, list[Event]], entity: str, share: float) -> None:
    workspace, happened = told
    gaps = sorted(
        math.ceil(median((after - before).days for before, after in pairwise(sorted(days))))
        for days in active_days(happened, entity, 180).values()
        if len(days) > 1
    )
    expected = next(gap for gap in gaps if sum(one <= gap for one in gaps) >= share * len(gaps))
    row = only(workspace.metric("usage_interval", entity=entity, share=share, **ASKED))
    assert (row["n"], row["estimate"]) == (len(gaps), expected)


@pytest.mark.parametrize("entity", ["user", "account", "member"])
def test_session_duration(told: tuple[uptake.Workspace, list[Event]], entity: str) -> None:
    """A session is of a user in an account and ends before half an hour of rest; of one event it has no duration."""
    workspace, happened = told
    own: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for one in happened:
        own[one.user, one.account].append(one)
    lengths, had = [], set()
    for events in own.values():
        begin = 0
        for number in range(1, len(events) + 1):
            is_end = number == len(events) or events[number].at - events[number - 1].at >= timedelta(minutes=30)
            if not is_end:
                continue
            session, begin = events[begin:number], number
            if len(session) > 1 and within(session[0], 28) and session[-1].at + timedelta(minutes=30) <= AS_OF:
                lengths.append((session[-1].at - session[0].at).total_seconds())
                had.add(who(session[0], entity))
    row = only(workspace.metric("session_duration", entity=entity, window_days=28, **ASKED))
    assert (row["n"], row["entities"]) == (len(lengths), len(had))
    assert (row["estimate"], row["median"]) == (pytest.approx(fmean(lengths)), pytest.approx(median(lengths)))


def week(day: date) -> date:
    return day - timedelta(days=day.weekday())


@pytest.mark.parametrize("entity", ["user", "account", "member"])
@pytest.mark.parametrize("active", ["active", "board"])
def test_lifecycle(told: tuple[uptake.Workspace, list[Event]], entity: str, active: str) -> None:
    """New is who starts, with any event, in the week; the week before the first one is looked back at."""
    workspace, happened = told
    started: dict[str, date] = {}
    came: dict[date, set[str]] = defaultdict(set)
    for one in happened:
        started.setdefault(who(one, entity), week(one.day))
        if one.name == active or (active == "active" and one.name != "login"):
            came[week(one.day)].add(who(one, entity))
    asked = {"entity": entity, "active": active, "period": "week", "date_from": "2025-03-03"}
    found = by(workspace.metric("lifecycle", **asked, **ASKED), "period_on", "state")
    for monday in [date(2025, 3, 3) + timedelta(days=7 * number) for number in range(6)]:
        now, then = came[monday], came[monday - timedelta(days=7)]
        new = {one for one in now if started[one] == monday}
        expected = (len(new), len(now & then - new), len(now - then - new), len(then - now))
        assert tuple(found[monday, state] for state in ("new", "current", "resurrected", "dormant")) == expected


@pytest.mark.parametrize("entity", ["user", "member"])
@pytest.mark.parametrize("at", [1, 3])
def test_cohort_comparison(told: tuple[uptake.Workspace, list[Event]], entity: str, at: int) -> None:
    """Two ranges of starts; who came back, with any event that counts, in the calendar week `at` weeks after."""
    workspace, happened = told
    started: dict[str, date] = {}
    came: dict[str, set[date]] = defaultdict(set)
    for one in happened:
        started.setdefault(who(one, entity), one.day)
        if one.name != "login":
            came[who(one, entity)].add(week(one.day))
    ranges = {"a": (date(2025, 3, 10), date(2025, 4, 13)), "b": (date(2025, 2, 3), date(2025, 3, 9))}
    expected = []
    for first, last in ranges.values():
        weeks = [(one, week(day) + timedelta(days=7 * at)) for one, day in started.items() if first <= day <= last]
        over = [(one, monday) for one, monday in weeks if monday + timedelta(days=6) <= LAST_DAY]
        expected += [sum(monday in came[one] for one, monday in over), len(over)]
    cohort, against = ("/".join(map(str, days)) for days in ranges.values())
    row = only(workspace.metric("cohort_comparison", cohort=cohort, against=against, entity=entity, unit="week", at=at,
                                **ASKED))  # fmt: skip
    assert [row["count_a"], row["n_a"], row["count_b"], row["n_b"]] == expected
    assert row["estimate"] == pytest.approx(expected[0] / expected[1] - expected[2] / expected[3])


@pytest.mark.parametrize("live_share", [0.25, 0.4, 0.6])
def test_spread(told: tuple[uptake.Workspace, list[Event]], live_share: float) -> None:
    """A feature is adopted by who used it on two days within 14 of the first; live where more than a share of all did."""
    workspace, happened = told
    users: dict[str, set[str]] = defaultdict(set)
    days: dict[tuple[str, str, str], set[date]] = defaultdict(set)
    for one in happened:
        users[one.account].add(one.user)
        if one.name in ("task", "board"):
            days[one.account, one.name, one.user].add(one.day)
    adopted: dict[tuple[str, str], int] = defaultdict(int)
    for (account, name, _), used in days.items():
        adopted[account, name] += sum((day - min(used)).days < 14 for day in used) >= 2
    live = [sum(adopted[one, name] > live_share * len(users[one]) for name in ("task", "board")) for one in users]
    row = only(workspace.metric("spread", live_share=live_share, **ASKED))
    assert (row["n"], row["estimate"]) == (len(live), pytest.approx(fmean(live)))
