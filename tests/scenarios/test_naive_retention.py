"""A second opinion on retention in all its senses: plain loops over the events."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = "product: {{timezone: {zone}, week_start: {week_start}}}\nactivation: {{user: {{event: task, at_least: 2}}, account: {{members: 1}}}}"
HOUR = timedelta(hours=1)
LENGTH = {
    "hour": HOUR,
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "quarter": timedelta(days=90),
}
STARTS = ["start_of_life", "signup", {"event": "page", "where": {"path": "/about"}}, "activated"]


class Event(NamedTuple):
    at: datetime
    user: str
    account: str
    name: str
    path: str | None


class World(NamedTuple):
    workspace: uptake.Workspace
    events: list[Event]
    zone: ZoneInfo
    week_start: str

    def day(self, at: datetime) -> date:
        return at.replace(tzinfo=UTC).astimezone(self.zone).date()

    def begin(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), self.zone).astimezone(UTC).replace(tzinfo=None)

    def number(self, unit: str, day: date) -> int:
        if unit == "week":
            return self.first_day("week", day).toordinal() // 7
        return {
            "day": day.toordinal(),
            "month": day.year * 12 + day.month,
            "quarter": day.year * 4 + (day.month - 1) // 3,
        }[unit]

    def first_day(self, period: str, day: date) -> date:
        if period == "day":
            return day
        if period == "week":
            return day - timedelta(days=(day.weekday() + (self.week_start == "sunday")) % 7)
        return date(day.year, day.month if period == "month" else (day.month - 1) // 3 * 3 + 1, 1)

    def floored(self, at: datetime) -> datetime:
        return at - (at - self.begin(self.day(at))) % HOUR


def happened(seed: int) -> list[Event]:
    """Sixteen users of three accounts over ten weeks; many events fall on one instant, or just before midnight."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    found = []
    for number in range(16):
        begin = datetime(2025, 2, 3) + timedelta(days=chance.random() * 50)
        for _ in range(chance.randint(1, 14)):
            at = begin + timedelta(hours=round(chance.random() * 24 * chance.choice([1, 3, 20, 45]), 1))
            name = chance.choice(["signup", "task", "task", "board", "page", "page"])
            path = chance.choice(["/about", "/pricing"]) if name == "page" else None
            found.append(Event(at, f"u{number}", "abc"[number % 3], name, path))
    return found


@pytest.fixture(scope="module", params=[("America/New_York", "monday"), ("Asia/Kolkata", "sunday")])
def world(request: pytest.FixtureRequest, new_home: Callable[..., Path]) -> Iterator[World]:
    zone, week_start = request.param
    events = happened(len(zone))
    with uptake.open(new_home(PLAN.format(zone=zone, week_start=week_start))) as workspace:
        rows = {
            "event": [one.name for one in events],
            "user_id": [one.user for one in events],
            "account_id": [one.account for one in events],
            "timestamp": [one.at.isoformat() + "Z" for one in events],
            "properties": [json.dumps({"path": one.path}) if one.path else None for one in events],
        }
        workspace.import_rows(pa.table(rows), "events")
        yield World(workspace, events, ZoneInfo(zone), week_start)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    mode = draw(st.sampled_from(["calendar", "rolling"]))
    unit = draw(st.sampled_from(["hour", "day", "day", "week", "week", "month", "quarter"]))
    criterion = draw(st.sampled_from(["on", "on_or_after", "brackets"]))
    asked = {
        "entity": draw(st.sampled_from(["user", "account"])),
        "unit": unit,
        "mode": mode,
        "criterion": criterion,
        "floor": draw(st.sampled_from(["none", "hour", "day"][: 3 if unit != "hour" else 2]))
        if mode == "rolling"
        else "none",
        "start": draw(st.sampled_from(STARTS)),
        "entry": draw(st.sampled_from(["first_time", "first_ever", "first_in_range", "recurring", "every"])),
        "returns": draw(st.sampled_from(["active", "task", "board"])),
        "at_least": draw(st.sampled_from([1, 1, 2])),
        "unit_0": draw(st.sampled_from(["returns", "cohort"])),
        "reference": draw(st.sampled_from(["start", "previous"])),
        "period": draw(st.sampled_from([None, None, "week", "month"])),
        "date_from": draw(st.sampled_from([None, "2025-02-19"])),
        "date_to": draw(st.sampled_from([None, "2025-03-20"])),
        "as_of": draw(st.sampled_from(["2025-04-13", "2025-03-30T15:20:00Z"])),
    }
    if criterion == "brackets":
        return asked | {"brackets": draw(st.sampled_from([[1, 2, 3], [2, 5], [1, 1]]))}
    return asked | {"units": {"hour": 30, "quarter": 1, "month": 2}.get(unit, 6)}


