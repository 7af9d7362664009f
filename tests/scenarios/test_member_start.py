"""When life in an account begins: with the first use there, or with the seat if the plan says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import uptake

PLAN = """
start: {{user: [created_at], member: {member}}}
value_moments: {{done: {{event: done}}}}
"""
DAY_S = 86_400


@pytest.mark.parametrize(
    ("member", "begins", "waits_s"),
    [("[membership]", 5, 7 * DAY_S), ("[seat, membership]", 10, 2 * DAY_S)],
)
def test_a_seat_moves_the_start_only_where_the_plan_says_so(
    new_home: Callable[..., Path], one_thread: None, member: str, begins: int, waits_s: int
) -> None:
    """Ann has a seat from 10 March on, uses the product from the 5th on and reaches value on the 12th at midnight."""
    with uptake.open(new_home(PLAN.format(member=member))) as workspace:
        workspace.import_rows(pa.table({"user_id": ["ann", "bob"], "created_at": ["2026-03-01"] * 2}), "users")
        workspace.import_rows(
            pa.table({"user_id": ["ann"], "account_id": ["acme"], "valid_from": ["2026-03-10"]}), "seats"
        )
        days = {"ann": (5, 12), "bob": (8, 15)}
        events = [
            {"user_id": user, "account_id": "acme", "event": event, "timestamp": f"2026-03-{day:02}T00:00:00Z"}
            for user, (first, value) in days.items()
            for event, day in (("look", first), ("done", value))
        ]
        workspace.import_rows(pa.Table.from_pylist(events), "events")
        found = workspace.metric(
            "time_to_first_value", entity="member", date_from=f"2026-03-{begins:02}", date_to=f"2026-03-{begins:02}"
        )
        (row,) = found.rows
        assert (row["n"], row["reached"], row["estimate"]) == (1, 1, waits_s)
