"""The usage interval, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from propose_world import Rows, event, propose, world

from uptake.propose.interval import Interval, usage_interval

Days = dict[str, list[float]]


def rows(days: Days, name: str = "task_created") -> Rows:
    return [event(name, user, day) for user, of_user in days.items() for day in of_user]


def interval(folder: Path, days: Days, further: Rows | None = None) -> Interval:
    with world(folder, events=[*rows(days), *(further or [])]) as (_, cursor):
        (key,) = cursor.execute("SELECT name_key FROM event_names WHERE event_name = 'task_created'").fetchall()[0]
        return usage_interval(cursor, f"name_key = {key}")


def test_the_interval_is_the_smallest_that_holds_for_four_of_five_users(tmp_path: Path) -> None:
    days: Days = {
        "a": [0, 1, 2, 30],  # gaps 1, 1, 28: typically 1
        "b": [0, 3, 8],  # gaps 3, 5: typically 4
        "c": [0, 7],  # 7
        "d": [0, 8, 10, 11, 20],  # gaps 8, 2, 1, 9: typically 5
        "e": [0, 30],  # 30
        "once": [4],  # one day only: no gap, not counted
    }
    # Of 1, 4, 5, 7, 30 four of five are at most 7.
    assert interval(tmp_path, days) == Interval(7, n=5)


def test_half_a_day_is_rounded_up(tmp_path: Path) -> None:
    # Gaps 1 and 2: typically 1.5, which is within 2 days and not within 1.
    assert interval(tmp_path, {"a": [0, 1, 3]}) == Interval(2, n=1)


def test_several_events_on_one_day_are_one_day(tmp_path: Path) -> None:
    assert interval(tmp_path, {"a": [0, 0.1, 0.2, 5]}) == Interval(5, n=1)


def test_users_active_on_one_day_only_say_nothing(tmp_path: Path) -> None:
    assert interval(tmp_path, {"a": [0, 0.5], "b": [3]}) == Interval(None, n=0)


def test_events_that_are_no_activity_and_events_of_nobody_do_not_count(tmp_path: Path) -> None:
    further = [event("signin", "a", 1), event("task_created", None, 1), event("task_created", None, 2)]
    assert interval(tmp_path, {"a": [0, 9]}, further) == Interval(9, n=1)


def test_days_are_those_of_the_product(tmp_path: Path) -> None:
    # 0:30 and 23:30 UTC are one day in UTC and two in Berlin.
    late = rows({"a": [0.5 / 24, 23.5 / 24]})
    with world(tmp_path, "product: {timezone: Europe/Berlin}", events=late) as (_, cursor):
        assert usage_interval(cursor, "true") == Interval(1, n=1)


@pytest.fixture(scope="module")
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE event (user_key INTEGER, day DATE)")
        yield connection


@settings(deadline=None)  # a busy machine may be slow; no test asserts a time
@given(st.lists(st.sets(st.integers(0, 60), min_size=1, max_size=8), min_size=1, max_size=12))
def test_a_model_in_plain_python_gives_the_same_interval(
    cursor: duckdb.DuckDBPyConnection, users: list[set[int]]
) -> None:
    cursor.execute("DELETE FROM event")
    cursor.executemany(
        "INSERT INTO event VALUES (?, DATE '2026-01-05' + ?::INTEGER)",
        [(user, day) for user, of_user in enumerate(users) for day in of_user],
    )
    typical = [
        median(later - earlier for earlier, later in pairwise(sorted(of_user))) for of_user in users if len(of_user) > 1
    ]
    expected = next((g for g in range(1, 61) if typical and 5 * sum(t <= g for t in typical) >= 4 * len(typical)), None)
    assert usage_interval(cursor, "true") == Interval(expected, len(typical))


def test_a_proposal_reads_the_interval_from_what_the_plan_calls_active(tmp_path: Path) -> None:
    events = [*rows({"a": [0, 5, 10]}), *rows({"a": [0, 1, 2, 3]}, "board_viewed")]
    proposed = propose(tmp_path / "plan", "active: [task_created]", events=events)
    assert (proposed.usage_interval_days, proposed.usage_interval_n) == (5, 1)
    proposed = propose(tmp_path / "none", events=events)
    assert (proposed.usage_interval_days, proposed.usage_interval_n) == (1, 1)