def starts(world: World, asked: dict[str, Any], own: list[Event], period: str) -> list[datetime]:
    """When an entity, by its own events in the order of time and arrival, enters cohorts."""
    if asked["start"] == "start_of_life":
        return [own[0].at]
    if asked["start"] == "activated":
        users = [[one for one in own if one.user == user and one.name == "task"] for user in {one.user for one in own}]
        seconds = [tasks[1].at for tasks in users if len(tasks) > 1]
        return [min(seconds)] if seconds else []
    name = "signup" if asked["start"] == "signup" else "page"
    named = [one for one in own if one.name == name]
    matches = [one.at for one in named if name == "signup" or one.path == "/about"]
    if asked["entry"] == "recurring":
        by_period = groupby(matches, key=lambda at: world.first_day(period, world.day(at)))
        return [next(group) for _, group in by_period]
    if asked["entry"] == "every":
        return sorted(set(matches))
    if asked["entry"] == "first_in_range":
        first, last = (
            asked[edge] and world.first_day(period, date.fromisoformat(asked[edge]))
            for edge in ("date_from", "date_to")
        )
        periods = [(world.first_day(period, world.day(at)), at) for at in matches]
        matches = [at for begin, at in periods if (not first or begin >= first) and (not last or begin <= last)]
    if asked["entry"] == "first_ever" and name == "page" and named and named[0].path != "/about":
        return []
    return matches[:1]


