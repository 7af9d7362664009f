"""An answer beside that of the window before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.asking.recheck import differences
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.result import Result
from uptake.stats.difference import difference_of_shares
from uptake.stats.proportion import wilson

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {week_start: sunday}
features: {tasks: {events: [task]}}
launches: {first: {feature: tasks, launched_on: 2025-02-01}}
journey: {}
onboarding: {steps: [{name: first, event: task}]}
activation: {user: {event: task, at_least: 3, within_days: 5}}
tasks: {work: {start: task, complete: ship, within_minutes: 9000}}
value_moments: {shipped: {event: ship}}
"""
FIRST = datetime(2025, 1, 1, 10)
BESIDE = (
    "earlier_estimate",
    "earlier_n",
    "difference",
    "difference_ci_lower",
    "difference_ci_upper",
    "relative_change",
)


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Sixty users, one every sixth day; user n does a task every n % 7 + 1 days for two months and ships after ten."""
    rows = [
        {"event": name, "user_id": f"u{n}", "account_id": f"a{n % 6}", "timestamp": FIRST + timedelta(days=day)}
        for n in range(60)
        for day in range(n * 6, n * 6 + 60, n % 7 + 1)
        for name in ("task", *(["ship"] if day > n * 6 + 10 and n % 3 else []))
    ]
    accounts = {"account_id": [f"a{n}" for n in range(6)], "plan": ["Free", "Pro", "Pro", "Big", "Huge", None]}
    with uptake.open(new_home(PLAN)) as opened:
        opened.import_rows(pa.Table.from_pylist(rows), "events")
        opened.import_rows(pa.table(accounts), "accounts")
        yield opened


def test_two_months_by_hand(new_home: Callable[..., Path]) -> None:
    """In March 3 of 4 who started are activated, in February 1 of 2: 0.75 - 0.5 = 0.25, half as much again."""
    plan = "activation: {user: {event: task, within_days: 3}}"
    begun = {"u1": 2, "u2": 2, "u3": 3, "u4": 3, "u5": 3, "u6": 3}
    rows = [(user, "signup", month, 10) for user, month in begun.items()]
    rows += [(user, "task", begun[user], 11) for user in ("u1", "u3", "u4", "u5")]
    events = [
        {"user_id": user, "event": name, "timestamp": f"2026-{month:02}-{day}T10:00:00Z"}
        for user, name, month, day in rows
    ]
    events.append({"user_id": "u0", "event": "signup", "timestamp": "2026-01-01T10:00:00Z"})
    with uptake.open(new_home(plan)) as workspace:
        workspace.import_events(events)
        asked = {"period": "month", "date_from": "2026-03-01", "as_of": "2026-03-31", "compare": "previous_period"}
        result = workspace.metric("activation_rate", **asked)
    (row,) = result.rows
    assert (row["estimate"], row["n"], row["earlier_estimate"], row["earlier_n"]) == (0.75, 4, 0.5, 2)
    assert (row["difference"], row["relative_change"]) == (0.25, 0.5)
    ends = difference_of_shares(wilson(3, 4), wilson(1, 2))[2:]
    assert (row["difference_ci_lower"], row["difference_ci_upper"]) == pytest.approx(ends)
    assert "Compared with 2026-02-01 to 2026-02-28." in result.notes
    assert [column.name for column in result.columns][-6:] == list(BESIDE)


QUESTIONS: list[tuple[dict[str, Any], str, tuple[str, str], str]] = [
    ({"date_from": "2025-06-01", "date_to": "2025-06-30"}, "previous_period", ("2025-05-02", "2025-05-31"), ""),
    (
        {"date_from": "2025-05-10", "date_to": "2025-06-30", "period": "month"},
        "previous_period", ("2025-03-01", "2025-04-30"), "month",
    ),
    (
        {"date_from": "2025-06-03", "date_to": "2025-06-20", "period": "week", "by": "account.plan"},
        "previous_period", ("2025-05-11", "2025-05-31"), "week",
    ),
    ({"date_from": "2026-01-05", "date_to": "2026-01-20", "period": "day"}, "previous_year", ("2025-01-05", "2025-01-20"), "day"),
]  # fmt: skip


@pytest.mark.parametrize("metric", list(catalogue()))
@pytest.mark.parametrize(("asked", "compare", "before", "unit"), QUESTIONS)
def test_every_metric_stands_beside_its_own_answer_to_the_earlier_window(
    workspace: uptake.Workspace, metric: str, asked: dict[str, Any], compare: str, before: tuple[str, str], unit: str
) -> None:
    """The n-th row of each group's window beside the n-th of the one before; everything else stays as it was."""
    entry = catalogue()[metric].metric
    asked = {"entity": entry.entities[0] if "member" not in entry.entities else "member", **asked}
    if not unit and (entry.default_period or any(param.name == "unit" for param in entry.params)):
        return  # it has periods, or cohorts of whole units, whose windows the others cover
    try:
        result = workspace.metric(metric, **asked, compare=compare)
    except DefinitionMissing as error:
        pytest.skip(str(error))  # a metric of the CRM, which no events of this plan can answer
    plain = workspace.metric(metric, **asked)
    assert [{name: row[name] for name in plain.rows[0]} for row in result.rows] == plain.rows if plain.rows else True
    assert differences(result, workspace.rows_of(result.sql)) == []
    assert workspace.metric(metric, **result.params).rows == result.rows
    if f"Compared with {before[0]} to {before[1]}." not in result.notes:
        assert all(row[name] is None for row in result.rows for name in BESIDE)
        assert any("compare" in note for note in result.notes)
        return
    window = {"date_from": before[0], "date_to": before[1], "as_of": result.params["as_of"]}
    earlier = workspace.metric(metric, **{**asked, **window}).rows
    shift = _days_or_months(asked, before, unit)
    found = {_mark(result, row): row for row in earlier}
    for row in result.rows:
        then = found.get(_mark(result, row, shift))
        assert row["earlier_estimate"] == (then["estimate"] if then else None)
        if row["difference"] is not None:
            assert then is not None
            assert row["difference"] == row["estimate"] - then["estimate"]
            if row["difference_ci_lower"] is not None:
                assert row["difference_ci_lower"] <= row["difference"] <= row["difference_ci_upper"]


