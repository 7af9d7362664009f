"""A second opinion on the metrics people look at first: the same numbers by plain loops over the events."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

ZONE = "America/New_York"
PLAN = f"product: {{timezone: {ZONE}}}\nfeatures: {{tasks: {{events: [task]}}, boards: {{events: [board]}}}}"
AS_OF, LAST_DAY = datetime(2025, 4, 14, 4), date(2025, 4, 13)
"""The end of Sunday 13 April in New York, five weeks after the clocks changed."""
Event = tuple[datetime, date, str, str, str]
"""at, local day, user, account, name."""


def events(seed: int) -> list[Event]:
    """Ten weeks of thirty users in four accounts, some in two."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    found = []
    for number in range(30):
        begin = datetime(2025, 2, 3, tzinfo=UTC) + timedelta(days=chance.random() * 50)
        for _ in range(chance.randint(1, 25)):
            at = begin + timedelta(days=chance.random() * chance.choice([2, 10, 40]))
            if at.replace(tzinfo=None) < AS_OF:
                account = "abcd"[(number + (number % 5 == 0 and chance.random() < 0.5)) % 4]
                name = chance.choice(["task", "task", "board", "login"])
                found.append(
                    (at.replace(tzinfo=None), at.astimezone(ZoneInfo(ZONE)).date(), f"u{number}", account, name)
                )
    return sorted(found)


@pytest.fixture(scope="module", params=[1, 2])
def told(
    request: pytest.FixtureRequest, new_home: Callable[..., Path]
) -> Iterator[tuple[uptake.Workspace, list[Event]]]:
    happened = events(int(request.param))
    at, _, users, accounts, names = zip(*happened, strict=True)
    with uptake.open(new_home(PLAN)) as workspace:
        times = [moment.isoformat() + "Z" for moment in at]
        rows = {"event": names, "user_id": users, "account_id": accounts, "timestamp": times}
        workspace.import_rows(pa.table({name: list(values) for name, values in rows.items()}), "events")
        yield workspace, happened


