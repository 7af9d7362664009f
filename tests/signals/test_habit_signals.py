"""A burst is no habit, and depth is counted in days: by hand, and how an account is its users' mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from signal_world import by_id

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
PLAN = """
product: {usage_interval_days: 7}
features: {tasks: {events: [task]}, boards: {events: [board]}, scripts: {events: [script], tag: advanced}}
"""
CAME = {
    "burst": ((0, "task"), (1, "task"), (1, "board"), (2, "task"), (3, "script"), (200, "task")),
    "steady": ((0, "task"), (7, "board"), (14, "script"), (27, "task"), (28, "task"), (200, "task")),
    "gone": ((40, "task"), (200, "task")),
    "new": ((3, "task"), (2, "task"), (0, "board")),
}
"""User -> how many days before the last, and what."""


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """`burst` and `gone` are in account a, `steady` and `new` in b."""
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    rows: list[dict[str, Any]] = [
        {
            "event": event,
            "user_id": user,
            "account_id": "a" if user in {"burst", "gone"} else "b",
            "timestamp": noon - timedelta(days=back),
        }
        for user, came in CAME.items()
        for back, event in came
    ]
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(pa.Table.from_pylist(rows), "events")
        yield made


def values(workspace: uptake.Workspace, entity: str, name: str, **params: Any) -> dict[str, float | None]:
    return {one: said[0] for one, said in by_id(workspace, entity, name, LAST, **params).items()}


def test_regularity_counts_intervals_not_days(workspace: uptake.Workspace) -> None:
    """Weeks end with the last day: burst came in one of four, steady in all, 27 days back being the first of them.

    By days both came on four of the four expected. new has not lived through a week yet.
    """
    assert values(workspace, "user", "regularity") == {"burst": 0.25, "steady": 1, "gone": 0, "new": None}
    assert values(workspace, "user", "frequency")["burst"] == 1


def test_regularity_looks_back_as_far_as_28_days(workspace: uptake.Workspace) -> None:
    """In intervals of a day it is the share of days: 4 of 28 and, of the 4 days that new was there for, 3."""
    by_days = values(workspace, "user", "regularity", interval_days=1, intervals=28)
    assert by_days == {"burst": 4 / 28, "steady": 4 / 28, "gone": 0, "new": 3 / 4}


def test_the_rhythm_is_the_days_from_one_use_to_the_next(workspace: uptake.Workspace) -> None:
    """Of the last 84 days. burst: on four days running; steady: 28 days in four steps; gone: on one day alone; new: 3 in two.

    The geometric mean of users: of 7 and 1.5 it is the root of 10.5.
    """
    assert values(workspace, "user", "rhythm") == {"burst": 1, "steady": 7, "gone": None, "new": 1.5}
    assert values(workspace, "account", "rhythm") == {"a": 1, "b": pytest.approx(10.5**0.5)}
    assert values(workspace, "user", "rhythm", window_days=3) == {"burst": 1, "steady": None, "gone": None, "new": 2}


def test_core_days_leave_out_what_is_not_core(workspace: uptake.Workspace) -> None:
    """burst: three days with tasks or boards, two of them on one day; steady: 0, 7 and 27 days back.

    new: 3 days in 4, scaled up from 14 days to 28.
    """
    assert values(workspace, "user", "core_days") == {"burst": 3, "steady": 3, "gone": 0, "new": 6}


def test_an_account_is_the_mean_of_its_users(workspace: uptake.Workspace) -> None:
    """Who is not known yet has no part in it."""
    assert values(workspace, "account", "regularity") == {"a": 0.125, "b": 1}
    assert values(workspace, "account", "core_days") == {"a": 1.5, "b": 4.5}
    assert values(workspace, "account", "consistency")["a"] == 0.25
