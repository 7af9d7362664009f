"""In how many parts of an account a product is live, counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from scenario_answers import by, by_day

import uptake
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
features:
  boards: {events: [board], module: planning}
  tasks: {events: [task], module: planning}
  files: {events: [file], eligible: {user.team: Sales}}
"""
AS_OF = "2025-06-30"


def adopts(user: str, event: str, on: str, account: str = "a") -> list[dict[str, Any]]:
    begin = datetime.fromisoformat(on) + timedelta(hours=12)
    return [
        {"event": event, "user_id": user, "account_id": account, "timestamp": begin + timedelta(days=day)}
        for day in (0, 1)
    ]


@pytest.fixture(scope="module")
def teams(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Account a: four of Sales, of whom one adopted boards in February and another in May; one of two of Legal in May.

    Account b: one who is in no team adopted tasks. Account c: nobody did anything.
    """
    users: list[dict[str, Any]] = [{"user_id": f"s{n}", "account_id": "a", "team": "Sales"} for n in range(4)]
    users += [{"user_id": f"l{n}", "account_id": "a", "team": "Legal"} for n in range(2)]
    users += [{"user_id": "b0", "account_id": "b", "team": None}, {"user_id": "c0", "account_id": "c", "team": "Sales"}]
    events = [
        *adopts("s0", "board", "2025-02-03"), *adopts("s1", "board", "2025-05-05"), *adopts("l0", "board", "2025-05-06"),
        *adopts("s2", "file", "2025-05-07"), *adopts("b0", "task", "2025-05-05", "b"),
    ]  # fmt: skip
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(users), "users")
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        yield workspace


def of_account(workspace: uptake.Workspace, **asked: Any) -> dict[str, Any]:
    return by(workspace.metric("spread", by="account.id", **{"as_of": AS_OF, **asked}), "account.id")


def test_a_team_is_live_above_a_quarter(teams: uptake.Workspace) -> None:
    """Sales: three of four adopted something; Legal: one of two. In February one of four is not above a quarter."""
    assert of_account(teams, of="user.team") == {"a": 2, "b": 0, "c": 0}
    assert of_account(teams, of="user.team", as_of="2025-02-28") == {"a": 0, "b": 0, "c": 0}
    assert of_account(teams, of="user.team", live_share=0.2, as_of="2025-02-28") == {"a": 1, "b": 0, "c": 0}
    assert of_account(teams, of="team", live_share=0.5) == {"a": 1, "b": 0, "c": 0}


def test_a_use_case_is_live_among_those_who_can_use_it(teams: uptake.Workspace) -> None:
    """Boards: three of six. Tasks: none of six. Files: one of the four of Sales, not above a quarter. b: tasks."""
    assert of_account(teams) == {"a": 1, "b": 1, "c": 0}
    assert of_account(teams, live_share=0.2) == {"a": 2, "b": 1, "c": 0}
    assert of_account(teams, of="modules") == {"a": 1, "b": 1, "c": 0}
    assert of_account(teams, feature="files", live_share=0) == {"a": 1, "b": 0, "c": 0}


def test_new_ones_were_not_live_when_the_quarter_began(teams: uptake.Workspace) -> None:
    """Over three accounts: none in the first quarter; in the second Sales and Legal of a are new."""
    asked = {"of": "user.team", "period": "quarter", "date_from": "2025-01-01", "as_of": AS_OF}
    new = by_day(teams.metric("spread", output="new", **asked))
    live = by_day(teams.metric("spread", **asked))
    assert new == live == {"2025-01-01": 0, "2025-04-01": pytest.approx(2 / 3)}
    later = {**asked, "as_of": "2025-09-30"}
    assert by_day(teams.metric("spread", output="new", **later))["2025-07-01"] == 0
    assert by_day(teams.metric("spread", **later))["2025-07-01"] == pytest.approx(2 / 3)


def test_parts_are_of_users(teams: uptake.Workspace) -> None:
    with pytest.raises(QuestionError, match=r"There is no attribute 'colour'"):
        teams.metric("spread", of="colour")
    with pytest.raises(QuestionError, match=r"of is 'account\.id'"):
        teams.metric("spread", of="account.id")
