"""Answers are worked out once, urgent ones first; errors are told and forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError
from uptake.web import cache
from uptake.web.cache import Answers, Urgency


@pytest.fixture
def answers(workspace: uptake.Workspace) -> Iterator[Answers]:
    found = Answers(workspace)
    yield found
    found.close()


def hold(answers: Answers) -> threading.Event:
    """Keeps both places busy until the event returned is set."""
    begun, free = threading.Barrier(3), threading.Event()

    def wait(_: object) -> None:
        begun.wait()
        free.wait()

    answers.ask("held by a page", wait, Urgency.PAGE)
    answers.ask("held too", wait, Urgency.PAGE)
    begun.wait()
    return free


def test_an_answer_is_worked_out_once(answers: Answers) -> None:
    calls: list[int] = []
    first = answers.ask("one", lambda _: calls.append(1))
    first.result()
    assert answers.ask("one", lambda _: calls.append(2)) is first
    assert calls == [1]


def test_who_asks_meanwhile_shares_the_answer(answers: Answers) -> None:
    free = hold(answers)
    first, second = (answers.ask("one", lambda cursor: cursor.execute("SELECT 7").fetchone()) for _ in range(2))
    assert first is second
    free.set()
    assert first.result() == (7,)


def test_urgent_questions_come_first_and_may_become_urgent_later(answers: Answers) -> None:
    free = hold(answers)
    order: list[str] = []

    def ask(name: str, urgency: Urgency) -> None:
        answers.ask(name, lambda _: order.append(name), urgency)

    for name in ("ahead", "raised"):
        ask(name, Urgency.AHEAD)
    ask("part", Urgency.PART)
    answers.ask("raised", lambda _: order.append("never"), Urgency.PART)
    free.set()
    answers.ask("last", lambda _: None, Urgency.AHEAD).result()
    assert order == ["part", "raised", "ahead"]


def test_a_page_is_answered_while_long_work_goes_on(answers: Answers) -> None:
    begun, free = threading.Event(), threading.Event()

    def long(_: object) -> None:
        begun.set()
        free.wait()

    answers.ask("long", long, Urgency.AHEAD)
    begun.wait()
    assert answers.ask("page", lambda _: 1, Urgency.PAGE).result() == 1
    free.set()


def test_an_error_is_told_and_forgotten(answers: Answers) -> None:
    def fail(_: object) -> int:
        raise QuestionError("No.")

    with pytest.raises(QuestionError, match="No"):
        answers.ask("one", fail).result()
    assert answers.ask("one", lambda _: 1).result() == 1


def test_the_oldest_answers_go_first(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 2)
    first = answers.ask("a", lambda _: 1)
    answers.ask("b", lambda _: 2).result()
    assert answers.ask("a", lambda _: 3) is first
    answers.ask("c", lambda _: 4).result()
    assert answers.ask("a", lambda _: 5) is first
    assert answers.ask("b", lambda _: 6).result() == 6


def test_what_waits_is_cancelled_at_the_end(workspace: uptake.Workspace) -> None:
    answers = Answers(workspace)
    free = hold(answers)
    waiting = answers.ask("waiting", lambda _: 1, Urgency.AHEAD)
    free.set()
    answers.close()
    assert waiting.cancelled() or waiting.result() == 1


def test_what_nobody_waits_for_is_not_begun_while_a_request_is_served(answers: Answers) -> None:
    order: list[str] = []
    with answers.serving():
        with answers.serving():
            ahead = answers.ask("ahead", lambda _: order.append("ahead"), Urgency.AHEAD)
            answers.ask("part", lambda _: order.append("part"), Urgency.PART).result()
            raised = answers.ask("raised", lambda _: order.append("raised"), Urgency.AHEAD)
            answers.ask("raised", lambda _: None, Urgency.PART)
            raised.result()
        answers.ask("page", lambda _: order.append("page"), Urgency.PAGE).result()
    ahead.result()
    assert order == ["part", "raised", "page", "ahead"]


def test_work_that_asks_on_does_not_keep_it_from_ending(workspace: uptake.Workspace) -> None:
    answers = Answers(workspace)
    begun = threading.Event()

    def ask_on(_: object) -> None:
        begun.set()
        while not answers.ask(object(), lambda _: 1, Urgency.AHEAD).cancelled():
            pass

    asking = answers.ask("ahead", ask_on, Urgency.AHEAD)
    begun.wait()
    answers.close()
    assert asking.result() is None


def test_the_state_changes_with_data_and_with_the_plan(workspace: uptake.Workspace) -> None:
    answers = Answers(workspace)
    states = [answers.state()]
    workspace.import_rows(pa.table({"event": ["task"], "user_id": ["u"], "timestamp": ["2026-01-05"]}), "events")
    states.append(answers.state())
    (workspace.home.plan / "plan.yml").write_text("product: {timezone: UTC, name: Other}")
    workspace.reload_plan()
    states.append(answers.state())
    assert len(set(states)) == 3
    answers.close()
