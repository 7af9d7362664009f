"""Who qualifies, since when, and whether it goes with conversion, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake
from uptake.charts.words import SPACE
from uptake.errors import QuestionError

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
qualified:
  ready: {when: {active_days: {gte: 3}}, converts: [converted], within_days: 14}
"""


def days_of(account: str, *days: str) -> list[dict[str, Any]]:
    return [
        {"event": "task", "user_id": f"u{account}", "account_id": account, "timestamp": f"2025-{day}T12:00:00Z"}
        for day in days
    ]


def workspace_of(home: Path, several: int) -> uptake.Workspace:
    """As many accounts that came on 1, 2 and 3 March, so that they qualify on the 3rd, two days old, as came on the 1st only.

    15 of the former convert on the 10th and one on the 2nd, before it qualified; of the others 4 convert: three on the
    10th, one on the 18th, 15 days after the day on which it was two days old.
    """
    events = [row for number in range(several) for row in days_of(f"q{number}", "03-01", "03-02", "03-03")]
    events += [row for number in range(several) for row in days_of(f"n{number}", "03-01")]
    won = [(f"q{number}", "10") for number in range(15)] + [("q15", "02")]
    won += [(f"n{number}", "10") for number in range(3)] + [("n3", "18")]
    outcomes = [
        {"account_id": account, "outcome": "converted", "outcome_at": f"2025-03-{day}T12:00:00Z"}
        for account, day in won
    ]
    made = uptake.open(home)
    made.import_rows(pa.Table.from_pylist(events + days_of("z", "04-15")), "events")
    made.import_rows(pa.Table.from_pylist(outcomes), "outcomes")
    return made


def test_who_since_when_and_what_it_goes_with(new_home: Callable[..., Path]) -> None:
    """15 of 24 who qualified (q15 had converted before), 3 of 25 who had not: 62.5 % and 12 %, 50.5 % apart."""
    with workspace_of(new_home(PLAN), 25) as workspace:
        found = workspace.qualified(name="ready", as_of="2025-03-20")
        assert found.title == "Ready: 25 accounts"
        assert {row["since"] for row in found.rows} == {date(2025, 3, 3)}
        assert found.rows[0]["reasons"] == "Active days 3"
        note = found.notes[0].replace(SPACE, " ")
        assert "who qualified 62 % (n = 24" in note
        assert "same age 12 % (n = 25" in note
        assert "a difference of 50 %" in note or "a difference of 51 %" in note
        assert "Observational" in note
        assert workspace.qualified(name="ready", as_of="2025-03-02").rows == []
        (early,) = workspace.qualified(name="ready", as_of="2025-03-16").notes  # no window is over
        assert "20 more who qualified, 20 more who did not, 5 more conversions" in early


def test_too_few_are_said_so(new_home: Callable[..., Path]) -> None:
    with workspace_of(new_home(PLAN), 18) as workspace:
        (note,) = workspace.qualified(name="ready").notes
        assert note == (
            "Whether it goes with conversion cannot be told yet: 3 more who qualified, 2 more who did not are needed."
        )


def test_power_users_come_with_every_plan(new_home: Callable[..., Path]) -> None:
    """Half a year of every day and of the only feature; the other came once. A detractor is no advocate."""
    plan = "features: {tasks: {events: [task], tag: core}}"
    often = [f"{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 29)]
    events = [*days_of("a", *often), *days_of("b", *often), *days_of("c", "06-28")]
    feedback = [{"user_id": "ub", "account_id": "b", "survey": "nps", "score": 3, "feedback_at": "2025-06-01"}]
    with uptake.open(new_home(plan)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        workspace.import_rows(pa.Table.from_pylist(feedback), "feedback")
        found = workspace.qualified(name="power_users")
        assert [(row["entity"], row["id"]) for row in found.rows] == [("user", "ua")]
        assert "Breadth" in found.rows[0]["reasons"]
        assert "Tenure 179 days" in found.rows[0]["reasons"]
        assert found.notes == ()
        assert list(workspace.plan.all_qualified) == ["power_users", "references"]
        workspace.qualified(name="references")
        with pytest.raises(QuestionError, match="power_users, references"):
            workspace.qualified(name="x")
