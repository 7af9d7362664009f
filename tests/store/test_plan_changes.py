"""A plan that changes: the facts follow, and equal those of a workspace that had it from the beginning."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from snapshot import Contents, answers, assert_equal, assert_same_answers, contents

import uptake
from uptake.errors import PlanError

pytestmark = pytest.mark.usefixtures("one_thread")

PLAN = """
product: {timezone: UTC}
features: {tasks: {events: [task]}, reports: {events: [report]}}
activation: {user: {event: task, at_least: 2}}
value_moments: {b: {event: report}, a: {event: task, at_least: 3}}
"""
CHANGES = {
    "another time zone": ("timezone: UTC", "timezone: Pacific/Auckland"),
    "another first day of the week": ("timezone: UTC", "timezone: UTC, week_start: sunday"),
    "another session gap": ("timezone: UTC", "timezone: UTC, session_gap_minutes: 90"),
    "another feature": ("reports: {events: [report]}", "reports: {events: [report, login]}"),
    "a feature less": (", reports: {events: [report]}", ""),
    "a quantity": ("{events: [report]}", "{events: [report], quantity: amount}"),
    "another title": ("{events: [report]}", "{events: [report], title: Other, tag: advanced}"),
    "what active means": ("product:", "active: [report]\nproduct:"),
    "another order of value moments": (
        "{b: {event: report}, a: {event: task, at_least: 3}}",
        "{a: {event: task, at_least: 3}, b: {event: report}}",
    ),
    "another activation": ("at_least: 2", "at_least: 4"),
    "another start of life": ("product:", "start: {user: [{event: report}]}\nproduct:"),
}
PERSONAL = {"meta", "seen", "users"}
"""What every workspace has of its own: random salts and when rows were received. (`users` is also the raw rows.)"""


def fill(workspace: uptake.Workspace) -> None:
    rows = range(120)
    events = {
        "event": [("task", "report", "login", "task")[row % 4] for row in rows],
        "user_id": [f"u{row % 7}" for row in rows],
        "account_id": [(None, "a", "b")[row % 3] for row in rows],
        "timestamp": [f"2025-03-{row % 31 + 1:02}T{row * 5 % 24:02}:{row % 60:02}:00Z" for row in rows],
        "amount": [str(row) for row in rows],
    }
    workspace.import_rows(pa.table(events), "events")
    since = ["2025-03-01T00:00:00Z", "2025-03-02T00:00:00Z"]  # bare dates would begin in the zone of their import
    users = {"user_id": ["u1", "u2"], "account_id": ["a", "b"], "valid_from": since, "n": ["1", "2"]}
    workspace.import_rows(pa.table(users), "users")


def comparable(found: Contents) -> Contents:
    return {table: rows for table, rows in found.items() if table not in PERSONAL}


@pytest.fixture(scope="module")
def original(new_home: Callable[..., Path]) -> Path:
    """A closed workspace with rows, made under the plan before it changes."""
    with uptake.open(new_home(PLAN)) as workspace:
        fill(workspace)
    return workspace.home.folder


@pytest.fixture
def filled(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "home"))


def fresh_copy(plan: str, folder: Path) -> uptake.Workspace:
    """A workspace that had the plan from the beginning."""
    uptake.init(folder, {"plan.yml": plan})
    workspace = uptake.open(folder)
    fill(workspace)
    return workspace


@pytest.mark.parametrize("change", CHANGES)
def test_facts_follow_the_plan(filled: Path, tmp_path: Path, change: str) -> None:
    assert CHANGES[change][0] in PLAN
    changed = PLAN.replace(*CHANGES[change])
    with fresh_copy(changed, tmp_path / "fresh") as fresh, uptake.open(filled) as workspace:
        (workspace.home.plan / "plan.yml").write_text(changed)
        workspace.reload_plan()
        assert_equal(comparable(contents(workspace)), comparable(contents(fresh)))
        assert_same_answers(answers(workspace), answers(fresh))
        calendar = "SELECT md5(string_agg(c::VARCHAR, ' ' ORDER BY day)) AS calendar FROM calendar c"
        assert workspace.rows_of(calendar) == fresh.rows_of(calendar)


def test_a_plan_changed_while_the_workspace_was_closed_counts_when_it_opens(filled: Path, tmp_path: Path) -> None:
    changed = PLAN.replace(*CHANGES["another time zone"])
    (filled / "plan" / "plan.yml").write_text(changed)
    with uptake.open(filled) as reopened, fresh_copy(changed, tmp_path / "fresh") as fresh:
        assert_equal(comparable(contents(reopened)), comparable(contents(fresh)))


def test_a_plan_that_cannot_be_read_changes_nothing(filled: Path) -> None:
    with uptake.open(filled) as workspace:
        before = answers(workspace)
        (workspace.home.plan / "plan.yml").write_text("product: {timezone: Nowhere}")
        with pytest.raises(PlanError):
            workspace.reload_plan()
        assert_same_answers(answers(workspace), before)
        assert workspace.plan.product.timezone == "UTC"
