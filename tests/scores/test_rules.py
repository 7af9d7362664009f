"""Rules of the plan, by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.errors import QuestionError
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.question import Question, begin_of
from uptake.plan import read_rule
from uptake.plan.problems import Problems
from uptake.scores.rules import holds
from uptake.signals.panel import Panel
from uptake.store.projection import Cursor

pytestmark = pytest.mark.usefixtures("one_thread")

FIRST, LAST = date(2025, 3, 29), date(2025, 3, 30)


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """a was active on the 30th, b on the 28th, c never; a is Pro with 12 seats, from the 30th on Free; b says nothing."""
    events = [
        {"event": "task", "user_id": "u", "account_id": "a", "timestamp": "2025-03-30T12:00:00Z"},
        {"event": "task", "user_id": "v", "account_id": "b", "timestamp": "2025-03-28T12:00:00Z"},
    ]
    accounts = [
        {"account_id": "a", "plan": "Pro", "seats": 12, "created_at": "2025-01-01", "valid_from": "2025-01-01"},
        {"account_id": "a", "plan": "Free", "valid_from": "2025-03-30"},
        {"account_id": "c", "plan": "Free", "created_at": "2025-01-01", "valid_from": "2025-01-01"},
    ]
    with uptake.open(new_home()) as made:
        made.import_rows(pa.Table.from_pylist(events), "events")
        made.import_rows(pa.Table.from_pylist(accounts), "accounts")
        yield made


def who(workspace: uptake.Workspace, rule: dict[str, Any]) -> list[str]:
    """For each of the two days the accounts, as one word."""

    def found(cursor: Cursor) -> list[str]:
        question = Question("rule", "account", {}, None, LAST, None, begin_of(LAST, "UTC"), LAST, "UTC", "monday")
        panel = Panel(Asked(question, workspace.plan, ACCOUNT, cursor, ""), FIRST, LAST)
        met = holds(panel, read_rule(rule))
        names = dict(cursor.execute("SELECT account_key, account_id FROM accounts").fetchall())
        return ["".join(sorted(names[int(key)] for key in panel.keys[met[:, day]])) for day in range(2)]

    return workspace.read(found)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"active_days": {"gte": 1}}, ["b", "ab"]),
        ({"days_since_active": {"lte": 1}}, ["b", "a"]),
        ({"days_since_active": {"exists": False}}, ["ac", "c"]),
        ({"account.plan": "Free"}, ["c", "ac"]),
        ({"account.plan": {"is_not": "Free"}}, ["ab", "b"]),
        ({"account.plan": {"exists": True}, "active_days": 0}, ["ac", "c"]),
        ({"account.seats": {"gte": 10}}, ["a", "a"]),
        (
            {"any": [{"account.seats": {"gt": 10}}, {"active_days": {"gt": 0}, "account.plan": {"exists": False}}]},
            ["ab", "ab"],
        ),
    ],
)
def test_rules(workspace: uptake.Workspace, rule: dict[str, Any], expected: list[str]) -> None:
    assert who(workspace, rule) == expected


def test_what_a_rule_cannot_ask_for(workspace: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match="no signal 'colour'"):
        who(workspace, {"colour": 1})
    with pytest.raises(QuestionError, match="is a number"):
        who(workspace, {"active_days": "many"})
    with pytest.raises(Problems):
        read_rule({"moon.phase": 1})