def active_days(happened: list[Event], entity: str, what: str = "active") -> dict[str, set[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for _, day, user, account, name in happened:
        if name == what or (what == "active" and name != "login"):
            days[{"user": user, "account": account, "member": f"{user} in {account}"}[entity]].add(day)
    return days


def all_days() -> list[date]:
    return [date(2025, 3, 1) + timedelta(days=number) for number in range(44)]


@pytest.mark.parametrize("entity", ["user", "account", "member"])
@pytest.mark.parametrize(
    ("window", "what"), [(1, "active"), (7, "active"), (28, "active"), (30, "active"), (7, "login")]
)
def test_rolling_actives(told: tuple[uptake.Workspace, list[Event]], entity: str, window: int, what: str) -> None:
    workspace, happened = told
    days = active_days(happened, entity, what)
    asked = {
        "active": what,
        "entity": entity,
        "window": str(window),
        "period": "day",
        "date_from": "2025-03-01",
        "as_of": str(LAST_DAY),
    }
    found = {row["period_on"]: row["estimate"] for row in workspace.metric("active_users", **asked).rows}
    assert found == {
        day: sum(any(day - timedelta(days=window) < one <= day for one in active) for active in days.values())
        for day in all_days()
    }


def week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def starts(happened: list[Event]) -> dict[str, tuple[datetime, date]]:
    first: dict[str, tuple[datetime, date]] = {}
    for at, day, user, _, _ in happened:
        first.setdefault(user, (at, day))
    return first


@pytest.mark.parametrize("criterion", ["on", "on_or_after", "brackets"])
@pytest.mark.parametrize("mode", ["calendar", "rolling"])
def test_weekly_retention(told: tuple[uptake.Workspace, list[Event]], mode: str, criterion: str) -> None:
    """A return is an active event (any but login) in the unit; a unit counts for members for whom it is over."""
    workspace, happened = told
    spans = [(0, 0), (1, 2), (3, 5)] if criterion == "brackets" else [(unit, unit) for unit in range(6)]
    expected: dict[tuple[date, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for user, (start, first_day) in starts(happened).items():
        units = set()
        for at, day, who, _, name in happened:
            if who == user and name != "login":
                rolling = (at - start) // timedelta(days=7)
                units.add(rolling if mode == "rolling" else (week(day) - week(first_day)).days // 7)
        over = (
            (AS_OF - start) // timedelta(days=7)
            if mode == "rolling"
            else (date(2025, 4, 14) - week(first_day)).days // 7
        )
        for number, (begin, end) in enumerate(spans):
            cell = expected[week(first_day), number]
            cell[0] += 1
            if over > end:
                cell[1] += 1
                cell[2] += any(begin <= unit <= (999 if criterion == "on_or_after" else end) for unit in units)
    given: dict[str, Any] = {"unit": "week", "mode": mode, "criterion": criterion, "as_of": str(LAST_DAY)}
    given |= {"brackets": [1, 2, 3]} if criterion == "brackets" else {"units": 5}
    rows = [row for row in workspace.metric("retention", **given).rows if row["row"] == "cohort"]
    found = {(row["cohort_on"], row["unit_index"]): [row["cohort_size"], row["n"], row["returned"]] for row in rows}
    assert found == expected
    for row in rows:
        assert row["estimate"] == (row["returned"] / row["n"] if row["n"] else None)


@pytest.mark.parametrize("entity", ["user", "account"])
@pytest.mark.parametrize("what", ["active", "board"])
def test_stickiness(told: tuple[uptake.Workspace, list[Event]], entity: str, what: str) -> None:
    workspace, happened = told
    days = active_days(happened, entity, what)
    ratios = []
    for day in all_days()[-30:]:
        month = sum(any(day - timedelta(days=30) < one <= day for one in active) for active in days.values())
        if month:
            ratios.append(sum(day in active for active in days.values()) / month)
    (row,) = workspace.metric("stickiness", entity=entity, active=what, as_of=str(LAST_DAY)).rows
    assert row["estimate"] == pytest.approx(sum(ratios) / len(ratios))
    often = [sum(day > LAST_DAY - timedelta(days=28) for day in active) for active in days.values()]
    asked = {"entity": entity, "active": what, "output": "power", "as_of": str(LAST_DAY)}
    power = {row["days"]: row["count_at_least"] for row in workspace.metric("stickiness", **asked).rows}
    assert power == {number: sum(count >= number for count in often) for number in range(1, 29)}


def test_feature_adoption(told: tuple[uptake.Workspace, list[Event]]) -> None:
    """Adopted: two different days within 14 days of the first; retained: and used in the last 7."""
    workspace, happened = told
    rows = workspace.metric("feature_adoption", as_of=str(LAST_DAY)).rows
    for row in rows:
        used: dict[str, set[date]] = defaultdict(set)
        for _, day, user, _, name in happened:
            if name == {"tasks": "task", "boards": "board"}[row["feature"]]:
                used[user].add(day)
        adopted = {u for u, days in used.items() if sum((day - min(days)).days < 14 for day in days) >= 2}
        retained = {user for user in adopted if (LAST_DAY - max(used[user])).days < 7}
        found = (row["eligible"], row["tried"], row["adopted"], row["retained"])
        assert found == (len(starts(happened)), len(used), len(adopted), len(retained))
    assert {row["feature"] for row in rows} == {"tasks", "boards"}


def test_sessions_per_week(told: tuple[uptake.Workspace, list[Event]]) -> None:
    """Sessions of the last 28 days over the weeks since the start, at least one and at most four."""
    workspace, happened = told
    begun: dict[str, int] = defaultdict(int)
    window = LAST_DAY - timedelta(days=28)
    for user in starts(happened):
        for account in "abcd":
            own = [(at, day) for at, day, who, where, _ in happened if (who, where) == (user, account)]
            firsts = own[:1] + [
                (at, day) for (before, _), (at, day) in pairwise(own) if at - before >= timedelta(minutes=30)
            ]
            begun[user] += sum(day > window for _, day in firsts)
    rates = []
    for user, active in active_days(happened, "user").items():
        if any(day > window for day in active):
            tenure = min(28, (LAST_DAY - starts(happened)[user][1]).days + 1)
            rates.append(begun[user] / (max(tenure, 7) / 7))
    (row,) = workspace.metric("sessions_per_week", as_of=str(LAST_DAY)).rows
    assert (row["n"], row["estimate"]) == (len(rates), pytest.approx(sum(rates) / len(rates)))
