"""Targets: the straight line, the word for where a value is beside it, and which questions a target is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uptake
from uptake.metrics.core.result import Result
from uptake.plan import Plan, Target, parse
from uptake.reports.targets import TOLERANCE, Progress, of_metric, of_row, owner, pace, part_of_time, progress

START, DUE = date(2026, 1, 1), date(2026, 4, 11)
"""A hundred days."""


def target(baseline: float, wanted: float) -> Target:
    return Target(name="activation_rate", baseline=baseline, target=wanted, start=START, due=DUE)


@pytest.mark.parametrize(
    ("value", "day", "word"),
    [
        (0.50, 50, "on pace"),
        (0.529, 50, "on pace"),
        (0.56, 50, "ahead"),
        (0.44, 50, "behind"),
        (0.30, 50, "behind"),  # it went the other way
        (0.80, 50, "reached"),
        (0.79, 100, "on pace"),  # the due day itself still counts
        (0.79, 101, "missed"),
        (0.80, 101, "reached"),
        (0.30, -1, "not started"),
        (None, 50, "no value"),
    ],
)
def test_the_word_for_a_value(value: float | None, day: int, word: str) -> None:
    """From 0.2 to 0.8 in a hundred days: on day 50 the line is at 0.5, and 5 % of the way, 0.03, is still on pace."""
    assert pace(target(0.2, 0.8), value, START + timedelta(days=day)) == word


@given(
    baseline=st.floats(0, 10), wanted=st.floats(0, 10), value=st.floats(-5, 15), day=st.integers(0, 100)
)  # fmt: skip
def test_up_and_down_are_the_same_in_a_mirror(baseline: float, wanted: float, value: float, day: int) -> None:
    if abs(baseline - wanted) < 1e-6:
        return
    on = START + timedelta(days=day)
    assert pace(target(baseline, wanted), value, on) == pace(target(-baseline, -wanted), -value, on)
    straight = baseline + part_of_time(target(baseline, wanted), on) * (wanted - baseline)
    assert pace(target(baseline, wanted), straight, on) in ("on pace", "reached")
    assert 0 < TOLERANCE < 1


PLAN = """
product: {timezone: UTC}
activation: {user: {event: task, at_least: 2}}
targets:
  more: {metric: activation_rate, baseline: 0.2, target: 0.6, start: 2026-01-01, due: 2026-12-31, owner: Ada}
  quick: {metric: activation_rate, params: {within_days: 3}, baseline: 0.1, target: 0.3, start: 2026-01-01, due: 2026-12-31}
  active: {metric: adoption_rate, pick: {measure: active}, baseline: 0.1, target: 0.3, start: 2026-01-01, due: 2026-12-31}
  unknown: {metric: value_realisation, baseline: 0.1, target: 0.3, start: 2026-01-01, due: 2026-12-31}
owners: {activation_rate: Growth}
"""


@pytest.fixture
def workspace(new_home: Callable[..., Path]) -> Iterator[uptake.Workspace]:
    """Four users of early January; one does a second task on the next day, one on the fifth, and data goes on to May."""
    first = {"u1": ["2026-01-05", "2026-01-06"], "u2": ["2026-01-05", "2026-01-10"], "u3": ["2026-01-06"]}
    first |= {"u4": ["2026-01-07"], "late": ["2026-02-28"]}
    rows = [
        {"event": "task", "user_id": user, "timestamp": f"{day}T10:00:00Z"}
        for user, days in first.items()
        for day in days
    ]
    with uptake.open(new_home(PLAN)) as opened:
        opened.import_rows(pa.Table.from_pylist(rows), "events")
        yield opened


def came(workspace: uptake.Workspace, name: str) -> Progress:
    def ask(metric: str, asked: Any) -> Result:
        return workspace.metric(metric, **asked)

    return progress(workspace.plan.targets[name], workspace.plan, date(2026, 2, 28), ask)


def test_the_value_of_now_is_that_of_the_overview(workspace: uptake.Workspace) -> None:
    """Newcomers of the 90 days that ended a week ago: two of four were activated, within three days one of four."""
    more, quick = came(workspace, "more"), came(workspace, "quick")
    assert (more.value, quick.value) == (0.5, 0.25)
    assert more.progress == pytest.approx(0.75)
    assert more.expected == pytest.approx(0.2 + 0.4 * 58 / 364)
    assert (more.pace, more.owner, quick.owner) == ("ahead", "Ada", "Growth")


def test_what_the_plan_does_not_define_has_no_value_and_says_why(workspace: uptake.Workspace) -> None:
    found = came(workspace, "unknown")
    assert (found.value, found.pace) == (None, "no value")
    assert "value_moments" in found.problem


def test_a_row_can_be_picked(workspace: uptake.Workspace) -> None:
    assert came(workspace, "active").row == workspace.metric("adoption_rate", date_to="2026-02-28").rows[0]


def test_a_target_is_about_its_entity_and_parameters() -> None:
    plan = parse({"plan/plan.yml": PLAN})
    assert [one.name for one in of_metric(plan, "activation_rate", {})] == ["more"]
    assert [one.name for one in of_metric(plan, "activation_rate", {"within_days": 3})] == ["quick"]
    assert of_metric(plan, "activation_rate", {"entity": "account"}) == []
    assert of_row(plan, "adoption_rate", {}, {"measure": "adopted"}) is None
    picked = of_row(plan, "adoption_rate", {}, {"measure": "active"})
    assert picked is not None
    assert picked.name == "active"
    assert owner(Plan(), "activation_rate") == ""
