"""Quicker ways to an answer give the answer: aggregates, precomputed lives, and the rows they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import uptake
from uptake.metrics.catalogue import catalogue

PLAN = """
features:
  boards: {events: [a]}
  reports: {events: [b], adopted: {days: 3, within_days: 20}}
"""
ENTITIES = ("user", "account", "member")
PERIODS = (None, "day", "week", "month")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uptake.Workspace]:
    """Eighty users in seven accounts over 150 days, one in ten events in a neighbouring account."""
    home: Path = tmp_path_factory.mktemp("quick")
    uptake.init(home, {"plan.yml": PLAN})
    random = np.random.default_rng(3)
    users = random.integers(0, 80, 4_000)
    strays = random.random(4_000) < 0.1
    seconds = random.beta(1, 2, 4_000) * 86_400 * 150
    begin = datetime(2026, 1, 1)
    events = pa.table(
        {
            "event": random.choice(["a", "b", "c"], 4_000),
            "user_id": [f"u{user}" for user in users],
            "account_id": [f"k{(user + stray) % 7}" for user, stray in zip(users, strays, strict=True)],
            "timestamp": [f"{begin + timedelta(seconds=int(second)):%Y-%m-%dT%H:%M:%SZ}" for second in seconds],
        }
    )
    with uptake.open(home) as opened:
        opened.import_events(events)
        yield opened


def ask_the_long_way(workspace: uptake.Workspace, name: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer made from the entity rows, with the quicker way taken out of the catalogue for a moment."""
    entry = catalogue()[name]
    quick = entry.metric
    object.__setattr__(entry, "metric", replace(quick, totals=None))
    try:
        return workspace.metric(name, **given).rows
    finally:
        object.__setattr__(entry, "metric", quick)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(("active_users", {"window": window}) for window in ("1", "7", "28", "calendar")),
        ("stickiness", {}),
        ("stickiness", {"weekends": False}),
        ("stickiness", {"short_days": 7, "long_days": 28, "smooth_days": 14}),
        ("stickiness", {"as_of": "2026-04-10"}),
    ],
)
def test_totals_equal_the_rows_they_stand_for(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str | None
) -> None:
    asked = {**given, "entity": entity, "period": period}
    rows = workspace.metric(name, **asked).rows
    expected = ask_the_long_way(workspace, name, asked)
    assert len(rows) == len(expected) > 0
    for row, other in zip(rows, expected, strict=True):
        assert row == pytest.approx(other, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("period", [None, "month"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_the_plans_adoption_rule_and_the_same_rule_as_parameters_agree(
    workspace: uptake.Workspace, entity: str, period: str | None
) -> None:
    by_plan = workspace.metric("feature_adoption", entity=entity, period=period).rows
    by_hand = workspace.metric("feature_adoption", entity=entity, period=period, days=3, within_days=20).rows
    assert [row for row in by_plan if row["feature"] == "reports"] == [
        row for row in by_hand if row["feature"] == "reports"
    ]
