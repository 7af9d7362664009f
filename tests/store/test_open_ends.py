"""31 December 9999, the usual way to write that something has no end, is read as none; any other such year is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import uptake

OPEN = [
    "9999-12-31",
    "9999-12-31 00:00:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.9999999",
    "9999-12-31T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
]
NOT_OPEN = ["9999-12-30", "9999-12-30T23:59:59+14:00", "9999-01-01", "9998-12-31", "2200-01-01", "0001-01-01"]
SPANS: dict[str, dict[str, str]] = {
    "memberships": {"account_id": "a", "valid_from": "2025-01-01"},
    "seats": {"account_id": "a", "valid_from": "2025-01-01"},
    "subscriptions": {"account_id": "a", "mrr": "10", "started_on": "2025-01-01"},
}
END = {"memberships": "valid_to", "seats": "valid_to", "subscriptions": "ended_on"}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({column: [row[column] for row in rows] for column in rows[0]})


def spans(kind: str, ends: list[str]) -> pa.Table:
    """A row of the kind for each end, each of a user, or of a plan, of its own."""
    own = "plan" if kind == "subscriptions" else "user_id"
    return table([{**SPANS[kind], own: f"n{at}", END[kind]: end} for at, end in enumerate(ends)])


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("kind", SPANS)
def test_an_end_on_the_last_day_of_the_year_9999_is_no_end(new_home: Callable[..., Path], zone: str, kind: str) -> None:
    with uptake.open(new_home(f"product: {{timezone: {zone}}}")) as workspace:
        assert workspace.import_rows(spans(kind, OPEN), kind).reasons == ()
        ends = workspace.rows_of(f"SELECT count(*) AS n, count({END[kind]}) AS ended FROM raw.{kind}")
        assert ends == [{"n": len(OPEN), "ended": 0}]


@pytest.mark.parametrize("kind", SPANS)
def test_any_other_end_that_cannot_be_is_in_quarantine(workspace: uptake.Workspace, kind: str) -> None:
    summary = workspace.import_rows(spans(kind, NOT_OPEN), kind)
    assert (summary.stored, summary.rejected) == (0, len(NOT_OPEN))
    assert summary.reasons == ((kind, f"{END[kind]} is '...'; allowed 1971-01-01 to 2200-01-01", len(NOT_OPEN)),)


def test_a_row_with_an_open_end_is_the_row_without_an_end(workspace: uptake.Workspace) -> None:
    workspace.import_rows(spans("seats", ["9999-12-31"]), "seats")
    again = workspace.import_rows(spans("seats", [""]), "seats")
    assert (again.stored, again.known) == (0, 1)


def test_only_ends_are_open(workspace: uptake.Workspace) -> None:
    """A beginning in the year 9999 is a mistake, and so is a churn: an account that has not left has no such date."""
    never = {"valid_from": "9999-12-31"}
    assert workspace.import_rows(table([{"user_id": "u", "account_id": "a", **never}]), "memberships").rejected == 1
    assert workspace.import_rows(table([{"account_id": "a", "churned_on": "9999-12-31"}]), "accounts").rejected == 1
    row = {"account_id": "a", "mrr": "1", "started_on": "2025-01-01", "renewal_on": "9999-12-31"}
    assert workspace.import_rows(table([row]), "subscriptions").rejected == 1


def test_seats_without_an_end_are_held_whatever_comes(workspace: uptake.Workspace) -> None:
    workspace.import_rows(spans("seats", ["9999-12-31T23:59:59.999", ""]), "seats")
    rows = workspace.rows_of("SELECT user_key, valid_to::DATE::VARCHAR AS until FROM seat ORDER BY ALL")
    assert [row["until"] for row in rows] == ["9999-12-31", "9999-12-31"]
