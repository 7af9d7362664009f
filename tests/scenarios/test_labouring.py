"""Who is busy without getting anywhere, counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import only

import uptake
from uptake.errors import DefinitionMissing, QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
AS_OF = LAST.isoformat()
PLAN = "tasks: {import: {start: begin, complete: done, within_minutes: 20}}"


def session(user: str, minutes: int, back: int, *names: str) -> list[dict[str, Any]]:
    """A session of so many minutes, an event every ten, so many days before the last; the names come first."""
    begin = datetime(LAST.year, LAST.month, LAST.day, 9) - timedelta(days=back)
    events = [*names, *["work"] * (minutes // 10 + 1 - len(names))]
    return [
        {"event": name, "user_id": user, "account_id": "a", "timestamp": begin + timedelta(minutes=10 * number)}
        for number, name in enumerate(events)
    ]


def said(user: str, survey: str, score: float, back: int = 5) -> dict[str, Any]:
    at = datetime(LAST.year, LAST.month, LAST.day, 12) - timedelta(days=back)
    return {"user_id": user, "account_id": "a", "survey": survey, "score": score, "feedback_at": at}


EVENTS = [
    # an hour or more, three imports begun: none done, two done, and only two begun
    *session("lost", 60, 3, "begin", "work", "begin", "work", "begin"),
    *session("fine", 60, 3, "begin", "done", "begin", "done", "begin"),
    *session("few", 60, 3, "begin", "work", "begin"),
    *session("angry", 90, 2), *session("happy", 90, 2), *session("mute", 90, 2), *session("long_ago", 90, 2),
    # unhappy, but not busy; and busy before the window alone
    *session("light", 50, 2), *session("before", 120, 28), *session("before", 10, 1),
]  # fmt: skip
FEEDBACK = [
    said("angry", "nps", 9, back=9), said("angry", "nps", 3), said("happy", "csat", 5), said("light", "csat", 1),
    said("long_ago", "csat", 1, back=91), said("before", "ces", 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def busy(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
        workspace.import_rows(pa.Table.from_pylist(FEEDBACK), "feedback")
        yield workspace


def who(workspace: uptake.Workspace, **asked: Any) -> list[str]:
    return workspace.people("labouring", {}, as_of=AS_OF, **asked).ids()


def test_busy_and_nowhere_or_unhappy_is_labour(busy: uptake.Workspace) -> None:
    """lost did none of three; angry said 3 of 10 last. fine, happy, light and before do not labour.

    few, mute and long_ago are busy, and nobody knows how they fare: six can be judged.
    """
    assert who(busy) == ["angry", "lost"]
    assert who(busy, side="others") == ["before", "fine", "happy", "light"]
    assert only(busy.metric("labouring", as_of=AS_OF))["estimate"] == pytest.approx(2 / 6)


@pytest.mark.parametrize(
    "given", [{}, {"least_minutes": 61}, {"least_minutes": 10}, {"least_tries": 2}, {"success_below": 0.7}]
)
@pytest.mark.parametrize("entity", ["user", "account"])
def test_the_last_of_many_days_says_what_that_day_says_alone(
    busy: uptake.Workspace, entity: str, given: dict[str, Any]
) -> None:
    """Many days are counted in memory, one is counted by the engine."""
    alone = only(busy.metric("labouring", as_of=AS_OF, entity=entity, **given))
    last = busy.metric("labouring", as_of=AS_OF, entity=entity, period="day", **given).rows[-1]
    assert {name: last[name] for name in alone} == alone


def test_thresholds_can_be_moved(busy: uptake.Workspace) -> None:
    assert who(busy, least_minutes=61) == ["angry"]
    assert who(busy, least_minutes=10) == ["angry", "before", "light", "lost"]
    assert who(busy, least_tries=2) == ["angry", "few", "lost"]
    assert who(busy, success_below=0.7) == ["angry", "fine", "lost"]
    assert who(busy, sentiment_below=0.3) == ["lost"]
    assert who(busy, sentiment_days=365) == ["angry", "long_ago", "lost"]
    assert who(busy, window_days=29) == ["angry", "before", "lost"]


def test_an_account_is_judged_by_all_its_people_did(busy: uptake.Workspace) -> None:
    """Of eight imports that were begun two were done."""
    found = busy.people("labouring", {}, entity="account", as_of=AS_OF)
    assert found.ids() == ["a"]


def test_without_tasks_what_people_say_decides(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
        workspace.import_rows(pa.Table.from_pylist(FEEDBACK), "feedback")
        ticket = {
            "ticket_id": "t",
            "user_id": "mute",
            "account_id": "a",
            "satisfaction": 1.0,
            "opened_at": "2025-03-20",
        }
        workspace.import_rows(pa.Table.from_pylist([ticket]), "tickets")
        assert who(workspace) == ["angry", "mute"]
        assert "no tasks" in workspace.metric("labouring", as_of=AS_OF).notes[0]


def test_the_plan_has_thresholds_of_its_own_and_a_question_comes_first(new_home: Callable[..., Path]) -> None:
    """As with the parameters alone: nobody is below 0.3, and of the busy the unhappy is below 0.4."""
    with uptake.open(new_home(f"{PLAN}\nlabouring: {{sentiment_below: 0.3, least_tries: 2}}")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
        workspace.import_rows(pa.Table.from_pylist(FEEDBACK), "feedback")
        assert who(workspace) == ["few", "lost"]
        assert who(workspace, sentiment_below=0.4, least_tries=3) == ["angry", "lost"]


def test_session_duration_stands_beside_task_success(busy: uptake.Workspace) -> None:
    """Sessions of the window: 60, 60, 60, 90, 90, 90, 90, 50 and 10 minutes, 600 in all. Tries: lost 0 of 3, fine 2 of 3, few
    0 of 2; each less 2/8 of its tries is -3/4, 5/4, -1/2. lost alone was in for an hour with too little done of enough
    tries; with two tries enough, few would be as well.
    """
    result = busy.metric("session_duration", as_of=AS_OF)
    row = only(result)
    assert (row["n"], row["estimate"]) == (9, 4000)
    assert (row["tries"], row["success"], row["labouring"]) == (8, 0.25, 1)
    alone = only(busy.metric("task_success", date_from="2025-03-01", date_to=AS_OF, as_of=AS_OF))
    assert [row[f"success_{end}"] for end in ("ci_lower", "ci_upper")] == [alone["ci_lower"], alone["ci_upper"]]
    assert busy.people("session_duration", {}, side="labouring", as_of=AS_OF).ids() == ["lost"]
    of_users = {row["user.id"]: row for row in busy.metric("session_duration", by="user.id", as_of=AS_OF).rows}
    assert [(of_users[user]["success"], of_users[user]["labouring"]) for user in ("lost", "fine", "few", "mute")] == [
        (0, 1),
        (pytest.approx(2 / 3), 0),
        (0, 0),
        (None, 0),
    ]
    weeks = busy.metric("session_duration", period="week", window_days=7, as_of=AS_OF).rows
    assert [(row["tries"], row["success"]) for row in weeks[-1:]] == [(8, 0.25)]


@pytest.mark.parametrize(
    ("metric", "asked", "n", "estimate"),
    [
        ("sessions_per_week", {}, 9, (8 + 1 / 4) / 9),
        ("consistency", {"interval_days": 7, "intervals": 4}, 1, 1 / 4),
    ],
)
def test_how_often_people_come_stands_beside_task_success_if_asked_for(
    busy: uptake.Workspace, metric: str, asked: dict[str, Any], n: int, estimate: float
) -> None:
    """Eight came once in their one week, before once in four; before alone lived through weeks, and came in one of four.

    What is beside is what stands beside session_duration, in the same 28 days.
    """
    alone = only(busy.metric(metric, as_of=AS_OF, **asked))
    assert "success" not in alone
    assert (alone["n"], alone["estimate"]) == (n, pytest.approx(estimate))
    asked["beside"] = "tasks"
    result = busy.metric(metric, as_of=AS_OF, **asked)
    row = only(result)
    assert {name: row[name] for name in alone} == alone
    assert (row["tries"], row["success"], row["labouring"]) == (8, 0.25, 1)
    assert busy.people(metric, {}, side="labouring", as_of=AS_OF, **asked).ids() == ["lost"]
    assert len(busy.people(metric, {}, side="counted", as_of=AS_OF, **asked).ids()) == n
    weeks = busy.metric(metric, period="week", as_of=AS_OF, **asked).rows
    assert (weeks[-1]["estimate"], weeks[-1]["success"]) == (pytest.approx(estimate), 0.25)
    of_users = {row["user.id"]: row for row in busy.metric(metric, by="user.id", as_of=AS_OF, **asked).rows}
    assert [(of_users[user]["success"], of_users[user]["labouring"]) for user in ("lost", "fine")] == [
        (0, 1),
        (pytest.approx(2 / 3), 0),
    ]


def test_a_measured_interval_has_no_days_whose_tasks_could_stand_beside(busy: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="usage_interval"):
        busy.metric("consistency", interval_days="usage_interval", beside="tasks", as_of=AS_OF)


def test_sessions_are_told_alone_if_nothing_is_to_stand_beside(busy: uptake.Workspace) -> None:
    row, alone = (only(busy.metric("session_duration", as_of=AS_OF, **asked)) for asked in ({}, {"beside": "nothing"}))
    assert "success" not in alone
    assert {name: row[name] for name in alone} == alone


def test_without_tasks_session_duration_says_nothing_of_success(new_home: Callable[..., Path]) -> None:
    with uptake.open(new_home("product: {timezone: UTC}")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
        result = workspace.metric("session_duration", as_of=AS_OF)
        assert [only(result)[name] for name in ("tries", "success", "labouring")] == [None, None, None]
        assert any("no tasks" in note for note in result.notes)
        with pytest.raises(DefinitionMissing):
            workspace.metric("session_duration", task="import", as_of=AS_OF)
