"""The calendar against Python's own, and against the days that events are given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

import uptake

ZONES = {
    "Europe/Berlin": "monday",
    "America/New_York": "sunday",
    "America/Havana": "saturday",  # midnight comes twice in autumn
    "Atlantic/Azores": "monday",
    "America/Sao_Paulo": "sunday",  # midnight never came in spring
    "Africa/Cairo": "saturday",
    "Pacific/Apia": "monday",  # 30 December 2011 never was
    "Asia/Kathmandu": "sunday",
    "Australia/Lord_Howe": "monday",  # half an hour of summer time
}


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(new_home: Callable[..., Path], zone: str) -> uptake.Workspace:
    return uptake.open(new_home(f"product: {{timezone: {zone}, week_start: {ZONES[zone]}}}"))


def first_instant(day: date, zone: str) -> datetime:
    """The first whole quarter of an hour whose local date is the day or later."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while at.astimezone(ZoneInfo(zone)).date() < day:
        at += timedelta(minutes=15)
    return at.replace(tzinfo=None)


def test_days_begin_where_they_do_and_leave_no_gap(opened: uptake.Workspace, zone: str) -> None:
    """Every tenth day, and all of the weeks in which some of these zones change their clocks."""
    with opened:
        rows = opened.rows_of(
            "SELECT day, begins_at, ends_at FROM calendar WHERE day BETWEEN '2005-01-01' AND '2030-12-31'"
        )
    for one, other in zip(rows, rows[1:], strict=False):
        assert one["ends_at"] == other["begins_at"]
        assert one["day"] + timedelta(days=1) == other["day"]
    changing = {
        (3, 8),
        (3, 9),
        (3, 29),
        (3, 30),
        (3, 31),
        (10, 25),
        (10, 26),
        (10, 27),
        (11, 1),
        (11, 2),
        (11, 3),
        (12, 30),
    }
    for number, row in enumerate(rows):
        if number % 10 == 0 or (row["day"].month, row["day"].day) in changing:
            assert row["begins_at"] == first_instant(row["day"], zone), row["day"]


def test_weeks_months_and_quarters_begin_where_they_do(opened: uptake.Workspace, zone: str) -> None:
    first = {"monday": 0, "saturday": 5, "sunday": 6}[ZONES[zone]]
    with opened:
        rows = opened.rows_of(
            "SELECT day, week_on, month_on, quarter_on FROM calendar WHERE day >= '2023-12-01' LIMIT 500"
        )
    for row in rows:
        day = row["day"]
        assert row["week_on"] == day - timedelta(days=(day.weekday() - first) % 7)
        assert row["month_on"] == day.replace(day=1)
        assert row["quarter_on"] == day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def test_every_instant_lies_in_the_day_its_event_is_given(opened: uptake.Workspace, zone: str) -> None:
    """Every half hour of the two weeks around each change of some year's clocks."""
    with opened:
        outside = opened.rows_of(
            f"""WITH instants AS (
                SELECT moment, timezone('{zone}', timezone('UTC', moment))::DATE AS day
                FROM generate_series(TIMESTAMP '2011-10-01', TIMESTAMP '2012-04-30', INTERVAL 30 MINUTE) s(moment)
                UNION ALL SELECT moment, timezone('{zone}', timezone('UTC', moment))::DATE
                FROM generate_series(TIMESTAMP '2025-03-01', TIMESTAMP '2025-11-30', INTERVAL 30 MINUTE) s(moment)
            )
            SELECT moment, i.day, c.begins_at, c.ends_at FROM instants i JOIN calendar c USING (day)
            WHERE moment < c.begins_at OR moment >= c.ends_at"""
        )
    assert outside == []


def test_days_of_events_asked_for_in_another_zone_are_the_zones_own(workspace: uptake.Workspace, zone: str) -> None:
    """Every half hour of the same weeks."""
    spans = [(datetime(2011, 10, 1), datetime(2012, 4, 30)), (datetime(2025, 3, 1), datetime(2025, 11, 30))]
    at = [begin + timedelta(minutes=30 * number) for begin, end in spans for number in range((end - begin).days * 48)]
    workspace.import_events(pa.table({"event": ["a"] * len(at), "user_id": ["u"] * len(at), "timestamp": at}))
    wrong = workspace.rows_of(
        f"""-- Days are those of {zone}.
        SELECT event_at, day FROM event WHERE day <> timezone('{zone}', timezone('UTC', event_at))::DATE"""
    )
    assert wrong == []
