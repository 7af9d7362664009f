"""The power curve by days, weeks and months: by hand, and against plain loops over the events."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from scenario_answers import by

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

ZONE = ZoneInfo("America/New_York")
Event = tuple[str, str, str, date]
"""user, account, name, local day."""


def imported(workspace: uptake.Workspace, rows: list[tuple[str, str, str, datetime]]) -> None:
    names = ("user_id", "account_id", "event", "timestamp")
    table = [dict(zip(names, (*row[:3], row[3].isoformat()), strict=True)) for row in rows]
    workspace.import_rows(pa.Table.from_pylist(table), "events")


def asked(workspace: uptake.Workspace, **given: Any) -> Any:
    result = workspace.metric("stickiness", output="power", **given)
    shown = workspace.rows_of(result.sql)
    names = ("n", "count", "count_at_least")
    assert [[row[name] for name in names] for row in shown] == [[row[name] for name in names] for row in result.rows]
    return result


def test_weeks_that_are_over(workspace: uptake.Workspace) -> None:
    """Weeks of Monday 3, 10 and 17 March, as of Saturday the 29th: that of the 24th is not over. a came in three of them,
    b in one, on two days; c in the week of the 24th alone and is not counted. As of Sunday the 30th c came in one of the
    three from the 10th on, a in two, and b not at all. Two events a week: a in the week of the 3rd, b in its own.
    """
    came = {"a": (3, 3, 10, 17), "b": (4, 9), "c": (24,)}
    imported(workspace, [(user, "x", "task", datetime(2025, 3, day, 12, tzinfo=UTC)) for user, days in came.items()
                         for day in days])  # fmt: skip
    given: dict[str, Any] = {"interval": "week", "intervals": 3}
    result = asked(workspace, as_of="2025-03-29", **given)
    assert by(result, "weeks", of="count") == {1: 1, 2: 0, 3: 1}
    assert by(result, "weeks", of="at_least") == {1: 1.0, 2: 0.5, 3: 0.5}
    assert by(asked(workspace, as_of="2025-03-30", **given), "weeks", of="count") == {1: 1, 2: 1, 3: 0}
    assert by(asked(workspace, as_of="2025-03-29", at_least=2, **given), "weeks", of="count") == {1: 2, 2: 0, 3: 0}
    people = workspace.people("stickiness", {"weeks": 3}, side="exactly", output="power", as_of="2025-03-29", **given)
    assert [row["user_id"] for row in people.rows] == ["a"]


def test_the_days_of_a_month(workspace: uptake.Workspace) -> None:
    """In February a came on three days, b on one; what a did on 31 January is January's. March is not over."""
    came = {"a": [(1, 31), (2, 1), (2, 2), (2, 28), (3, 1)], "b": [(2, 5)]}
    imported(workspace, [(user, "x", "task", datetime(2025, month, day, 12, tzinfo=UTC))
                         for user, days in came.items() for month, day in days])  # fmt: skip
    given: dict[str, Any] = {"window_days": "calendar", "period": "month", "as_of": "2025-03-10"}
    result = asked(workspace, date_from="2025-02-01", **given)
    found = {(row["period_on"].month, row["days"]): row["count"] for row in result.rows if row["count"]}
    assert found == {(2, 3): 1, (2, 1): 1, (3, 1): 1}
    assert {row["days"] for row in result.rows} == set(range(1, 32))
    assert {(row["period_on"].month, row["n"]) for row in result.rows} == {(2, 2), (3, 1)}
    assert {row["status"] for row in result.rows if row["period_on"].month == 3} <= {"in_progress", "too_few"}
    weeks = asked(workspace, date_from="2025-02-24", **{**given, "period": "week"})
    assert {row["period_on"].day: row["n"] for row in weeks.rows} == {24: 1}
    with pytest.raises(QuestionError, match="no period is asked for"):
        workspace.metric("stickiness", output="power", window_days="calendar")


