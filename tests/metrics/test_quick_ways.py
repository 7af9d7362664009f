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
from uptake.facts import entity_days
from uptake.facts.day_order import Everyone, Numbered, Successions
from uptake.metrics.asking.recheck import differences
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.columnar import columnar
from uptake.metrics.parts import span_counts
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

PLAN = """
product: {timezone: Europe/Berlin}
features:
  boards: {events: [a]}
  reports: {events: [b], adopted: {days: 3, within_days: 20}, launched_on: 2026-02-10}
  exports: {events: [c], eligible: {account.plan: Pro}}
  unused: {events: [nothing]}
  editing: {events: [a], tag: advanced, module: work}
  sharing: {events: [c], tag: advanced, module: work}
  looking: {events: [b], tag: advanced, module: news}
onboarding:
  within_days: 12
  steps:
    - {name: first, event: a}
    - {name: second, event: b, at_least: 2}
    - {name: third, event: c, required: false}
value_moments: {exported: {event: c, at_least: 2, eligible: {account.plan: Pro}}}
tasks: {work: {start: a, complete: b, error: c, within_minutes: 9000}}
labouring: {least_minutes: 1, least_tries: 2}
"""
ENTITIES = ("user", "account", "member")
MEANS = ("active_days_per_week", "frequency", "consistency", "features_used", "breadth")
PERIODS = (None, "day", "week", "month")
A_FEW_DAYS = {"date_from": "2026-03-20", "date_to": "2026-04-08"}
"""What is counted every day is counted of these, for the tests' sake; the clock changes among them."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uptake.Workspace]:
    """Eighty users in seven accounts over 150 days, one in ten events in a neighbouring account.

    Half of them, and the accounts, say when they were created, some of those after their first events; two accounts churn, some
    users say how content they are with a feature, and the clock changes on the way.
    """
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
    created = [begin + timedelta(days=float(days)) for days in random.uniform(0, 120, 40)]
    people = pa.table({"user_id": [f"u{user}" for user in range(40)], "created_at": created})
    customers = pa.table(
        {
            "account_id": [f"k{account}" for account in range(7)],
            "created_at": created[:7],
            "plan": ["Free", "Pro"] * 3 + ["Free"],
            "name": ["Delta", None, "alpha", "Ömega", "Delta", None, "beta"],
            "churned_on": [None, None, begin + timedelta(days=90.3), None, begin + timedelta(days=120), None, None],
        }
    )
    answers = pa.table(
        {
            "user_id": [f"u{user}" for user in range(60)],
            "account_id": [f"k{user % 7}" for user in range(60)],
            "survey": ["ces", "csat", "nps"] * 20,
            "score": [1.0, 4.0, 5.0, 2.0, 4.5] * 12,
            "feature": ["boards", "reports", "boards", "exports"] * 15,
            "feedback_at": [begin + timedelta(days=float(days)) for days in random.uniform(20, 150, 60)],
        }
    )
    with uptake.open(home) as opened:
        opened.import_events(events)
        opened.import_rows(people, "users")
        opened.import_rows(customers, "accounts")
        assert opened.import_rows(answers, "feedback").rejected == 0
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
        *(("active_users", {"window": window}) for window in ("1", "7", "28", "calendar", "calendar_cut")),
        ("stickiness", {}),
        ("stickiness", {"weekends": False}),
        ("stickiness", {"short_days": 7, "long_days": 28, "smooth_days": 14}),
        ("stickiness", {"as_of": "2026-04-10"}),
        *(("stickiness", {"active": active, "as_of": "2026-04-10T13:00:00Z"}) for active in ("b", "boards")),
        ("stickiness", {"output": "power", "window_days": 9, "at_least": 2}),
        ("stickiness", {"output": "power", "active": "boards", "as_of": "2026-04-10T13:00:00Z"}),
        *(
            ("stickiness", {"output": "power", "interval": interval, "intervals": 4, "at_least": at_least, **given})
            for interval in ("week", "month")
            for at_least, given in (
                (1, {"as_of": "2026-04-10T13:00:00Z"}),
                (2, {"active": "b", "date_from": "2026-02-03"}),
            )
        ),
        ("feature_adoption", {}),
        ("feature_adoption", {"as_of": "2026-04-10T13:00:00Z", "days": 4, "within_days": 9}),
        *(("depth", {"feature": feature}) for feature in ("all", "exports")),
        ("depth", {"feature": "all", "window_days": 5, "least_days": 3, "as_of": "2026-02-10T13:00:00Z"}),
        ("adoption_decay", {}),
        ("adoption_decay", {"quiet_intervals": 1, "as_of": "2026-04-10T13:00:00Z"}),
        ("feature_discovery_lag", {}),
        ("feature_discovery_lag", {"as_of": "2026-03-10T13:00:00Z", "date_from": "2026-01-20"}),
        ("feature_discovery_lag", {"unit": "sessions", "as_of": "2026-03-10T13:00:00Z"}),
        ("time_to_first_value", {}),
        ("time_to_first_value", {"as_of": "2026-02-10T13:00:00Z", "date_from": "2026-01-20"}),
        ("lifecycle", {}),
        ("lifecycle", {"output": "pulse", "as_of": "2026-04-10T13:00:00Z"}),
        ("lifecycle", {"active": "a", "output": "pulse"}),
        ("lifecycle", {"active": "boards", "as_of": "2026-04-10T13:00:00Z"}),
        *(("frequency_classes", given) for given in ({}, {"active": "b", "classes": "some:2,none:0"})),
        ("frequency_classes", {"as_of": "2026-04-10T13:00:00Z"}),
        ("adoption_rate", {"interval_days": 9, "active_days": 5}),
        ("adoption_rate", {"as_of": "2026-02-10T13:00:00Z"}),
        *(
            (name, given)
            for name in MEANS
            for given in ({}, {"as_of": "2026-02-10T13:00:00Z", "date_from": "2026-01-05"})
        ),
        ("active_days_per_week", {"active": "b", "window_days": 9}),
        ("frequency", {"interval_days": 3, "window_days": 5}),
        ("consistency", {"interval_days": 2, "intervals": 20}),
        ("sessions_per_week", {}),
        ("sessions_per_week", {"as_of": "2026-04-10T13:00:00Z", "window_days": 60}),
        ("sessions_per_week", {"beside": "tasks"}),
        ("consistency", {"beside": "tasks", "interval_days": 5, "as_of": "2026-04-10T13:00:00Z"}),
        ("session_duration", {}),
        ("session_duration", {"beside": "nothing"}),
        ("session_duration", {"as_of": "2026-04-10T13:00:00Z", "window_days": 60}),
        ("engagement_matrix", {}),
        ("engagement_matrix", {"x": "users", "window_days": 3, "as_of": "2026-04-10T13:00:00Z"}),
        ("engagement_matrix", {"y": "uses", "feature": "core"}),
        ("task_success", {"start": "a", "complete": "b", "within_minutes": 9_000}),
        (
            "task_success",
            {"start": "a", "complete": "a", "error": "c", "within_minutes": 6_000, "as_of": "2026-04-10T13:00:00Z"},
        ),
        ("product_engagement_score", {}),
        ("product_engagement_score", {"window_days": 9, "short_days": 3, "as_of": "2026-04-10T13:00:00Z"}),
        ("onboarding_completion", {}),
        ("onboarding_completion", {"within_days": 40, "as_of": "2026-02-10T13:00:00Z"}),
        ("funnel", {"steps": ["a", "b", "c"], "window_days": 4, "as_of": "2026-04-10T13:00:00Z"}),
        ("funnel", {"steps": ["a", "b", "c"], "window_days": 4, "count": "totals", "date_from": "2026-02-03"}),
        ("paths", {}),
        ("paths", {"gap_minutes": 6_000, "depth": 3, "most": 1, "as_of": "2026-04-10T13:00:00Z"}),
        ("paths", {"gap_minutes": 600, "before": "c", "date_from": "2026-02-03", "date_to": "2026-03-20"}),
        ("paths", {"gap_minutes": 600, "after": "a", "before": "c", "outcome": "dropped"}),
    ],
)
def test_totals_equal_the_rows_they_stand_for(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str | None
) -> None:
    days = A_FEW_DAYS if period == "day" and "as_of" not in given else {}
    hold_equal(workspace, name, {**days, **given, "entity": entity, "period": period})


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("more", [{}, {"where": "account.plan=Pro"}, {"by": "account.plan"}])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("lifecycle", {}),
        ("stickiness", {}),
        ("stickiness", {"output": "power", "window_days": 3}),
        ("stickiness", {"output": "power", "interval": "week", "intervals": 3}),
    ],
)
def test_of_what_nobody_did_the_quick_answer_is_the_long_one(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], more: dict[str, Any], period: str | None
) -> None:
    hold_equal(workspace, name, {"active": "unused", **given, **more, "period": period}, least=0)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("active_users", {"window": "calendar"}),
        ("lifecycle", {}),
        ("lifecycle", {"active": "boards"}),
        ("stickiness", {}),
        ("stickiness", {"active": "a"}),
        ("stickiness", {"output": "power", "active": "a", "interval": "week", "at_least": 2}),
        ("feature_adoption", {}),
        ("adoption_decay", {}),
        ("feature_discovery_lag", {}),
        ("depth", {"feature": "all"}),
        ("consistency", {}),
        ("breadth", {}),
        ("onboarding_completion", {}),
        ("retention", {"mode": "calendar", "units": 6}),
        ("retention", {"mode": "rolling", "units": 6, "as_of": "2026-04-10T13:00:00Z"}),
    ],
)
@pytest.mark.parametrize("entity", ENTITIES)
def test_totals_equal_the_rows_in_another_zone_by_other_weeks_beside_an_earlier_window(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], entity: str
) -> None:
    """New York sets its clocks three weeks before Berlin, whose days the facts at hand are of."""
    also = {"timezone": "America/New_York", "week_start": "sunday", "period": "week"}
    window = {"date_from": "2026-03-04", "date_to": "2026-04-08", "compare": "previous_period"}
    hold_equal(workspace, name, {**given, **also, **window, "entity": entity})


@pytest.mark.parametrize("more", [{}, {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03"}])
@pytest.mark.parametrize("period", ["day", "week", "month"])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"x": "features_used", "x_split": 2, "y_split": 0.5, "window_days": 3},
        {"y": "seats_active", "x_split": "median", "y_split": "median"},
        {"x": "seats_adopted", "y": "depth"},
        {"x": "sessions_per_week", "y": "frequency"},
    ],
)
def test_a_map_of_many_periods_made_of_columns_is_the_one_made_of_rows(
    workspace: uptake.Workspace, given: dict[str, Any], period: str, more: dict[str, Any]
) -> None:
    hold_equal(workspace, "adoption_map", {"period": period, **given, **more})
    asked = workspace.metric("adoption_map", period=period, **given, **more)
    assert columnar(asked) is not None
    told = asked.to_arrow()
    assert told.to_pylist() == asked.rows
    assert told.schema == replace(asked, rows=asked.rows).to_arrow().schema


@pytest.mark.parametrize("more", [{}, {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03"}])
@pytest.mark.parametrize("period", [None, "week", "month"])
@pytest.mark.parametrize("output", ["live", "new"])
@pytest.mark.parametrize("of", ["features", "modules"])
def test_live_parts_of_accounts_followed_from_period_to_period_are_those_of_their_rows(
    workspace: uptake.Workspace, of: str, output: str, period: str | None, more: dict[str, Any]
) -> None:
    given = {"feature": "advanced", "live_share": 0.5, "of": of, "output": output, "period": period}
    hold_equal(workspace, "spread", {**given, **more})


@pytest.mark.parametrize(
    "more", [{}, {"as_of": "2026-04-10T13:00:00Z"}, {"date_from": "2026-01-20", "date_to": "2026-03-03"}]
)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"signals": "features", "first_days": 3, "inactive_days": 9, "outcome_days": 30},
        {"first_days": 20, "inactive_days": 2, "outcome_days": 22},
    ],
)
@pytest.mark.parametrize("entity", ["user", "account"])
def test_signals_of_leaving_counted_in_memory_are_those_counted_from_everyones_rows(
    workspace: uptake.Workspace, entity: str, given: dict[str, Any], more: dict[str, Any]
) -> None:
    hold_equal(workspace, "churn_signals", {"entity": entity, **given, **more})


@pytest.mark.parametrize("more", [{}, {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03", "period": "month"}])
@pytest.mark.parametrize("criterion", ["on", "on_or_after"])
@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter"])
@pytest.mark.parametrize("mode", ["calendar", "rolling"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_a_triangle_counted_as_it_is_read_equals_the_one_made_from_members(
    workspace: uptake.Workspace, entity: str, mode: str, unit: str, criterion: str, more: dict[str, Any]
) -> None:
    asked = {"entity": entity, "mode": mode, "unit": unit, "criterion": criterion, "units": 20, **more}
    hold_equal(workspace, "retention", asked)


@pytest.mark.parametrize("criterion", ["on", "on_or_after"])
@pytest.mark.parametrize("unit", ["day", "month"])
@pytest.mark.parametrize("mode", ["calendar", "rolling"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_triangles_of_groups_counted_as_they_are_read_equal_those_made_from_members(
    changing: uptake.Workspace, entity: str, mode: str, unit: str, criterion: str
) -> None:
    """Teams change, so that the one somebody started in counts."""
    asked = {"by": ["account.team", "account.plan"], "where": {"account.name": {"is_not": "Delta"}}, "units": 9}
    hold_equal(changing, "retention", {**asked, "entity": entity, "mode": mode, "unit": unit, "criterion": criterion})


RETURNS = [
    {"at_least": 3},
    {"reference": "previous"},
    {"reference": "previous", "criterion": "on_or_after"},
    {"criterion": "brackets", "brackets": [1, 3, 4]},
    {"unit_0": "cohort", "units": 5},
    {"returns": "boards"},
    {"returns": "b", "reference": "previous"},
    {"start": "a"},
    {"start": "a", "returns": "a", "criterion": "brackets"},
    {"start": "value:exported", "returns": "reports", "units": 4},
    {"start": "b", "returns": "c", "criterion": "on_or_after", "entry": "first_ever"},
    {"start": "b", "entry": "recurring", "units": 3},
    {"start": "b", "returns": "c", "entry": "recurring"},
    {"start": "b", "returns": "b", "entry": "every", "reference": "previous"},
    {"start": "nothing"},
]
"""Questions of retention beside those for shares of everybody who ever came back."""


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03", "period": "month"},
        {"timezone": "America/New_York", "week_start": "sunday", "date_to": "2026-04-08"},
    ],
)
@pytest.mark.parametrize("unit", ["day", "week", "month"])
@pytest.mark.parametrize("given", RETURNS)
@pytest.mark.parametrize("entity", ENTITIES)
def test_returns_that_are_flags_in_memory_equal_the_masks_of_members(
    workspace: uptake.Workspace, entity: str, given: dict[str, Any], unit: str, more: dict[str, Any]
) -> None:
    hold_equal(workspace, "retention", {"entity": entity, "unit": unit, **given, **more}, least=0)


@pytest.mark.parametrize("given", [{"at_least": 2}, {"reference": "previous"}, {"criterion": "brackets"}])
@pytest.mark.parametrize("unit", ["week", "month"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_returns_since_ones_own_start_that_are_flags_in_memory_equal_the_masks_of_members(
    workspace: uptake.Workspace, entity: str, unit: str, given: dict[str, Any]
) -> None:
    hold_equal(workspace, "retention", {"entity": entity, "mode": "rolling", "unit": unit, **given})


@pytest.mark.parametrize("given", RETURNS)
@pytest.mark.parametrize("entity", ENTITIES)
def test_returns_of_groups_that_are_flags_in_memory_equal_the_masks_of_members(
    changing: uptake.Workspace, entity: str, given: dict[str, Any]
) -> None:
    asked = {"by": ["account.team", "account.plan"], "where": {"account.name": {"is_not": "Delta"}}}
    hold_equal(changing, "retention", {**asked, "entity": entity, **given}, least=0)


def hold_equal(workspace: uptake.Workspace, name: str, asked: dict[str, Any], least: int = 1) -> None:
    """The quick answer is the long one, row by row."""
    rows = workspace.metric(name, **asked).rows
    expected = ask_the_long_way(workspace, name, asked)
    assert len(rows) == len(expected) >= least
    for row, other in zip(rows, expected, strict=True):
        # where all values are equal the interval has the width of the root of a rounding error
        assert row == pytest.approx(other, abs=1e-7, nan_ok=True)


@pytest.mark.parametrize("more", [{}, {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03"}])
@pytest.mark.parametrize("period", [None, "week", "month"])
@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("usage_interval", {"window_days": 30}),
        ("usage_interval", {"window_days": 30, "active": "b"}),
        ("frequency", {"window_days": 40, "interval_days": 5, "active": "boards"}),
        ("active_users", {"window": "usage_interval", "gap_days": 60}),
        ("active_days_per_week", {"among": "present"}),
        ("frequency", {"window_days": 40, "interval_days": 5}),
        ("consistency", {"intervals": 3, "interval_days": 5}),
        ("consistency", {"intervals": 4, "interval_days": "usage_interval", "among": "present"}),
        ("adoption_rate", {"interval_days": 9, "active_days": 5}),
        ("sessions_per_week", {"window_days": 15}),
        ("churn_kind", {"churned": "inactivity", "window_days": 4, "decay": 0.9}),
        ("churn_kind", {"churned": "inactivity", "window_days": 2, "output": "list"}),
        *(("spread", {"feature": "advanced", "live_share": 0.5, "of": of}) for of in ("features", "modules")),
        ("spread", {"feature": "advanced", "live_share": 0.1, "output": "new"}),
        ("features_used", {"window_days": 9}),
        ("breadth", {"window_days": 20}),
        *(
            ("adoption_velocity", {"criteria": {"event": "c", "at_least": 6}, "core_features": 1, "days": 2, **given})
            for given in (
                {"interval_days": 9, "intervals": 2},
                {"interval_days": 20, "intervals": 1},
                {"intervals": 52},
            )
        ),
        ("adoption_map", {}),
        ("adoption_map", {"x": "seats_adopted", "y": "depth", "window_days": 9}),
    ],
)
def test_what_is_worked_out_in_memory_is_what_its_sql_gives(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str | None, more: dict[str, Any]
) -> None:
    if entity not in catalogue()[name].metric.entities:
        pytest.skip("It has no meaning.")
    result = workspace.metric(name, **given, **more, entity=entity, period=period)
    assert result.rows or (name in ("churn_kind", "adoption_velocity") and entity == "account")
    assert differences(result, workspace.rows_of(result.sql)) == []


SPLITS: tuple[dict[str, Any], ...] = (
    {"by": "account.plan"},
    {"by": ["account.plan", "account.name"], "properties": "most_recent"},
    {"by": "account.name", "where": ["account.plan=Pro"]},
    {"where": {"account.name": {"is_not": "Delta"}}},
    {"by": "account.team", "where": {"account.seats": {"gte": 4}}},
    {"where": {"account.team": {"exists": False}}, "as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03"},
)
OF_USERS: tuple[dict[str, Any], ...] = (
    {"by": ["user.role", "account.plan"], "where": {"user.role": ["admin", "editor"]}},
    {"by": "user.role@most_recent", "where": {"user.created_at": {"lt": "2026-02-20"}}},
)


@pytest.fixture(scope="module")
def changing(workspace: uptake.Workspace) -> uptake.Workspace:
    """The same with attributes that change: teams and seats of accounts, and roles of users, some said never or late."""
    begin, random = datetime(2026, 1, 1), np.random.default_rng(8)
    days = [begin + timedelta(days=float(day)) for day in random.uniform(0, 150, 120)]
    accounts = pa.table(
        {
            "account_id": [f"k{number % 5}" for number in range(60)],
            "team": random.choice(["red", "blue", "(none)"], 60),
            "seats": random.integers(1, 9, 60),
            "valid_from": days[:60],
        }
    )
    users = pa.table(
        {
            "user_id": [f"u{number % 50}" for number in range(120)],
            "role": random.choice(["admin", "editor", "viewer"], 120),
            "valid_from": days,
        }
    )
    tickets = pa.table(
        {
            "ticket_id": [str(number) for number in range(120)],
            "user_id": [f"u{number % 50}" if number % 3 else None for number in range(120)],
            "account_id": [f"k{number % 50 % 7}" for number in range(120)],
            "feature": ["boards", "Reports", None, "exports"] * 30,
            "opened_at": days,
        }
    )
    workspace.import_rows(accounts, "accounts")
    workspace.import_rows(users, "users")
    assert workspace.import_rows(tickets, "tickets").rejected == 0
    return workspace


@pytest.mark.parametrize("period", [None, "day", "month"])
@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("name", [name for name, entry in catalogue().items() if entry.metric.splits_totals])
def test_groups_told_apart_in_memory_are_those_of_the_rows(
    changing: uptake.Workspace, name: str, entity: str, period: str
) -> None:
    if entity not in catalogue()[name].metric.entities:
        pytest.skip("It has no meaning.")
    for given in (*SPLITS, *(OF_USERS if entity != "account" else ())):
        # at the one end there is nobody may be left over, of those who started nobody, and few leave here
        leaves = name == "churn_kind" and (entity == "account" or period == "day")
        least = 1 if period and catalogue()[name].metric.is_snapshot and not leaves else 0
        days = A_FEW_DAYS if period == "day" else {}
        hold_equal(changing, name, {**days, **given, "entity": entity, "period": period}, least)


@pytest.mark.parametrize("period", ["day", "week", "month"])
@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("lifecycle", {"output": "pulse", "as_of": "2026-04-10T13:00:00Z"}),
        ("active_users", {"window": "calendar", "as_of": "2026-04-10T13:00:00Z"}),
        ("active_users", {"window": "calendar_cut", "date_from": "2026-02-11"}),
        ("lifecycle", {"active": "boards", "date_from": "2026-02-11"}),
        ("stickiness", {"short_days": 7, "smooth_days": 14, "weekends": False}),
        ("stickiness", {"active": "b", "date_from": "2026-02-11"}),
        ("stickiness", {"output": "power", "window_days": "calendar"}),
        ("stickiness", {"output": "power", "interval": "month", "intervals": 3, "active": "boards"}),
        ("funnel", {"steps": ["a", "b"], "window_days": 3, "hold": "account", "as_of": "2026-04-10T13:00:00Z"}),
        ("funnel", {"steps": ["a", "b"], "window_days": 3, "count": "totals", "date_from": "2026-02-11"}),
        ("sessions_per_week", {"beside": "tasks", "window_days": 9}),
        ("consistency", {"beside": "tasks", "intervals": 3, "interval_days": 5}),
        ("labouring", {"least_minutes": 0, "sentiment_days": 60, "window_days": 40}),
        ("feature_discovery_lag", {"unit": "sessions", "as_of": "2026-04-10T13:00:00Z"}),
        ("time_to_first_value", {"as_of": "2026-04-10T13:00:00Z"}),
        ("tickets_per_100_users", {"window_days": 9, "as_of": "2026-04-10T13:00:00Z"}),
    ],
)
def test_groups_told_apart_under_other_parameters_are_those_of_the_rows(
    changing: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str
) -> None:
    hold_equal(changing, name, {"by": ["account.team", "account.plan"], **given, "entity": entity, "period": period})


def test_keys_have_numbers_whether_they_are_listed_or_searched_for() -> None:
    """3, 5 and 9 are 0, 1 and 2; far apart they are searched for. Whoever is not known has none."""
    for far in (0, 2**40):
        everyone = Everyone(np.array([3, 5, 9], np.int64) + far)
        assert everyone.numbers(np.array([9, 3, 4, 5, 20, 9]) + far).tolist() == [2, 0, -1, 1, -1, 2]
    assert Everyone(np.empty(0, np.int64)).numbers(np.array([1])).tolist() == [-1]


def test_users_in_several_accounts_have_a_number_for_each() -> None:
    """Users 1 to 9 are in account 2, users 4 and 5 in account 7 as well: the lower half of a key does not tell them apart."""
    members = np.array([*(2 << 32 | user for user in range(1, 10)), 7 << 32 | 4, 7 << 32 | 5])
    asked = np.array([7 << 32 | 5, 2 << 32 | 5, 2 << 32 | 9, 7 << 32 | 9, 3 << 32 | 4, 2 << 32 | 4, 2 << 32 | 99])
    assert Everyone(members).numbers(asked).tolist() == [10, 4, 8, -1, -1, 3, -1]


def test_what_stands_for_no_value_is_what_was_asked_for(workspace: uptake.Workspace) -> None:
    """The same values are read twice, with something else for who has none: two and three."""
    values = "SELECT * FROM (VALUES (1, 10), (2, NULL), (4, 30)) said(entity_key, value)"
    everybody = "SELECT unnest([1, 2, 3, 4]) AS entity_key"

    def read(cursor: Cursor) -> list[list[int]]:
        facts = Numbered(cursor, Kept(), "UTC", everybody)
        return [facts.told(values, missing).tolist() for missing in (-1, 0)]

    assert workspace.read(read) == [[10, -1, -1, 30], [10, 0, 0, 30]]


BY_NUMBERS = (
    *MEANS,
    "sessions_per_week",
    "adoption_map",
    "churn_signals",
    "spread",
    "feature_discovery_lag",
    "time_to_first_value",
    "depth",
    "adoption_rate",
    "frequency_classes",
    "adoption_decay",
    "feature_adoption",
)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("name", BY_NUMBERS)
@pytest.mark.parametrize("period", [None, "month"])
@pytest.mark.parametrize("events", [0, 1])
def test_where_nothing_happened_both_ways_say_so(
    tmp_path: Path, events: int, period: str | None, name: str, entity: str
) -> None:
    """One user is known; nobody did anything, or one thing that is no feature."""
    if entity not in catalogue()[name].metric.entities:
        pytest.skip("It has no meaning.")
    home = uptake.init(
        tmp_path / "empty",
        {"plan.yml": "features: {boards: {events: [a], tag: core}}\nvalue_moments: {shared: {event: a}}"},
    )
    with uptake.open(home.folder) as opened:
        opened.import_rows(pa.table({"user_id": ["u1"], "account_id": ["k1"], "created_at": ["2026-01-01"]}), "users")
        opened.import_events(
            pa.table({"user_id": ["u1"], "event": ["z"], "timestamp": ["2026-03-01T10:00:00Z"]}).slice(0, events)
        )
        asked = {"entity": entity, "period": period, "date_from": "2026-02-01", "as_of": "2026-04-01"}
        assert opened.metric(name, **asked).rows == ask_the_long_way(opened, name, asked)


def test_who_could_use_a_feature_now_and_then_has_a_span_for_each_time() -> None:
    """Over four periods: 0 never could, 1 from the second on, 2 in the first and the last, 3 all the time, 4 once."""
    could = np.array([[0, 0, 1, 1, 0], [0, 1, 0, 1, 1], [0, 1, 0, 1, 0], [0, 1, 1, 1, 0]], bool)
    first, second = span_counts.spans_of(iter(could), 5, 4)
    assert first.begins.tolist() == [4, 1, 0, 0, 1]
    assert first.ends.tolist() == [4, 4, 1, 4, 2]
    assert (second.begins.tolist(), second.ends.tolist()) == ([4, 4, 3, 4, 4], [4, 4, 4, 4, 4])


def test_who_changes_groups_has_a_span_in_each() -> None:
    """Over four periods: 0 is in the first group all the time, 1 in the second, then the first, 2 left out in between."""
    groups = np.array([[1, 2, 2], [1, 2, 0], [1, 1, 0], [1, 1, 2]], np.int8)
    first, second = span_counts.spans_of(iter(groups), 3, 4)
    assert (first.begins.tolist(), first.ends.tolist(), first.group.tolist()) == ([0, 0, 0], [4, 2, 1], [0, 1, 1])
    assert (second.begins.tolist(), second.ends.tolist(), second.group.tolist()) == ([4, 2, 3], [4, 4, 4], [0, 0, 1])


def test_days_are_in_the_same_order_where_keys_are_too_large_to_be_packed(
    workspace: uptake.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace.projection.reading() as cursor:
        sql = "SELECT user_key AS entity_key, day, bits, is_active FROM feature_set"
        packed = entity_days.read(cursor, Kept(), sql, "")
        monkeypatch.setattr(entity_days, "MOST_PACKED", 0)
        sorted_twice = entity_days.read(cursor, Kept(), sql, "")
        for name in ("entity", "day"):
            np.testing.assert_array_equal(getattr(packed, name), getattr(sorted_twice, name))
        for name in ("bits", "is_active"):
            np.testing.assert_array_equal(packed.values[name], sorted_twice.values[name])


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


def test_features_beyond_the_first_word_of_bits_are_counted(tmp_path: Path) -> None:
    """130 features, three words: u1 uses the first, the 65th and the last (by name), u2 a hidden one."""
    names = [f"f{number:03}" for number in range(130)]
    lines = [f"  {name}: {{events: [{name}]}}" for name in names]
    lines[3] = "  f003: {events: [f003], tag: hidden}"
    home = uptake.init(tmp_path / "many", {"plan.yml": "\n".join(["features:", *lines])})
    events = pa.table(
        {
            "user_id": ["u1", "u1", "u1", "u1", "u2"],
            "event": ["f000", "f000", "f064", "f129", "f003"],
            "timestamp": [f"2026-03-0{day}T10:00:00Z" for day in (1, 2, 2, 3, 3)],
        }
    )
    with uptake.open(home.folder) as workspace:
        workspace.import_events(events)
        assert workspace.rows_of("SELECT DISTINCT word FROM feature_set ORDER BY word") == [
            {"word": 0}, {"word": 1}, {"word": 2},
        ]  # fmt: skip
        used = workspace.metric("features_used").rows[0]
        assert (used["n"], used["estimate"]) == (2, 1.5)
        assert workspace.metric("breadth").rows[0]["estimate"] == pytest.approx(3 / 129 / 2)


def test_what_everybody_was_is_looked_up_once_between_two_changes() -> None:
    """1 is red from the 2nd to the 5th; 3 is blue from the 4th on. A day begins what it says and ends what was before."""
    days = [np.datetime64(f"2026-01-0{day}", "us") for day in (2, 4, 5)]
    spans = Successions(
        np.array([0, 0, 1, 1, 2], np.int32),
        np.array([1, 3], np.int32),
        np.array([days[0], days[1]]),
        np.array([days[2], np.datetime64("9999-12-31", "us")]),
        np.array([7, 8]),
        np.array([*days, np.datetime64("9999-12-31", "us")]),
    )
    moment = np.timedelta64(1, "us")
    assert spans.just_before(days[0], 0).tolist() == [0, 0, 0, 0]
    assert spans.just_before(days[0] + moment, 0).tolist() == [0, 7, 0, 0]
    assert spans.just_before(days[2], 0).tolist() == [0, 7, 0, 8]
    assert spans.just_before(days[2] + moment, 0).tolist() == [0, 0, 0, 8]
    stretches = [spans.stretch(at) for day in days for at in (day, day + moment)]
    assert stretches == [0, 1, 1, 2, 2, 3]
    who = np.array([1, 1, 3, 0, -1], np.int32)
    at = np.array([days[2], days[2] + moment, days[2], days[2], days[2]])
    assert spans.just_before_each(who, at, 0).tolist() == [7, 0, 8, 0, 0]
