"""History says of every day what asking that day says, however it came about."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import uptake
from uptake.scores import history
from uptake.scores.spans import NOTHING, Spans
from uptake.store.projection import set_meta

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
features: {tasks: {events: [task]}, boards: {events: [board]}}
value_moments: {done: {event: task, at_least: 3}}
alerts:
  fell: {entity: account, when: {fall.health: {gte: 0.2}}}
"""


def events(seed: int, first: date, days: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)  # noqa: S311 - no secret
    begin = datetime(first.year, first.month, first.day)
    return [
        {
            "event": chance.choice(["task", "task", "board", "login"]),
            "user_id": f"u{(user := chance.randrange(12))}",
            "account_id": "abc"[user % 3],
            "timestamp": begin + timedelta(days=chance.random() * days),
        }
        for _ in range(count)
    ]


def newcomers(first: date) -> list[dict[str, Any]]:
    """Users of an account of theirs, and one more of an old account: their keys lie between those of the others."""
    of_day = [(f"u{number}x", account) for number, account in enumerate(["d", "d", "b", "d"])]
    return [
        {"event": "task", "user_id": user, "account_id": account, "timestamp": datetime(first.year, first.month, day)}
        for user, account in of_day
        for day in range(first.day, first.day + 12)
    ]


def told(workspace: uptake.Workspace) -> dict[tuple[str, str], dict[date, int]]:
    """Score and account -> day -> hundredths of points."""
    found: dict[tuple[str, str], dict[date, int]] = {}
    for score in ("adoption", "health"):
        for account in "abcd":
            days: dict[date, int] = {}
            for held in workspace.score_history(score, account):
                for number in range((held.valid_to - held.valid_from).days):
                    days[held.valid_from + timedelta(days=number)] = held.value
            found[score, account] = days
    return found


def test_every_day_is_as_if_it_were_asked(new_home: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of few days, some of which come before somebody does, and after later and late events."""
    monkeypatch.setattr(history, "READ", 200)  # sixteen days of twelve members
    monkeypatch.setattr(history, "MADE", 60)  # five
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(
            pa.Table.from_pylist([*events(1, date(2025, 1, 6), 60, 150), *newcomers(date(2025, 2, 10))]), "events"
        )
        workspace.bring_history_up()
        for number, more in enumerate(
            [events(2, date(2025, 3, 7), 12, 40), events(3, date(2025, 2, 20), 2, 6)]  # later ones, and late ones
        ):
            workspace.import_rows(pa.Table.from_pylist(more), "events")
            now = told(workspace)
            assert workspace.read(lambda cursor: history.is_current(cursor, workspace.plan)), number
        days = sorted(now["health", "a"])
        assert min(now["health", "d"]) == date(2025, 2, 10)
        for day in days[::7] + days[-3:]:
            for score in ("adoption", "health"):
                asked = {one.id: one.score for one in workspace.scores(score, entity="account", as_of=day).everyone}
                for account, points in asked.items():
                    assert points is not None
                    assert now[score, account][day] == round(points * 100), (score, account, day)


def test_brought_up_to_date_it_is_as_if_made_at_once(new_home: Callable[..., Path]) -> None:
    """Every track of users and accounts, falls and placements with them, after later and late events."""
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events(1, date(2025, 1, 6), 60, 150)), "events")
        workspace.bring_history_up()
        for more in [
            events(2, date(2025, 3, 7), 3, 40),
            events(3, date(2025, 3, 8), 2, 6),
            events(4, date(2025, 3, 10), 9, 20),
        ]:
            workspace.import_rows(pa.Table.from_pylist(more), "events")
            workspace.bring_history_up()
        brought_up = spans_of(workspace)
        with workspace.projection.exclusively() as cursor:
            set_meta(cursor, history.MADE_BY, "")
        workspace.bring_history_up()
        assert brought_up == spans_of(workspace)
        assert {track for track, *_ in brought_up} > {"score.adoption", "placement.segment", "alert.fell"}


def spans_of(workspace: uptake.Workspace) -> list[tuple[object, ...]]:
    """All that is written down, in order."""
    return workspace.read(lambda cursor: cursor.execute("FROM history ORDER BY ALL").fetchall())


VALUES = st.lists(st.lists(st.integers(-1, 2), min_size=6, max_size=6), min_size=1, max_size=5)


@settings(max_examples=200)
@given(VALUES, st.sets(st.integers(1, 5)))
def test_spans_give_the_days_back(values: list[list[int]], cuts: set[int]) -> None:
    whole = np.array(values, dtype=np.int64)
    spans = Spans(1)
    edges = [0, *sorted(cuts), 6]
    ended = []
    for begin, end in zip(edges, edges[1:], strict=False):
        known = np.flatnonzero((whole[:, :end] != NOTHING).any(axis=1))  # who comes later only is not known yet
        spans.know(known)
        ended.append(spans.add(whole[None, known, begin:end]))
    again = np.full_like(whole, NOTHING)
    for one in [*ended, spans.end()]:
        for key, begins, ends, value in zip(one.key, one.begins, one.ends, one.values[0], strict=True):
            assert (again[key, begins:ends] == NOTHING).all()
            assert begins == 0 or whole[key, begins - 1] != value  # as long as they can be
            again[key, begins:ends] = value
    assert (again == whole).all()