def test_months_that_are_over(workspace: uptake.Workspace) -> None:
    """As of 30 March January and February are over, as of the 31st March is."""
    came = {"a": [(1, 31), (2, 1), (3, 31)], "b": [(3, 1)]}
    imported(workspace, [(user, "x", "task", datetime(2025, *when, 12, tzinfo=UTC)) for user, days in came.items()
                         for when in days])  # fmt: skip
    given: dict[str, Any] = {"interval": "month", "intervals": 2}
    assert by(asked(workspace, as_of="2025-03-30", **given), "months", of="count") == {1: 0, 2: 1}
    assert by(asked(workspace, as_of="2025-03-31", **given), "months", of="count") == {1: 1, 2: 1}


@pytest.fixture(scope="module")
def told(new_home: Callable[..., Path]) -> Iterator[tuple[uptake.Workspace, list[Event]]]:
    """A hundred users of four accounts over four months in which the clocks changed."""
    chance = random.Random(5)  # noqa: S311 - no secret
    rows = []
    for number in range(100):
        begin, reach = (
            datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=chance.random() * 60),
            chance.choice([5, 40, 90]),
        )
        for _ in range(chance.randint(1, 30)):
            at = begin + timedelta(days=chance.random() * reach)
            rows.append((f"u{number}", "abcd"[(number + (chance.random() < 0.1)) % 4],
                         chance.choice(["task", "task", "board", "login"]), at))  # fmt: skip
    with uptake.open(new_home("product: {timezone: America/New_York}")) as workspace:
        imported(workspace, rows)
        yield workspace, [(*row[:3], row[3].astimezone(ZONE).date()) for row in rows]


def first_of(day: date, interval: str) -> date:
    if interval == "month":
        return day.replace(day=1)
    return day if interval == "day" else day - timedelta(days=day.weekday())


def before(first: date, interval: str, by: int) -> date:
    if interval != "month":
        return first - timedelta(days=by * (7 if interval == "week" else 1))
    month = first.year * 12 + first.month - 1 - by
    return date(month // 12, month % 12 + 1, 1)


@pytest.mark.parametrize("interval", ["day", "week", "month"])
@pytest.mark.parametrize("entity", ["user", "account", "member"])
@pytest.mark.parametrize("active", ["active", "board"])
@pytest.mark.parametrize("at_least", [1, 2])
def test_the_same_by_plain_loops(
    told: tuple[uptake.Workspace, list[Event]], interval: str, entity: str, active: str, at_least: int
) -> None:
    workspace, happened = told
    most = {"day": 28, "week": 6, "month": 2}[interval]
    given: dict[str, Any] = {"interval": interval, "entity": entity, "active": active, "at_least": at_least}
    given |= {"window_days": 28} if interval == "day" else {"intervals": most}
    result = asked(workspace, period="week", date_from="2025-02-24", as_of="2025-03-26", **given)
    for monday in [date(2025, 2, 24) + timedelta(days=7 * number) for number in range(5)]:
        on_day = min(monday + timedelta(days=6), date(2025, 3, 26))
        until = first_of(on_day + timedelta(days=1), interval)
        begin = before(until, interval, most)
        done: Counter[tuple[str, date]] = Counter()
        for user, account, name, day in happened:
            if begin <= day < until and (name != "login" if active == "active" else name == active):
                whom = {"user": user, "account": account, "member": f"{user} in {account}"}[entity]
                done[whom, first_of(day, interval)] += 1
        numbers = Counter(whom for (whom, _), events in done.items() if events >= at_least)
        found = {row[f"{interval}s"]: (row["n"], row["count"], row["count_at_least"]) for row in result.rows
                 if row["period_on"] == monday}  # fmt: skip
        sizes = Counter(numbers.values())
        assert found == ({number: (len(numbers), sizes[number], sum(size >= number for size in numbers.values()))
                          for number in range(1, most + 1)} if numbers else {})  # fmt: skip