Shift = Callable[[date], date]


def _days_or_months(asked: dict[str, Any], before: tuple[str, str], unit: str) -> Shift:
    """From a date of the window to the same one of the window before."""
    if compare_years := asked["date_from"][:4] != before[0][:4]:
        return lambda day: day.replace(year=day.year - compare_years)
    if unit == "month":
        return lambda day: day.replace(month=day.month - 2)
    return lambda day: day - timedelta(days=21)


def _mark(result: Result, row: dict[str, Any], shift: Shift = lambda day: day) -> tuple[Any, ...]:
    values = (row.get(name) for name in dict.fromkeys(["period_on", "row", *result.by, *result.cell]))
    return tuple(shift(value) if isinstance(value, date) else value for value in values)


def test_groups_are_those_of_the_later_window(workspace: uptake.Workspace) -> None:
    asked: dict[str, Any] = {"window": "28", "entity": "member", "by": "account.plan", "top": 1}
    asked |= {"date_from": "2025-06-01", "date_to": "2025-06-30"}
    result = workspace.metric("active_users", **asked, compare="previous_period")
    (kept,) = {row["account.plan"] for row in result.rows} - {"(other)", "(none)"}
    window = {"date_from": "2025-05-02", "date_to": "2025-05-31", "top": None, "as_of": result.params["as_of"]}
    rows = workspace.metric("active_users", **{**asked, **window}).rows
    earlier = {row["account.plan"]: row["estimate"] for row in rows}
    found = {row["account.plan"]: row["earlier_estimate"] for row in result.rows}
    assert found[kept] == earlier[kept]
    assert found["(other)"] == sum(n for plan, n in earlier.items() if plan not in (kept, "(none)"))


def test_where_nothing_can_be_compared_the_answer_says_why(workspace: uptake.Workspace) -> None:
    said = {
        "names no first day": {},
        "begins on 2024-12-30, the data begins on 2025-01-01": {"date_from": "2025-03-01", "date_to": "2025-04-30"},
        "no single numbers": {"output": "curve"},
    }
    for words, asked in said.items():
        result = workspace.metric("time_to_first_value", compare="previous_period", **asked)
        assert any(words in note for note in result.notes), result.notes
        assert all(row["earlier_estimate"] is None for row in result.rows)
    with pytest.raises(QuestionError, match=r"compare is 'yesterday'.*previous_period"):
        workspace.metric("active_users", compare="yesterday")


def test_what_is_not_over_is_not_compared(workspace: uptake.Workspace) -> None:
    asked = {"window": "7", "period": "month", "date_from": "2025-06-01", "as_of": "2025-07-10"}
    june, july = workspace.metric("active_users", compare="previous_period", **asked).rows
    assert (june["status"], july["status"]) == ("closed", "in_progress")
    assert june["difference"] is not None
    assert july["earlier_estimate"] is not None
    assert july["difference"] is None
