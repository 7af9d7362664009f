"""What goes with leaving: told from the first days alone, judged much later; nothing leaks from one to the other."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from money_world import Filled, filled, subscription

import uptake
from uptake.errors import QuestionError
from uptake.metrics.asking.recheck import differences
from uptake.stats.difference import difference_of_shares
from uptake.stats.proportion import wilson

__all__ = ["filled"]  # a fixture
pytestmark = pytest.mark.usefixtures("one_thread")

FIRST = date(2025, 3, 3)
ASKED: dict[str, Any] = {"first_days": 7, "inactive_days": 14, "outcome_days": 30, "as_of": "2025-06-30"}


def event(user: str, name: str, day: int) -> dict[str, str]:
    return {"user_id": user, "account_id": f"of {user}", "event": name,
            "timestamp": f"{FIRST + timedelta(days=day)}T12:00:00Z"}  # fmt: skip


EVENTS = [
    # stays: active on day 20, of 16 to 29
    event("stays", "task", 0), event("stays", "invite", 3), event("stays", "task", 20),
    # leaves: silent from day 8 on; exports on day 7, which is after the first days
    event("leaves", "task", 0), event("leaves", "export", 7), event("leaves", "cancel", 8),
    # comes back on day 30, after it was judged
    event("comes back", "task", 0), event("comes back", "import", 6), event("comes back", "task", 30),
    # only started: not watched for thirty days
    event("new", "task", 110), event("new", "invite", 111),
    # never active in the first days
    event("asleep", "login", 0), event("asleep", "task", 10),
]  # fmt: skip


@pytest.fixture
def told(workspace: uptake.Workspace) -> uptake.Workspace:
    workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
    return workspace


def shares(workspace: uptake.Workspace, **more: Any) -> dict[str, tuple[int, int, int, int]]:
    found = workspace.metric("churn_signals", **{**ASKED, **more})
    assert "Observational" in found.notes[-1]
    return {row["signal"]: (row["did_left"], row["n_left"], row["did_stayed"], row["n_stayed"]) for row in found.rows}


def test_only_the_first_days_tell_and_only_who_was_alive_and_watched_is_judged(told: uptake.Workspace) -> None:
    """`leaves` and `comes back` left, `stays` stayed. The export on day 7 and the cancellation on day 8 are no signals."""
    assert shares(told) == {"task": (2, 2, 1, 1), "import": (1, 2, 0, 1), "invite": (0, 2, 1, 1)}


def test_the_marker_is_the_label_and_no_signal(told: uptake.Workspace) -> None:
    assert shares(told, marker="cancel", first_days=8) == {
        "task": (1, 1, 2, 3), "export": (1, 1, 0, 3), "invite": (0, 1, 1, 3), "import": (0, 1, 1, 3),
        "login": (0, 1, 1, 3),
    }  # fmt: skip
    assert "cancel" not in shares(told, marker="cancel", first_days=9)  # and who cancelled by then is not judged


def test_a_silence_that_would_begin_in_the_first_days_is_refused(told: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="within the first days"):
        told.metric("churn_signals", first_days=10, inactive_days=30, outcome_days=39)
    with pytest.raises(QuestionError, match="Users have no contract"):
        told.metric("churn_signals", churned="contract")


def test_accounts_leave_by_contract(filled: Filled) -> None:
    contracts = [
        subscription("of stays", 10, "2025-03-01"),
        subscription("of leaves", 10, "2025-03-01", "2025-03-20"),
        subscription("of comes back", 10, "2025-03-01", "2025-03-05"),  # gone before the first days were over
    ]
    workspace = filled(contracts)
    workspace.import_rows(pa.Table.from_pylist(EVENTS), "events")
    assert shares(workspace, entity="account", churned="contract") == {"task": (1, 1, 1, 1), "invite": (0, 1, 1, 1)}


def test_the_sql_shown_gives_the_numbers(told: uptake.Workspace) -> None:
    for given in ({}, {"entity": "account"}, {"by": "account.id"}, {"marker": "cancel"}):
        found = told.metric("churn_signals", **ASKED, **given)
        assert found.rows
        assert differences(found, told.rows_of(found.sql)) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_same_by_reading_events_one_by_one(new_home: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    names, first, silent, judged = ["task", "invite", "report", "login"], 5, 10, 40
    rows = [
        event(f"u{user}", chance.choice(names), chance.randint(0, 20) + chance.choice([0, 0, 0, 3, 20, 60]))
        for user in range(40)
        for _ in range(chance.randint(1, 12))
    ]
    with uptake.open(new_home()) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        asked = {"first_days": first, "inactive_days": silent, "outcome_days": judged, "as_of": "2025-05-10"}
        found = {row["signal"]: row for row in workspace.metric("churn_signals", **asked).rows}
    last = (date(2025, 5, 10) - FIRST).days
    groups: dict[bool, list[set[str]]] = {True: [], False: []}
    for user in range(40):
        own = [(int((date.fromisoformat(row["timestamp"][:10]) - FIRST).days), row["event"]) for row in rows
               if row["user_id"] == f"u{user}"]  # fmt: skip
        begin = min(day for day, _ in own)
        since = [(day - begin, name) for day, name in own]
        active = {day for day, name in since if name != "login"}
        if begin + judged - 1 > last or not any(max(first - silent, 0) <= day < first for day in active):
            continue
        has_left = not any(judged - silent <= day < judged for day in active)
        groups[has_left].append({name for day, name in since if day < first})
    for name in names:
        counts = [(sum(name in did for did in groups[side]), len(groups[side])) for side in (True, False)]
        if not any(did for did, _ in counts):
            assert name not in found
            continue
        row = found[name]
        assert [(row["did_left"], row["n_left"]), (row["did_stayed"], row["n_stayed"])] == counts
        assert row["estimate"] == pytest.approx(difference_of_shares(*(wilson(*count) for count in counts)).estimate)
