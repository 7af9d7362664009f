"""Quicker ways to an answer give the answer: aggregates, precomputed lives, and the rows they stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from quick_world import A_FEW_DAYS, ENTITIES, MEANS, PERIODS, grains, hold_equal, in_turn, workspace

import uptake
from uptake.metrics.asking.recheck import differences
from uptake.metrics.core.columnar import columnar

__all__ = ["workspace"]  # a fixture


@pytest.mark.parametrize(
    ("name", "given", "entity", "period"),
    in_turn(
        [
            *(("active_users", {"window": window}) for window in ("1", "7", "28", "calendar", "calendar_cut")),
            ("active_users", {"active": "b"}),
            ("active_users", {"active": "boards", "window": "calendar", "as_of": "2026-04-10T13:00:00Z"}),
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
            ("onboarding_completion", {"output": "progress", "within_days": 40, "as_of": "2026-03-10T13:00:00Z"}),
            ("feature_discovery_lag", {"left": "censored"}),
            ("feature_discovery_lag", {"left": "censored", "unit": "sessions", "as_of": "2026-04-10T13:00:00Z"}),
            ("time_to_first_value", {"left": "censored"}),
            ("launch_adoption", {}),
            ("launch_adoption", {"clock": "exposure", "as_of": "2026-04-10T13:00:00Z"}),
            ("funnel", {"steps": ["a", "b", "c"], "window_days": 4, "as_of": "2026-04-10T13:00:00Z"}),
            ("funnel", {"steps": ["a", "b", "c"], "window_days": 4, "count": "totals", "date_from": "2026-02-03"}),
            ("paths", {}),
            ("paths", {"gap_minutes": 6_000, "depth": 3, "most": 1, "as_of": "2026-04-10T13:00:00Z"}),
            ("paths", {"gap_minutes": 600, "before": "c", "date_from": "2026-02-03", "date_to": "2026-03-20"}),
            ("paths", {"gap_minutes": 600, "after": "a", "before": "c", "outcome": "dropped"}),
            ("paths", {"gap_minutes": 6_000, "depth": 20, "output": "sequences", "as_of": "2026-04-10T13:00:00Z"}),
            ("paths", {"gap_minutes": 600, "before": "c", "most": 3, "output": "sequences"}),
        ],
        grains,
        PERIODS,
    ),
)
def test_totals_equal_the_rows_they_stand_for(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str | None
) -> None:
    days = A_FEW_DAYS if period == "day" and "as_of" not in given else {}
    hold_equal(workspace, name, {**days, **given, "entity": entity, "period": period})


@pytest.mark.parametrize(
    ("name", "given", "more", "period"),
    in_turn(
        [
            ("lifecycle", {}),
            ("stickiness", {}),
            ("stickiness", {"output": "power", "window_days": 3}),
            ("stickiness", {"output": "power", "interval": "week", "intervals": 3}),
        ],
        [{}, {"where": "account.plan=Pro"}, {"by": "account.plan"}],
        PERIODS,
    ),
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


@pytest.mark.parametrize(
    ("given", "period", "more"),
    in_turn(
        [
            {},
            {"x": "features_used", "x_split": 2, "y_split": 0.5, "window_days": 3},
            {"y": "seats_active", "x_split": "median", "y_split": "median"},
            {"x": "seats_adopted", "y": "depth"},
            {"x": "depth", "y": "consistency"},
            {"x": "sessions_per_week", "y": "frequency"},
        ],
        ["day", "week", "month"],
        [{}, {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03"}],
    ),
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
    workspace: uptake.Workspace,
    of: str,
    output: str,
    period: str | None,
    more: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"feature": "advanced", "live_share": 0.5, "of": of, "output": output, "period": period}
    hold_equal(workspace, "spread", {**given, **more})
    rows = workspace.metric("spread", **given, **more).rows
    monkeypatch.setattr("uptake.metrics.spread._in_memory", lambda *_: None)
    assert rows == [pytest.approx(row) for row in workspace.metric("spread", **given, **more).rows]


@pytest.mark.parametrize(
    ("given", "entity", "more"),
    in_turn(
        [
            {},
            {"signals": "features", "first_days": 3, "inactive_days": 9, "outcome_days": 30},
            {"first_days": 20, "inactive_days": 2, "outcome_days": 22},
        ],
        ["user", "account"],
        [{}, {"as_of": "2026-04-10T13:00:00Z"}, {"date_from": "2026-01-20", "date_to": "2026-03-03"}],
    ),
)
def test_signals_of_leaving_counted_in_memory_are_those_counted_from_everyones_rows(
    workspace: uptake.Workspace, entity: str, given: dict[str, Any], more: dict[str, Any]
) -> None:
    hold_equal(workspace, "churn_signals", {"entity": entity, **given, **more})


@pytest.mark.parametrize("more", [{}, {"by": "account.plan", "first_days": 3, "as_of": "2026-04-10T13:00:00Z"}])
def test_who_left_by_a_marker_is_told_in_memory(workspace: uptake.Workspace, more: dict[str, Any]) -> None:
    # every account is marked at once
    hold_equal(workspace, "churn_signals", {"entity": "user", "marker": "c", **more})


@pytest.mark.parametrize(
    ("name", "given", "entity", "period", "more"),
    in_turn(
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
                (
                    "adoption_velocity",
                    {"criteria": {"event": "c", "at_least": 6}, "core_features": 1, "days": 2, **given},
                )
                for given in (
                    {"interval_days": 9, "intervals": 2},
                    {"interval_days": 20, "intervals": 1},
                    {"intervals": 52},
                )
            ),
            ("adoption_map", {}),
            ("adoption_map", {"x": "seats_adopted", "y": "depth", "window_days": 9}),
            ("adoption_map", {"x": "features_used", "y": "active_days_per_week"}),
        ],
        grains,
        [None, "week", "month"],
        [{}, {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03"}],
    ),
)
def test_what_is_worked_out_in_memory_is_what_its_sql_gives(
    workspace: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str | None, more: dict[str, Any]
) -> None:
    result = workspace.metric(name, **given, **more, entity=entity, period=period)
    assert result.rows or (name in ("churn_kind", "adoption_velocity") and entity == "account")
    assert differences(result, workspace.rows_of(result.sql)) == []


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
