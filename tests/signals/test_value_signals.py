"""Value by hand: who could not reach it has not failed to, and how long it took is known when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from signal_world import by_id

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")

LAST = date(2025, 3, 30)
EVENTS = [
    ("quick", "a", "task", "2025-03-02T12:00"),
    ("quick", "a", "ship", "2025-03-04T12:00"),
    ("quick", "a", "ship", "2025-03-29T09:00"),
    ("idle", "a", "task", "2025-03-20T12:00"),
    ("early", "b", "task", "2025-03-20T12:00"),
    ("early", "b", "ship", "2025-03-21T12:00"),
    ("waits", "b", "task", "2025-03-20T12:00"),
]
"""User, account, event, when. `early` ships in b before b has an order to ship."""
ACCOUNTS: list[dict[str, Any]] = [
    {"account_id": "a", "created_at": "2025-03-01", "signed_on": "2025-03-02", "orders": 1, "valid_from": "2025-03-01"},
    {"account_id": "b", "created_at": "2025-03-01", "signed_on": "2025-03-25", "orders": 0, "valid_from": "2025-03-01"},
    {"account_id": "b", "created_at": None, "signed_on": None, "orders": 1, "valid_from": "2025-03-29"},
]
VALUE = "value_moments: {shipped: {event: ship, eligible: {account.orders: {gte: 1}}}}"
BESIDE = (
    "value_moments: {shipped: {event: ship, eligible: {account.orders: {gte: 1}}}, began: {event: task, at_least: 2}}"
)


def made(home: Path) -> uptake.Workspace:
    workspace = uptake.open(home)
    rows = [dict(zip(("user_id", "account_id", "event", "timestamp"), row, strict=True)) for row in EVENTS]
    workspace.import_rows(pa.Table.from_pylist(ACCOUNTS), "accounts")
    workspace.import_rows(pa.Table.from_pylist(rows), "events")
    return workspace


@pytest.fixture(scope="module")
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    with made(new_home(VALUE)) as workspace:
        yield workspace


def test_value_is_missing_for_whom_it_is_not_open_and_counted_from_the_day_it_is(workspace: uptake.Workspace) -> None:
    """b opens on the 29th. What `early` shipped before is in the window of that day, so it counts then."""
    assert by_id(workspace, "user", "value_reached", LAST, days=3) == {
        "quick": [1, 1, 1], "idle": [0, 0, 0], "early": [None, 1, 1], "waits": [None, 0, 0],
    }  # fmt: skip
    assert by_id(workspace, "user", "value_events", LAST, days=3, window_days=14) == {
        "quick": [0, 1, 1], "idle": [0, 0, 0], "early": [None, 1, 1], "waits": [None, 0, 0],
    }  # fmt: skip
    assert by_id(workspace, "account", "value_reached", LAST, days=3) == {"a": [0.5] * 3, "b": [None, 0.5, 0.5]}


def test_the_metric_leaves_them_out(workspace: uptake.Workspace) -> None:
    """Of quick and idle one of two; from the 29th on of four users two, of two accounts both."""
    asked = {
        "window_days": 28,
        "period": "day",
        "date_from": "2025-03-28",
        "date_to": "2025-03-29",
        "as_of": "2025-03-30",
    }
    for entity, n, of in (("user", [2, 4], [1, 2]), ("member", [2, 4], [1, 2]), ("account", [1, 2], [1, 2])):
        rows = workspace.metric("value_realisation", entity=entity, **asked).rows
        assert [row["n"] for row in rows] == n, entity
        assert [row["estimate"] * row["n"] for row in rows] == pytest.approx(of), entity


def test_adoption_is_asked_of_those_who_can_reach_value(workspace: uptake.Workspace) -> None:
    """quick shipped on the 4th, and on the 29th is active in two of four weeks. b opens on that day: of its users nothing is
    known before, and then that they have not adopted. Everybody was active in the four weeks.
    """
    told = {"quick": [0, 1, 1], "idle": [0, 0, 0], "early": [None, 0, 0], "waits": [None, 0, 0]}
    assert by_id(workspace, "user", "adopted", LAST, days=3) == told
    assert by_id(workspace, "account", "adopted", LAST, days=3) == {"a": [0, 0.5, 0.5], "b": [None, 0, 0]}
    assert by_id(workspace, "account", "seat_coverage", LAST, days=3) == {"a": [0, 0.5, 0.5], "b": [None, 0, 0]}
    asked = {"period": "day", "date_from": "2025-03-28", "date_to": "2025-03-29", "as_of": "2025-03-30"}
    for entity, n, estimates in (
        ("user", [2, 4], [0, 0.25]),
        ("member", [2, 4], [0, 0.25]),
        ("account", [1, 2], [0, 0.25]),
    ):
        rows = workspace.metric("adoption_rate", entity=entity, **asked).rows
        assert [row["n"] for row in rows if row["measure"] == "adopted"] == n, entity
        assert [row["estimate"] for row in rows if row["measure"] == "adopted"] == pytest.approx(estimates), entity
        everybody = 2 if entity == "account" else 4
        assert [row["n"] for row in rows if row["measure"] == "active"] == [everybody] * 2, entity


def test_another_moment_that_is_open_to_everybody_counts_for_everybody(new_home: Callable[..., Path]) -> None:
    """Nobody began twice: all have 0 there, and who could not ship has not shipped."""
    with made(new_home(BESIDE)) as workspace:
        assert by_id(workspace, "user", "value_reached", date(2025, 3, 28)) == {
            "quick": [1], "idle": [0], "early": [0], "waits": [0],
        }  # fmt: skip
        row = workspace.metric("value_realisation", window_days=28, as_of="2025-03-28").rows[0]
        assert (row["n"], row["estimate"]) == (4, 0.25)


def test_in_a_score_the_other_parts_carry_its_weight(workspace: uptake.Workspace) -> None:
    """waits on the 28th: value is told of and adds nothing; on the 29th it is 0, and that is below the peers."""
    told = {}
    for day in ("2025-03-28", "2025-03-29"):
        level = workspace.explain("adoption", "waits", entity="user", as_of=day).level
        assert level is not None
        told[day] = next((line.value, line.points) for line in level.lines if line.component == "value_reached")
    assert told["2025-03-28"] == (None, 0)
    assert told["2025-03-29"][0] == 0
    assert told["2025-03-29"][1] < 0


def test_time_to_first_value_is_known_when_it_is_over(workspace: uptake.Workspace) -> None:
    """quick began on the 2nd and shipped two days later to the hour. Lives of accounts begin with the signature here."""
    assert by_id(workspace, "user", "time_to_first_value", LAST) == {
        "quick": [2], "idle": [None], "early": [1], "waits": [None],
    }  # fmt: skip
    assert by_id(workspace, "account", "time_to_first_value", date(2025, 3, 5), days=3) == {
        "a": [None, 2.5, 2.5], "b": [None] * 3,
    }  # fmt: skip


def test_time_to_value_runs_from_the_signature(workspace: uptake.Workspace) -> None:
    """a signed on the 2nd at midnight: 2.5 days. b shipped four days before it signed: 0, known from the signature on."""
    assert by_id(workspace, "account", "time_to_value", LAST) == {"a": [2.5], "b": [0]}
    assert by_id(workspace, "account", "time_to_value", date(2025, 3, 25), days=2) == {"a": [2.5, 2.5], "b": [None, 0]}
    row = workspace.metric("time_to_value", as_of=LAST).rows[0]
    assert (row["n"], row["reached"], row["p25"], row["p75"]) == (2, 2, 0, 2.5 * 86_400)