def triangle(world: World, asked: dict[str, Any]) -> dict[tuple[date, int], tuple[int, int, int]]:
    """(cohort, column) -> its size, those it is divided by, those that came back."""
    unit, is_rolling = asked["unit"], asked["mode"] == "rolling"
    is_elapsed = is_rolling or unit == "hour"
    period = asked["period"] or ("day" if unit == "hour" else unit)
    if "T" in asked["as_of"]:
        as_of = datetime.fromisoformat(asked["as_of"]).replace(tzinfo=None)
        last_day = world.day(as_of) - timedelta(days=1)
    else:
        last_day = date.fromisoformat(asked["as_of"])
        as_of = world.begin(last_day + timedelta(days=1))
    first = date.fromisoformat(asked["date_from"]) if asked["date_from"] else date.min
    last = min(date.fromisoformat(asked["date_to"]) if asked["date_to"] else last_day, last_day)
    if asked["criterion"] == "brackets":
        edges = [sum(asked["brackets"][:number]) for number in range(len(asked["brackets"]) + 1)]
        spans = [(begin, end - 1) for begin, end in pairwise(edges)]
    else:
        spans = [(number, number) for number in range(asked["units"] + 1)]

    def counted(at: datetime) -> datetime:
        if asked["floor"] == "day":
            return datetime.combine(world.day(at), datetime.min.time())
        return world.floored(at) if asked["floor"] == "hour" or (unit == "hour" and not is_rolling) else at

    def is_return(one: Event) -> bool:
        return one.name in ("task", "board") if asked["returns"] == "active" else one.name == asked["returns"]

    cells: dict[tuple[date, int], tuple[int, int, int]] = {}
    for key in sorted({getattr(one, asked["entity"]) for one in world.events}):
        own = sorted((one for one in world.events if getattr(one, asked["entity"]) == key), key=lambda one: one.at)
        came: dict[date, set[int]] = {}
        over_for: dict[date, int] = {}
        for start in starts(world, asked, own, period):
            start_day = world.day(start)
            cohort = world.first_day(period, start_day)
            is_early = first > date.min and cohort < world.first_day(period, first)
            if start >= as_of or start_day > last_day or cohort > world.first_day(period, last) or is_early:
                continue
            returns: list[int] = []
            for one in own:
                if not is_return(one) or one.at < start or one.at >= as_of:
                    continue
                if is_elapsed:
                    returns.append((counted(one.at) - counted(start)) // LENGTH[unit])
                elif world.day(one.at) <= last_day:
                    returns.append(world.number(unit, world.day(one.at)) - world.number(unit, start_day))
            if is_elapsed:
                now = datetime.combine(last_day + timedelta(days=1), datetime.min.time())
                closed = ((now if asked["floor"] == "day" else as_of) - counted(start)) // LENGTH[unit]
            else:
                closed = world.number(unit, last_day + timedelta(days=1)) - world.number(unit, start_day)
            often = {number for number in returns if returns.count(number) >= asked["at_least"]}
            came[cohort] = came.get(cohort, {0} if asked["unit_0"] == "cohort" else set()) | often
            over_for[cohort] = min(over_for.get(cohort, closed), closed)
        for cohort, numbers in came.items():
            columns = [
                any(begin <= number <= (9999 if asked["criterion"] == "on_or_after" else end) for number in numbers)
                for begin, end in spans
            ]
            for column, (begin, end) in enumerate(spans):
                size, n, back = cells.get((cohort, column), (0, 0, 0))
                over = over_for[cohort] > (begin if asked["criterion"] == "on_or_after" else end)
                before = asked["reference"] == "start" or column == 0 or columns[column - 1]
                cells[cohort, column] = (size + 1, n + (over and before), back + (over and columns[column]))
    return cells


@settings(max_examples=60)
@given(asked=questions())
def test_every_cell_is_what_counting_by_hand_gives(world: World, asked: dict[str, Any]) -> None:
    expected = triangle(world, asked)
    result = world.workspace.metric("retention", **asked)
    rows = [row for row in result.rows if row["row"] == "cohort"]
    found = {(row["cohort_on"], row["unit_index"]): (row["cohort_size"], row["n"], row["returned"]) for row in rows}
    assert found == expected
    for row in rows:
        assert row["estimate"] == (row["returned"] / row["n"] if row["n"] else None)
        assert (row["status"] in ("in_progress", "not_eligible")) == (row["n"] == 0)
    for row in result.rows:
        cells = [cell for (_, column), cell in expected.items() if column == row["unit_index"] and cell[1]]
        if row["row"] == "weighted":
            n = sum(cell[1] for cell in cells)
            back = sum(cell[2] for cell in cells) if asked["reference"] == "start" else row["returned"]
            assert row["estimate"] == (pytest.approx(back / n) if n else None)
        if row["row"] == "simple" and cells:
            assert row["estimate"] == pytest.approx(sum(cell[2] / cell[1] for cell in cells) / len(cells))


@settings(max_examples=60)
@given(asked=questions(), criterion=st.sampled_from(["on", "on_or_after"]))
def test_any_activity_after_a_start_that_comes_once(world: World, asked: dict[str, Any], criterion: str) -> None:
    """What is asked most: units of the calendar after a milestone or an event, each met on its last active day."""
    entry = asked["entry"] if asked["entry"].startswith("first") else "first_time"
    plain = {"mode": "calendar", "floor": "none", "returns": "active", "at_least": 1, "unit_0": "returns"}
    given = {
        "units": 6,
        **asked,
        **plain,
        "entry": entry,
        "criterion": criterion,
        "brackets": None,
        "reference": "start",
    }
    result = world.workspace.metric("retention", **given)
    expected = triangle(world, given)
    for rows in (result.rows, world.workspace.rows_of(result.sql)):
        cells = [row for row in rows if row.get("row", "cohort") == "cohort"]
        found = {
            (row["cohort_on"], row["unit_index"]): (row["cohort_size"], row["n"], row["returned"]) for row in cells
        }
        assert found == expected


@settings(max_examples=30)
@given(asked=questions())
def test_the_shown_sql_gives_the_cells(world: World, asked: dict[str, Any]) -> None:
    result = world.workspace.metric("retention", **asked)
    rows = [row for row in result.rows if row["row"] == "cohort"]
    shown = world.workspace.rows_of(result.sql)
    names = ("cohort_on", "unit_index", "cohort_size", "n", "returned", "estimate")
    assert [[row[name] for name in names] for row in shown] == [[row[name] for name in names] for row in rows]


@settings(max_examples=30)
@given(asked=questions())
def test_on_or_after_never_rises_where_the_same_members_are_over(world: World, asked: dict[str, Any]) -> None:
    given = {**asked, "criterion": "on_or_after", "brackets": None, "units": 6, "reference": "start"}
    rows = [row for row in world.workspace.metric("retention", **given).rows if row["row"] == "cohort"]
    for before, after in pairwise(rows):
        if before["cohort_on"] == after["cohort_on"] and before["n"] == after["n"]:
            assert after["returned"] <= before["returned"]
