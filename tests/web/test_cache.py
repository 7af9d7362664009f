"""Answers are worked out once, urgent ones first; errors are told and forgotten."""

from __future__ import annotations

import threading
import time
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


def hold(answers: Answers) -> dict[Urgency, threading.Event]:
    """Keeps each place busy until its event is set: that of all, that of pages and their parts, that of pages."""
    free = {}
    for urgency in (Urgency.AHEAD, Urgency.PART, Urgency.PAGE):
        begun, free[urgency] = threading.Event(), threading.Event()

        def wait(_: object, begun: threading.Event = begun, free: threading.Event = free[urgency]) -> None:
            begun.set()
            free.wait()

        answers.ask(("held", urgency), wait, urgency)
        begun.wait()
    return free


def release(free: dict[Urgency, threading.Event]) -> None:
    for event in free.values():
        event.set()


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
    free[Urgency.PAGE].set()
    assert first.result() == (7,)
    release(free)


def test_urgent_questions_come_first_and_may_become_urgent_later(answers: Answers) -> None:
    free = hold(answers)
    order: list[str] = []

    def ask(name: str, urgency: Urgency) -> None:
        answers.ask(name, lambda _: order.append(name), urgency)

    for name in ("ahead", "raised"):
        ask(name, Urgency.AHEAD)
    ask("part", Urgency.PART)
    answers.ask("raised", lambda _: order.append("never"), Urgency.PART)
    free[Urgency.AHEAD].set()
    answers.ask("last", lambda _: None, Urgency.AHEAD).result()
    assert order == ["part", "raised", "ahead"]
    release(free)


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
    release(free)
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


def test_what_perhaps_nobody_asks_for_waits_until_nothing_was_asked_for_a_while(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "QUIET_S", 0.05)
    order: list[str] = []
    with answers.serving():
        idle = answers.ask("idle", lambda _: order.append("idle"), Urgency.IDLE)
        answers.ask("raised", lambda _: order.append("raised"), Urgency.IDLE)
        with pytest.raises(TimeoutError):
            idle.result(timeout=0.2)  # four times as long as it has to be quiet
        answers.ask("raised", lambda _: order.append("never"), Urgency.PART).result()
    answers.ask("ahead", lambda _: order.append("ahead"), Urgency.AHEAD).result()
    idle.result()
    assert order == ["raised", "ahead", "idle"]


def test_requests_that_need_no_work_are_no_quiet(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the second is over in which it has to be quiet, and there was a request in every part of it."""
    monkeypatch.setattr(cache, "QUIET_S", 1.0)
    idle = answers.ask("idle", lambda _: 1, Urgency.IDLE)
    for _ in range(30):
        with answers.serving():
            pass
        time.sleep(0.05)
        assert not idle.done()
    assert idle.result() == 1


def test_two_parts_of_a_page_are_worked_out_side_by_side_and_leave_a_place_for_pages(answers: Answers) -> None:
    both = threading.Barrier(3)
    parts = [answers.ask(name, lambda _: both.wait(), Urgency.PART) for name in ("one", "two")]
    assert answers.ask("page", lambda _: 1, Urgency.PAGE).result() == 1
    both.wait()
    for part in parts:
        part.result()


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
