"""The usage interval as the window of activity: each group is judged by its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake
from uptake.metrics.result import Result

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def world(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """d1 to d4 come every day from 1 to 10 March, d5 until the 8th; m1 to m5 on the 1st and the 6th; o1 once, on the 3rd."""
    came = {f"d{n}": range(1, 11) for n in range(1, 5)} | {"d5": range(1, 9), "o1": range(3, 4)}
    came |= {f"m{n}": range(1, 7, 5) for n in range(1, 6)}
    rows = [
        {"user_id": user, "account_id": user[0], "event": "task", "timestamp": f"2025-03-{day:02}T10:00:00Z"}
        for user, days in came.items()
        for day in days
    ]
    with uptake.open(new_home("product: {timezone: UTC, usage_interval_days: 9}")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        yield workspace


def asked(workspace: uptake.Workspace, **given: Any) -> Result:
    result = workspace.metric("active_users", window="usage_interval", as_of="2025-03-10", **given)
    shown = workspace.rows_of(result.sql)
    names = ("n", "estimate", "interval_days")
    assert [[row[name] for name in names] for row in shown] == [[row[name] for name in names] for row in result.rows]
    return result


def test_one_interval_for_all(world: uptake.Workspace) -> None:
    """Typical gaps: five of 1 day, five of 5; four fifths are at most 5. Within 5 days before the 10th all but o1 came."""
    row = only(asked(world))
    assert (row["interval_days"], row["estimate"], row["n"], row["status"]) == (5, 10, 11, "closed")


def test_each_group_by_its_own(world: uptake.Workspace) -> None:
    """In d the interval is 1 day, and d5 did not come on the 10th; in m 5 days, and the 6th lies 4 back; o came once, so
    the plan's 9 days hold, and the 3rd lies 7 back.
    """
    result = asked(world, by="account.id")
    assert by(result, "account.id", of="interval_days") == {"d": 1, "m": 5, "o": 9}
    assert by(result, "account.id") == {"d": 4, "m": 5, "o": 1}
    found = world.people("active_users", {"account.id": "d"}, side="others", window="usage_interval",
                         as_of="2025-03-10", by="account.id")  # fmt: skip
    assert [row["user_id"] for row in found.rows] == ["d5"]


def test_each_period_by_its_own(world: uptake.Workspace) -> None:
    """By the 5th nobody in m came twice: gaps of 1 day alone, and on the 5th five users came."""
    result = asked(world, period="day", date_from="2025-03-05", date_to="2025-03-06")
    assert [(row["interval_days"], row["estimate"]) for row in result.rows] == [(1, 5), (5, 11)]


def test_it_agrees_with_the_metric_of_that_name(world: uptake.Workspace) -> None:
    for given in ({}, {"entity": "account"}, {"entity": "member", "by": "account.id"}):
        intervals = world.metric("usage_interval", as_of="2025-03-10", **given)
        found = asked(world, **given)
        labels = given.get("by")
        if labels:
            expected = by(intervals, labels)
            assert {
                key: value for key, value in by(found, labels, of="interval_days").items() if key in expected
            } == expected
        else:
            assert only(found)["interval_days"] == only(intervals)["estimate"]
