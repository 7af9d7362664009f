"""Task success: starts and completions in pairs, by hand and by a plain loop."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, only

import uptake
from uptake.errors import DefinitionMissing, QuestionError
from uptake.stats.ratio import as_share, mean_of_ratios

FIRST = datetime(2025, 3, 3, 9)
PLAN = """
tasks:
  upload: {start: begin, complete: end, error: fail, within_minutes: 30}
  by_file: {start: begin, complete: end, within_minutes: 30, key: file}
"""
Event = tuple[int, str, str | None, str, str | None]
"""Minute, user, account, name, file."""


def at(minutes: float) -> datetime:
    return FIRST + timedelta(minutes=minutes)


def load(workspace: uptake.Workspace, events: list[Event]) -> None:
    columns = ("timestamp", "user_id", "account_id", "event", "file")
    rows = [dict(zip(columns, (at(minute), *rest), strict=True)) for minute, *rest in events]
    workspace.import_rows(pa.Table.from_pylist(rows), "events")


@pytest.fixture
def planned(new_home: Callable[..., Path], one_thread: None) -> Iterator[uptake.Workspace]:
    with uptake.open(new_home(PLAN)) as workspace:
        yield workspace


def row_of(workspace: uptake.Workspace, **given: Any) -> dict[str, Any]:
    return only(workspace.metric("task_success", **{"task": "upload", "as_of": "2025-03-05", **given}))


def test_starts_are_paired_with_the_next_completion(planned: uptake.Workspace) -> None:
    """ann: done after 5; done after exactly 30; 31 is too late. bob: begins twice, done: the first was begun again. cid:
    a completion without a start counts for nothing, one start is never done. Four of seven starts... three are: 3 / 6.
    """
    ann: list[Event] = [(0, "ann", "a", "begin", None), (5, "ann", "a", "end", None), (100, "ann", "a", "begin", None),
                        (130, "ann", "a", "end", None), (200, "ann", "a", "begin", None), (231, "ann", "a", "end", None)]  # fmt: skip
    bob: list[Event] = [(0, "bob", "a", "begin", None), (4, "bob", "a", "begin", None), (10, "bob", "a", "end", None)]
    cid: list[Event] = [(0, "cid", "b", "end", None), (4, "cid", "b", "begin", None)]
    load(planned, ann + bob + cid)
    row = row_of(planned)
    assert (row["n"], row["count"], row["open"], row["entities"], row["estimate"]) == (6, 3, 0, 3, 0.5)
    assert (row["median_s"], row["again_share"], row["error_share"]) == (6 * 60, pytest.approx(1 / 6), 0.0)
    users = by(planned.metric("task_success", task="upload", by="user.id", as_of="2025-03-05"), "user.id")
    assert users == {"ann": pytest.approx(2 / 3), "bob": 0.5, "cid": 0.0}
    accounts = by(
        planned.metric("task_success", task="upload", entity="account", by="account.id"), "account.id", of="n"
    )
    assert accounts == {"a": 5, "b": 1}
    assert row_of(planned, within_minutes=31)["count"] == 4


def test_a_start_whose_time_is_not_over_is_open_also_if_it_is_done(planned: uptake.Workspace) -> None:
    """2,000 minutes. At the end of 4 March, 2,340 after the first start, that one has had its time, the other has not."""
    load(planned, [(0, "a", None, "begin", None), (1000, "b", None, "begin", None), (1012, "b", None, "end", None)])
    early = row_of(planned, as_of="2025-03-04", within_minutes=2000)
    assert (early["n"], early["count"], early["open"], early["estimate"], early["error_share"]) == (1, 0, 1, 0.0, 0.0)
    later = row_of(planned, as_of="2025-03-06", within_minutes=2000)
    assert (later["n"], later["count"], later["open"]) == (2, 1, 0)
    none = row_of(planned, as_of="2025-03-04", within_minutes=9000)
    assert (none["n"], none["estimate"], none["median_s"], none["error_share"]) == (0, None, None, None)
    assert (none["open"], none["status"]) == (2, "in_progress")


def test_errors_count_between_a_start_and_its_end(planned: uptake.Workspace) -> None:
    """An error on the way to the completion, one with none after it, one after the completion, one out of time."""
    load(
        planned,
        [
            (0, "a", None, "begin", None), (1, "a", None, "fail", None), (2, "a", None, "end", None),
            (0, "b", None, "begin", None), (3, "b", None, "fail", None),
            (0, "c", None, "begin", None), (1, "c", None, "end", None), (2, "c", None, "fail", None),
            (0, "d", None, "begin", None), (40, "d", None, "fail", None),
        ],
    )  # fmt: skip
    row = row_of(planned)
    assert (row["n"], row["count"], row["error_share"]) == (4, 2, 0.5)
    assert row_of(planned, task="by_file")["error_share"] is None


def test_a_key_tells_tasks_apart_that_go_on_at_once(planned: uptake.Workspace) -> None:
    """x and y are begun together and both end; without the key x counts as begun again."""
    names = [("begin", "x"), ("begin", "y"), ("end", "x"), ("end", "y")]
    load(planned, [(minute, "a", None, name, file) for minute, (name, file) in enumerate(names)])
    found = by(planned.metric("task_success", as_of="2025-03-05"), "task", of="count")
    assert found == {"upload": 1, "by_file": 2}


def test_one_event_may_end_a_try_and_begin_the_next() -> None:
    """Every step of a wizard: 0 -> 5 -> 50: the first was done after 5 minutes, the second not within 30, the last not."""
    rows = [{"at": at(minute), "user_id": "a", "event": "step"} for minute in (0, 5, 50)]
    with uptake.from_events(rows) as workspace:
        row = only(
            workspace.metric("task_success", start="step", complete="step", within_minutes=30, as_of="2025-03-05")
        )
        assert (row["task"], row["n"], row["count"], row["median_s"]) == ("task", 3, 1, 300)


def test_what_cannot_be_asked_says_why(planned: uptake.Workspace, workspace: uptake.Workspace) -> None:
    with pytest.raises(DefinitionMissing, match="no tasks"):
        workspace.metric("task_success")
    with pytest.raises(QuestionError, match="task is 'nope'"):
        planned.metric("task_success", task="nope")
    with pytest.raises(QuestionError, match="only a part of a task"):
        planned.metric("task_success", start="begin")
    with pytest.raises(QuestionError, match="task is given beside start and complete"):
        planned.metric("task_success", task="upload", start="begin", complete="end")
    assert any("'nope'" in note for note in planned.metric("task_success", start="nope", complete="end").notes)


def tries(events: list[Event], *, key: bool, as_of: int) -> dict[str, list[dict[str, Any]]]:
    """User -> how every start ended, by walking on from each to the first event that ends it."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    known = [event for event in events if event[0] < as_of]
    for number, (minute, user, account, name, file) in enumerate(known):
        if name != "begin":
            continue
        one: dict[str, Any] = {"is_open": minute + 30 >= as_of, "took": None, "error": False, "again": False}
        for later, who, where, what, which in known[number + 1 :]:
            if (who, where) != (user, account) or later > minute + 30 or (key and which != file):
                continue
            if what == "fail":
                one["error"] = True
            elif what in ("begin", "end"):
                one |= {"took": later - minute} if what == "end" else {"again": True}
                break
        found[user].append(one)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_naive_model_agrees(planned: uptake.Workspace, seed: int) -> None:
    """Forty users with many events at one minute: those of one minute are in the order in which they came."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    events: list[Event] = sorted(
        {
            (
                chance.randrange(2335) if number % 3 else 2300 + chance.randrange(39),
                f"u{chance.randrange(40)}",
                chance.choice(["a", "b"]),
                chance.choice(["begin", "begin", "end", "fail", "other"]),
                chance.choice(["x", "y", None]),
            )
            for number in range(1500)
        },
        key=lambda event: event[0],
    )
    load(planned, events)
    for task in ("upload", "by_file"):
        expected = tries(events, key=task == "by_file", as_of=2340)
        row = row_of(planned, task=task, as_of="2025-03-04")
        closed = {user: [one for one in own if not one["is_open"]] for user, own in expected.items()}
        closed = {user: own for user, own in closed.items() if own}
        done = [sum(one["took"] is not None for one in own) for own in closed.values()]
        sizes = [len(own) for own in closed.values()]
        every = [one for own in closed.values() for one in own]
        assert (row["n"], row["count"], row["entities"]) == (sum(sizes), sum(done), len(closed))
        assert row["open"] == sum(one["is_open"] for own in expected.values() for one in own)
        assert row["median_s"] == 60 * median(one["took"] for one in every if one["took"] is not None)
        assert row["again_share"] == pytest.approx(sum(one["again"] for one in every) / len(every))
        if task == "upload":
            assert row["error_share"] == pytest.approx(sum(one["error"] for one in every) / len(every))
        interval = as_share(mean_of_ratios([[one] for one in done], [[one] for one in sizes]))
        assert (row["ci_lower"], row["ci_upper"]) == pytest.approx((interval.ci_lower, interval.ci_upper))
