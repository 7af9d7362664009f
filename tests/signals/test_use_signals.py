"""Time that leads somewhere, tasks, steps and what only the experienced use, by hand."""

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
features:
  tasks: {events: [begin, done]}
  files: {events: [file]}
  scripts: {events: [script], tag: advanced}
tasks: {import: {start: begin, complete: done, within_minutes: 20}}
activation: {user: {within_days: 7, event: done}}
onboarding:
  steps:
    - {name: begin, event: begin}
    - {name: file, event: file}
    - {name: script, event: script, role: admin}
    - {name: extra, event: extra, required: false}
"""


def session(user: str, days: int, minutes: str, account: str = "a") -> list[dict[str, Any]]:
    """Events of a session from 9 on, so many days before the last: a word each, with its minute, "begin 0 done 10"."""
    at = datetime(LAST.year, LAST.month, LAST.day, 9) - timedelta(days=days)
    words = minutes.split()
    return [
        {"event": word, "user_id": user, "account_id": account, "timestamp": at + timedelta(minutes=int(minute))}
        for word, minute in zip(words[::2], words[1::2], strict=True)
    ]


EVENTS = [
    # half an hour with a task done in it, and a quarter of an hour with one that took too long
    *session("fast", 3, "begin 0 done 10 file 30"), *session("fast", 2, "begin 0 file 11 done 21"),
    *session("slow", 3, "begin 0 begin 10 begin 20 file 45"), *session("slow", 20, "script 0 file 10"),
    *session("short", 1, "file 0"), *session("before", 28, "begin 0 done 10"), *session("before", 56, "file 0 extra 1"),
    # nobody knows what it was good for
    *session("reader", 5, "file 0 file 20"),
    # over after midnight: a day later
    *session("late", 1, "begin 870 done 880 file 905"),
]  # fmt: skip
USERS = [{"user_id": "slow", "role": "admin"}, {"user_id": "silent", "role": "member", "account_id": "b"}]


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as made:
        made.import_rows(pa.Table.from_pylist(EVENTS), "events")
        made.import_rows(pa.Table.from_pylist([{"account_id": None} | row for row in USERS]), "users")
        yield made


@pytest.fixture(scope="module")
def without_tasks(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home()) as made:
        made.import_rows(pa.Table.from_pylist(EVENTS), "events")
        yield made


def users(workspace: uptake.Workspace, name: str, **params: Any) -> dict[str, float | None]:
    return {user: values[0] for user, values in by_id(workspace, "user", name, LAST, **params).items()}


def test_time_counts_in_sessions_with_a_task_done(workspace: uptake.Workspace) -> None:
    """fast: 30 minutes; of slow nothing was done. A session of one event has no duration; before's lies before.

    reader began no task: nobody knows. Data begin lately, so time is asked for as it was, not scaled to four weeks.
    """
    assert users(workspace, "session_time", least_days=28) == {
        "fast": 1800, "slow": 0, "short": None, "before": 0, "late": 35 * 60, "silent": 0, "reader": None,
    }  # fmt: skip
    assert by_id(workspace, "account", "session_time", LAST, least_days=28)["a"] == [(1800 + 35 * 60) / 4]


def test_without_tasks_all_sessions_count(without_tasks: uptake.Workspace) -> None:
    """fast: 30 and 21; slow: 45 and 10."""
    found = users(without_tasks, "session_time", least_days=28)
    assert (found["fast"], found["slow"], found["short"]) == (51 * 60, 55 * 60, None)


def test_a_session_counts_when_it_is_over(workspace: uptake.Workspace) -> None:
    """late's lasts from 23:30 of the day before the last until 00:05."""
    assert by_id(workspace, "user", "session_time", LAST, days=2, least_days=28)["late"] == [0, 35 * 60]


def test_tasks_done_of_those_begun(workspace: uptake.Workspace) -> None:
    """fast: one of two in time; slow: none of three."""
    assert users(workspace, "task_success", least_tries=1) == {
        "fast": 0.5, "slow": 0, "short": None, "before": None, "late": 1, "silent": None, "reader": None,
    }  # fmt: skip
    assert users(workspace, "task_success")["fast"] is None
    assert by_id(workspace, "account", "task_success", LAST)["a"] == [pytest.approx(2 / 6)]
    assert by_id(workspace, "member", "task_success", LAST, window_days=29)["before/a"] == [None]


def test_different_features_and_advanced_ones(workspace: uptake.Workspace) -> None:
    """Two core features; slow worked with scripts on one day."""
    found = users(workspace, "features_used")
    assert found == {"fast": 2, "slow": 2, "short": 1, "before": 0, "late": 2, "silent": 0, "reader": 1}
    assert by_id(workspace, "account", "features_used", LAST) == {"a": [2], "b": [0]}
    assert users(workspace, "advanced_days")["slow"] == 1
    assert users(workspace, "advanced_days", window_days=20)["slow"] == 0


TRIED = """
features:
  tasks: {events: [task]}
  automations: {events: [automation], eligible: {account.plan: {is_not: Free}}}
  exports: {events: [export], tag: advanced, eligible: {account.plan: Team}}
  secrets: {events: [secret], tag: hidden, eligible: {account.plan: Team}}
  reviews: {events: [review], eligible: {user.role: admin}}
qualified:
  ready_to_buy:
    when: {members: {gte: 3}, tier_features: {gte: 2}, team_weeks: {gte: 3}, account.industry: Software}
"""


