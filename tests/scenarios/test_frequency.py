"""How regularly people come and how long they stay, counted by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake
from uptake.errors import QuestionError
from uptake.metrics.frequency_classes import read

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
"""A Sunday; everything is asked as of its end."""
AS_OF = {"as_of": LAST.isoformat()}
NEW_YORK = "product: {timezone: America/New_York}"


def days_back(user: str, *back: int, account: str = "a", event: str = "task") -> list[dict[str, Any]]:
    """An event at noon, so many days before the last."""
    noon = datetime(LAST.year, LAST.month, LAST.day, 12)
    return [
        {"event": event, "user_id": user, "account_id": account, "timestamp": noon - timedelta(days=day)}
        for day in back
    ]


@pytest.fixture(scope="module")
def rhythms(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """`daily` came on each of 28 days and first 40 days ago, `weekly` on four, `late` began six days ago, and a seat."""
    rows = [
        *days_back("daily", *range(28), 40),
        *days_back("weekly", 1, 8, 15, 22, 40),
        *days_back("late", 0, 3, 6),
        *days_back("gone", 35, 41, account="b"),
    ]
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        seats = [{"account_id": "a", "user_id": "seat", "valid_from": "2025-01-01"}]
        workspace.import_rows(pa.Table.from_pylist(seats), "seats")
        yield workspace


def each(workspace: uptake.Workspace, metric: str, **asked: Any) -> dict[str, Any]:
    return by(workspace.metric(metric, by="user.id", entity="user", **AS_OF, **asked), "user.id")


def test_active_days_are_per_week_seen(rhythms: uptake.Workspace) -> None:
    """28 / 4, 4 / 4, and 3 days in the 7 days since the first; without a start a seat is seen as long as the data."""
    found = each(rhythms, "active_days_per_week")
    assert found == {"daily": 7, "weekly": 1, "late": 3}
    found = each(rhythms, "active_days_per_week", among="present")
    assert found == {"daily": 7, "weekly": 1, "late": 3, "gone": 0, "seat": 0}


def test_frequency_is_held_against_the_interval_and_capped(rhythms: uptake.Workspace) -> None:
    """Weekly use: 28 of 4 expected is 1; 4 of 4 is 1; 3 of 1 is 1. Daily use: 28/28, 4/28, 3 of the 7 days seen."""
    assert set(each(rhythms, "frequency").values()) == {1}
    found = each(rhythms, "frequency", interval_days=1)
    assert found == {"daily": 1, "weekly": pytest.approx(4 / 28), "late": pytest.approx(3 / 7)}


def test_a_monthly_product_looks_back_on_four_months(new_home: Callable[..., Path]) -> None:
    """Seen for 41 of 120 days, 2 days of use where 41 / 30 were expected."""
    with uptake.open(new_home("product: {usage_interval_days: 30}")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(days_back("u", 1, 40)), "events")
        result = workspace.metric("frequency", **AS_OF)
        assert (result.params["window_days"], only(result)["estimate"]) == (120, 1)
        with pytest.raises(QuestionError, match=r"window_days is 7.*at least interval_days, 30"):
            workspace.metric("frequency", window_days=7)


def test_consistency_counts_intervals_lived_through(rhythms: uptake.Workspace) -> None:
    """Weeks back: daily in 0-3 and 5 of the 5 lived through (40 days ago is the sixth): 4 / 5. weekly alike. late: 1 / 1.

    gone (35 and 41 days ago: week 5 only, and six whole weeks lived) came in weeks 5 and 5: 1 / 6.
    """
    found = each(rhythms, "consistency")
    assert found == {
        "daily": pytest.approx(4 / 5), "weekly": pytest.approx(4 / 5), "late": 1, "gone": pytest.approx(1 / 6),
    }  # fmt: skip
    assert each(rhythms, "consistency", intervals=4) == {"daily": 1, "weekly": 1, "late": 1}
    assert each(rhythms, "consistency", intervals=4, among="present")["seat"] == 0


def test_everybody_is_in_one_class(rhythms: uptake.Workspace) -> None:
    """Of 14 days: daily 14, weekly 2, late 3, gone and the seat none. Five people."""
    rows = rhythms.metric("frequency_classes", **AS_OF).rows
    assert [(row["class"], row["count"], row["n"]) for row in rows] == [
        ("daily", 1, 5), ("weekly", 0, 5), ("occasional", 2, 5), ("inactive", 2, 5),
    ]  # fmt: skip
    assert sum(row["estimate"] for row in rows) == 1
    accounts = rhythms.metric("frequency_classes", entity="account", classes="some:1, none:0", **AS_OF).rows
    assert [(row["class"], row["count"], row["n"]) for row in accounts] == [("some", 1, 2), ("none", 1, 2)]


def test_classes_of_the_plan_stand_unless_a_question_has_its_own(new_home: Callable[..., Path]) -> None:
    """In 28 days `daily` came on 28, `weekly` on four, `gone` never."""
    plan = "frequency_classes: {window_days: 28, classes: {often: 20, monthly: 1, silent: 0}}"
    with uptake.open(new_home(plan)) as workspace:
        rows = [*days_back("daily", *range(28), 40), *days_back("weekly", 1, 8, 15, 22, 40), *days_back("gone", 35)]
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        found = workspace.metric("frequency_classes", **AS_OF)
        assert by(found, "class", of="count") == {"often": 1, "monthly": 1, "silent": 1}
        own = workspace.metric("frequency_classes", classes="some:1,none:0", window_days=14, **AS_OF)
        assert by(own, "class", of="count") == {"some": 2, "none": 1}
        with pytest.raises(QuestionError, match="No class can begin above window_days, 14"):
            workspace.metric("frequency_classes", window_days=14, **AS_OF)


@pytest.mark.parametrize(
    "classes",
    ["daily", "a:1", "a:5,b:5,c:0", "a:2,b:5,c:0", "a:5,b:1", "a:15,b:0", "a:5,a:0", "a:x,b:0", ",", "a:1,:0"],
)
def test_classes_leave_nobody_out_and_do_not_overlap(rhythms: uptake.Workspace, classes: str) -> None:
    with pytest.raises(QuestionError, match="classes is"):
        rhythms.metric("frequency_classes", classes=classes)


def test_a_name_of_a_class_is_only_a_name(rhythms: uptake.Workspace) -> None:
    """Quotes, dollars and comments in a name stay text."""
    hostile = "o'$as_of \" -- x"
    assert read(f"{hostile}:1,rest:0", 14) == {hostile: 1, "rest": 0}
    result = rhythms.metric("frequency_classes", classes=f"{hostile}:1,rest:0", **AS_OF)
    assert [row["class"] for row in result.rows] == [hostile, "rest"]
    assert [row["class"] for row in rhythms.rows_of(result.sql)] == [hostile, "rest"]


def at(user: str, *minutes: float) -> list[dict[str, Any]]:
    """Events so many minutes after ten on 20 March."""
    ten = datetime(2025, 3, 20, 10)
    return [{"event": "task", "user_id": user, "timestamp": ten + timedelta(minutes=minute)} for minute in minutes]


def test_a_session_of_one_event_has_no_duration(new_home: Callable[..., Path]) -> None:
    """u: 10 minutes, then one event alone after an hour; v: 20, and 40 minutes with a gap of 29. Mean 70 / 3, median 20."""
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(pa.Table.from_pylist([*at("u", 0, 10, 70), *at("v", 0, 20, 100, 129, 140)]), "events")
        row = only(workspace.metric("session_duration", **AS_OF))
        assert (row["n"], row["entities"]) == (3, 2)
        assert (row["estimate"], row["median"]) == (70 * 60 / 3, 20 * 60)


def test_a_session_that_may_go_on_is_not_counted_yet(new_home: Callable[..., Path]) -> None:
    """From 23:40 to 0:05: at midnight it is still going on, and not yet a session of ten minutes."""
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(pa.Table.from_pylist(at("u", 820, 830, 845)), "events")
        row = only(workspace.metric("session_duration", as_of="2025-03-20"))
        assert (row["n"], row["estimate"], row["status"]) == (0, None, "not_eligible")
        assert only(workspace.metric("session_duration", as_of="2025-03-21"))["estimate"] == 25 * 60


@pytest.fixture(scope="module", params=[1, 2])
def told(
    request: pytest.FixtureRequest, new_home: Callable[..., Path]
) -> Iterator[tuple[uptake.Workspace, dict[str, list[date]]]]:
    """Users with random active days across the clock change, in a zone of its own, with the days as plain Python."""
    chance = random.Random(int(request.param))  # noqa: S311 - no secret
    days: dict[str, list[date]] = {}
    rows = []
    for number in range(25):
        first = chance.randint(0, 60)
        back = {first, *(chance.randint(0, first) for _ in range(chance.randint(0, 20)))}
        days[f"u{number}"] = sorted(LAST - timedelta(days=day) for day in back)
        rows += days_back(f"u{number}", *back, account="ab"[number % 2])
    with uptake.open(new_home(NEW_YORK)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(chance.sample(rows, len(rows))), "events")
        yield workspace, days


def test_a_plain_count_gives_the_same(told: tuple[uptake.Workspace, dict[str, list[date]]]) -> None:
    workspace, days = told
    per_week, frequency, consistency = [], [], []
    classes = {"daily": 0, "weekly": 0, "occasional": 0, "inactive": 0}
    for own in days.values():
        back = [(LAST - day).days for day in own]
        seen = max(back) + 1
        month, fortnight = sum(day < 28 for day in back), sum(day < 14 for day in back)
        if month:
            per_week.append(month / (max(min(28, seen), 7) / 7))
            frequency.append(min(1, month * 7 / max(min(28, seen), 7)))
        lived = min(8, seen // 7)
        if lived and any(day < 56 for day in back):
            consistency.append(len({day // 7 for day in back if day // 7 < lived}) / lived)
        least = {"daily": 9, "weekly": 5, "occasional": 2, "inactive": 0}
        classes[next(name for name, days_ in least.items() if fortnight >= days_)] += 1
    for metric, values in (("active_days_per_week", per_week), ("frequency", frequency), ("consistency", consistency)):
        row = only(workspace.metric(metric, **AS_OF))
        assert (row["n"], row["estimate"]) == (len(values), pytest.approx(sum(values) / len(values))), metric
        assert row["median"] == pytest.approx(median(values)), metric
    found = by(workspace.metric("frequency_classes", **AS_OF), "class", of="count")
    assert found == classes
