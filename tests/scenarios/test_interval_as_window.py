"""The usage interval as the window of activity: each group is judged by its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError
from uptake.metrics.core.result import Result

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


VALUE = "product: {timezone: UTC, usage_interval_days: 9}\nvalue_moments: {done: {event: task}}"


@pytest.fixture(scope="module")
def valued(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """In account d: d1 every day from 1 to 10 March, d2 until the 8th. In m: m1 and m2 on the 1st and the 6th. o1 once."""
    came = {"d1": [*range(1, 11)], "d2": [*range(1, 9)], "m1": [1, 6], "m2": [1, 6], "o1": [3]}
    rows = [
        {
            "user_id": user,
            "account_id": user[0],
            "event": "task",
            "timestamp": f"2025-03-{day:02}T10:00:00Z",
            "kind": "x",
        }
        for user, days in came.items()
        for day in days
    ]
    with uptake.open(new_home(VALUE)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        yield workspace


def by_account(workspace: uptake.Workspace, metric: str, of: str = "estimate", **given: Any) -> Any:
    """The answer by account, after its SQL has given the same numbers."""
    result = workspace.metric(metric, as_of="2025-03-10", by="account.id", entity="member", **given)
    assert any("as measured over 180 days" in note for note in result.notes)
    shown = workspace.rows_of(result.sql)
    assert [row[of] for row in shown] == [row[of] for row in result.rows]
    measure = ("measure",) if metric == "adoption_rate" else ()
    return by(result, "account.id", *measure, of=of)


def test_value_of_those_active_within_their_groups_interval(valued: uptake.Workspace) -> None:
    """d has 1 day: on the 10th d1 alone was active. m has 5: both were, on the 6th. o has the plan's 9: o1 was."""
    assert by_account(valued, "value_realisation", "n", window_days="usage_interval") == {"d": 1, "m": 2, "o": 1}
    for name, days, n in (("d", 1, 1), ("m", 5, 2), ("o", 9, 1)):
        only_one = {"where": {"account.id": name}, "entity": "member", "as_of": "2025-03-10"}
        for given in (days, "usage_interval"):
            assert only(valued.metric("value_realisation", window_days=given, **only_one))["n"] == n


def test_consistency_and_frequency_in_the_groups_own_intervals(valued: uptake.Workspace) -> None:
    """Of the last 2 days d1 came on both; d2 on neither and is not counted. Of the intervals 6th to 10th and 1st to 5th m1
    and m2 came in both. o1 has been there 8 days, since the 3rd, and lived through no interval of 9: no row.
    """
    consistent = by_account(valued, "consistency", intervals=2, interval_days="usage_interval")
    assert consistent == {"d": 1.0, "m": 1.0}
    n = by_account(valued, "consistency", "n", intervals=2, interval_days="usage_interval")
    assert n == {"d": 1, "m": 2}
    # d1 came on 10 of 10 days, d2 on 8 of 10; m1, m2 on 2 days, expected 10 / 5; o1 once, expected at least once
    frequent = by_account(valued, "frequency", interval_days="usage_interval")
    assert frequent == {"d": pytest.approx((10 + 8) / 20), "m": 1.0, "o": 1.0}


def test_adopted_is_in_the_groups_own_intervals(valued: uptake.Workspace) -> None:
    """Active in 2 of the last 4 intervals: of a day d1 and d2 (7th and 8th); of 5 days m1 and m2. o1 came once, and twice 9
    days are more than the data's 10: in progress.
    """
    adopted = by_account(valued, "adoption_rate", "count", interval_days="usage_interval")
    assert {label: count for label, count in adopted.items() if label[1] == "adopted"} == {
        ("d", "adopted"): 2,
        ("m", "adopted"): 2,
        ("o", "adopted"): 0,
    }
    n = by_account(valued, "adoption_rate", "open", interval_days="usage_interval")
    assert [n[name, "adopted"] for name in "dmo"] == [0, 0, 1]
    accounts = valued.metric("adoption_rate", entity="account", interval_days="usage_interval", as_of="2025-03-10",
                             by="account.id")  # fmt: skip
    assert by(accounts, "account.id", "measure")["d", "adopted"] == 1.0


@pytest.mark.parametrize(
    ("metric", "parameter"),
    [
        ("value_realisation", "window_days"),
        ("consistency", "interval_days"),
        ("frequency", "interval_days"),
        ("adoption_rate", "interval_days"),
    ],
)
@pytest.mark.parametrize("entity", ["user", "account", "member"])
def test_without_groups_it_is_the_number_that_the_metric_says(
    world: uptake.Workspace, valued: uptake.Workspace, metric: str, parameter: str, entity: str
) -> None:
    asked = {"entity": entity, "as_of": "2025-03-10"}
    measured_at = "member" if (metric, entity) == ("adoption_rate", "account") else entity
    interval = only(valued.metric("usage_interval", entity=measured_at, as_of="2025-03-10"))["estimate"]
    measured = valued.metric(metric, **{parameter: "usage_interval"}, **asked)
    assert measured.rows == valued.metric(metric, **{parameter: int(interval)}, **asked).rows


def test_nobody_is_in_two_groups(valued: uptake.Workspace) -> None:
    asked = {"interval_days": "usage_interval", "as_of": "2025-03-10"}
    with pytest.raises(QuestionError, match="everybody is in one group"):
        valued.metric("consistency", by="event.kind", **asked)
    with pytest.raises(QuestionError, match="interval_days is 'often'"):
        valued.metric("consistency", interval_days="often")