@pytest.fixture(scope="module")
def tried(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Three users each: those of a all came in three of the last four weeks, those of b in one."""
    weeks = {
        "a": {"1": (0, 8, 15), "2": (6, 9, 20), "3": (3, 13, 16, 27)},
        "b": {"1": (0, 7, 21), "2": (6, 13), "3": (7, 27)},
    }
    rows = [
        *(row for account, users in weeks.items() for name, days in users.items() for day in days
          for row in session(account + name, day, "task 0", account)),
        *session("a1", 13, "automation 1 automation 2 review 3 secret 4", "a"), *session("a2", 0, "export 1", "a"),
        *session("b1", 14, "automation 1", "b"), *session("b1", 0, "export 1 task 2", "b"),
    ]  # fmt: skip
    told = [{"account_id": account, "industry": "Software", "plan": "Free"} for account in "ab"]
    with uptake.open(new_home(TRIED)) as made:
        made.import_rows(pa.Table.from_pylist(rows), "events")
        made.import_rows(pa.Table.from_pylist(told), "accounts")
        yield made


def test_features_of_a_tier_in_two_weeks(tried: uptake.Workspace) -> None:
    """Automations 13 days ago and exports today; what is hidden, or for admins of any account, comes with no tier."""
    assert by_id(tried, "account", "tier_features", LAST) == {"a": [2], "b": [1]}
    assert by_id(tried, "account", "tier_features", LAST, window_days=15) == {"a": [2], "b": [2]}
    assert users(tried, "tier_features") == {"a1": 1, "a2": 1, "a3": 0, "b1": 1, "b2": 0, "b3": 0}
    assert by_id(tried, "account", "tier_features", LAST - timedelta(days=1), days=2)["a"] == [1, 1]


def test_weeks_in_which_a_team_came(tried: uptake.Workspace) -> None:
    """Days back 0-6: a1 a2 a3, b1 b2; 7-13: a1 a2 a3, b1 b2 b3; 14-20: a1 a2 a3, b1; 21-27: a3, b1 b3."""
    assert by_id(tried, "account", "team_weeks", LAST) == {"a": [3], "b": [1]}
    assert by_id(tried, "account", "team_weeks", LAST, least_users=2) == {"a": [3], "b": [3]}
    assert by_id(tried, "account", "team_weeks", LAST, least_users=2, weeks=2) == {"a": [2], "b": [2]}


def test_a_team_is_as_many_active_users_as_the_metric_counts(tried: uptake.Workspace) -> None:
    """On every day of four weeks: a week counts alone where the metric has three users in its seven days."""
    found = by_id(tried, "account", "team_weeks", LAST, days=28, weeks=1)
    for account, weeks in found.items():
        answer = tried.metric(
            "active_users", window="7", period="day", where={"account.id": account},
            date_from=LAST - timedelta(days=27), date_to=LAST, as_of=LAST,
        )  # fmt: skip
        assert [float(row["estimate"] >= 3) for row in answer.rows][-len(weeks) :] == [one or 0 for one in weeks]


def test_members_are_there_whether_or_not_they_come(tried: uptake.Workspace) -> None:
    """The first of a, a3, came 27 days before the last, the others later."""
    assert by_id(tried, "account", "members", LAST) == {"a": [3], "b": [3]}
    assert by_id(tried, "account", "members", LAST - timedelta(days=20), days=2)["a"] == [1, 2]


def test_who_is_ready_to_buy_by_the_published_rule(tried: uptake.Workspace) -> None:
    """Three users, two features of a tier in 14 days, three of four weeks with three users, and an industry that fits."""
    (row,) = tried.qualified(name="ready_to_buy", as_of=LAST).rows
    assert row["id"] == "a"


def test_what_the_plan_does_not_name_is_missing(without_tasks: uptake.Workspace) -> None:
    for name in ("features_used", "advanced_days", "activated", "onboarding", "task_success"):
        assert users(without_tasks, name)["fast"] is None, name


def test_activated_in_time_late_and_not_yet(workspace: uptake.Workspace) -> None:
    """before was late; slow's week is over since the 17th; short and reader have begun this week, silent never."""
    assert users(workspace, "activated") == {
        "fast": 1, "slow": 0, "short": None, "before": 1, "late": 1, "silent": None, "reader": None,
    }  # fmt: skip
    assert by_id(workspace, "user", "activated", date(2025, 3, 17), days=2)["slow"] == [None, 0]


def test_steps_of_onboarding_that_are_meant_for_somebody(workspace: uptake.Workspace) -> None:
    """Scripts are for admins, and slow is one; the optional step counts for nobody."""
    found = users(workspace, "onboarding")
    assert found == {"fast": 1, "slow": 1, "short": 0.5, "before": 1, "late": 1, "silent": 0, "reader": 0.5}
    assert by_id(workspace, "account", "onboarding", LAST) == {"a": [1], "b": [0]}


def test_intervals_with_activity(workspace: uptake.Workspace) -> None:
    """Seen since 56 days: before came in the fifth of 8 weeks, and in the ninth, which does not count. slow: in 2 of 3.

    late has not been there for a week.
    """
    found = users(workspace, "consistency")
    assert (found["before"], found["slow"], found["late"]) == (1 / 8, 2 / 3, None)
