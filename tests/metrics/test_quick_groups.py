"""Groups told apart in memory are those of the rows, also where nothing happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from quick_world import A_FEW_DAYS, MEANS, ask_the_long_way, changing, grains, hold_equal, in_turn, workspace

import uptake
from uptake.metrics.catalogue import catalogue

__all__ = ["changing", "workspace"]  # fixtures

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


@pytest.mark.parametrize(
    ("name", "entity", "period"),
    in_turn(
        [name for name, entry in catalogue().items() if entry.metric.splits_totals], grains, [None, "day", "month"]
    ),
)
def test_groups_told_apart_in_memory_are_those_of_the_rows(
    changing: uptake.Workspace, name: str, entity: str, period: str
) -> None:
    for given in (*SPLITS, *(OF_USERS if entity != "account" else ())):
        # at the one end there is nobody may be left over, of those who started nobody, and few leave here
        leaves = name == "churn_kind" and (entity == "account" or period == "day")
        least = 1 if period and catalogue()[name].metric.is_snapshot and not leaves and name != "launch_adoption" else 0
        days = A_FEW_DAYS if period == "day" else {}
        hold_equal(changing, name, {**days, **given, "entity": entity, "period": period}, least)


@pytest.mark.parametrize(
    ("name", "given", "entity", "period"),
    in_turn(
        [
            ("lifecycle", {"output": "pulse", "as_of": "2026-04-10T13:00:00Z"}),
            ("active_users", {"window": "calendar", "as_of": "2026-04-10T13:00:00Z"}),
            ("active_users", {"active": "b", "window": "7"}),
            ("active_users", {"window": "calendar_cut", "date_from": "2026-02-11"}),
            ("lifecycle", {"active": "boards", "date_from": "2026-02-11"}),
            ("stickiness", {"short_days": 7, "smooth_days": 14, "weekends": False}),
            ("stickiness", {"active": "b", "date_from": "2026-02-11"}),
            ("stickiness", {"output": "power", "window_days": "calendar"}),
            ("stickiness", {"output": "power", "interval": "month", "intervals": 3, "active": "boards"}),
            ("funnel", {"steps": ["a", "b"], "window_days": 3, "hold": "account", "as_of": "2026-04-10T13:00:00Z"}),
            ("funnel", {"steps": ["a", "b"], "window_days": 3, "count": "totals", "date_from": "2026-02-11"}),
            ("funnel", {"steps": ["a", "b"], "window_days": 3, "output": "drivers", "least_n": 3}),
            ("paths", {"gap_minutes": 6_000, "output": "sequences", "most": 3, "date_from": "2026-02-11"}),
            ("sessions_per_week", {"beside": "tasks", "window_days": 9}),
            ("consistency", {"beside": "tasks", "intervals": 3, "interval_days": 5, "among": "present"}),
            ("labouring", {"least_minutes": 0, "sentiment_days": 60, "window_days": 40}),
            ("feature_discovery_lag", {"unit": "sessions", "as_of": "2026-04-10T13:00:00Z"}),
            ("time_to_first_value", {"left": "censored", "as_of": "2026-04-10T13:00:00Z"}),
            ("tickets_per_100_users", {"window_days": 9, "as_of": "2026-04-10T13:00:00Z"}),
            ("tickets_per_100_users", {"window_days": 9, "per": "product"}),
            ("cohort_comparison", {"cohort": "red", "against": "blue", "at": 2, "as_of": "2026-04-10T13:00:00Z"}),
            ("cohort_comparison", {"cohort": "red", "against": "(none)", "criterion": "on_or_after", "returns": "b"}),
        ],
        grains,
        ["day", "week", "month"],
    ),
)
def test_groups_told_apart_under_other_parameters_are_those_of_the_rows(
    changing: uptake.Workspace, name: str, given: dict[str, Any], entity: str, period: str
) -> None:
    hold_equal(changing, name, {"by": ["account.team", "account.plan"], **given, "entity": entity, "period": period})


@pytest.mark.parametrize("per", ["feature", "product"])
def test_tickets_of_one_window_are_counted_as_from_rows(changing: uptake.Workspace, per: str) -> None:
    hold_equal(changing, "tickets_per_100_users", {"entity": "account", "per": per, "by": ["account.team"]})


@pytest.mark.parametrize("more", [{}, {"by": ["account.team"], "clock": "exposure", "as_of": "2026-04-10T13:00:00Z"}])
@pytest.mark.parametrize("entity", ["user", "account", "member"])
def test_whom_a_campaign_reached_is_counted_as_from_rows(
    changing: uptake.Workspace, entity: str, more: dict[str, Any]
) -> None:
    """The few accounts have all got there when those are compared who have not."""
    asked = {"output": "campaign", "within_days": 20, "reached_by": 2, "entity": entity, **more}
    hold_equal(changing, "launch_adoption", asked, least=0 if entity == "account" else 1)


@pytest.mark.parametrize("more", [{}, {"by": ["account.team"], "output": "progress", "as_of": "2026-04-10T13:00:00Z"}])
@pytest.mark.parametrize("within_days", [3, 60])
def test_what_every_member_did_is_counted_as_from_rows(
    changing: uptake.Workspace, within_days: int, more: dict[str, Any]
) -> None:
    asked = {"entity": "account", "who": "every", "within_days": within_days, "period": "month", **more}
    hold_equal(changing, "onboarding_completion", asked)


@pytest.mark.parametrize("more", [{}, {"output": "new", "as_of": "2026-04-10T13:00:00Z"}, {"by": ["account.team"]}])
@pytest.mark.parametrize("live_share", [0.0, 0.3])
def test_what_people_were_when_makes_parts_as_in_sql(
    changing: uptake.Workspace, live_share: float, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"entity": "account", "of": "user.role", "feature": "advanced", "live_share": live_share, "period": "week"}
    asked = {**given, **more}
    rows = changing.metric("spread", **asked).rows
    monkeypatch.setattr("uptake.metrics.spread._in_memory", lambda *_: None)
    assert sum(row["estimate"] or 0 for row in rows) > 0
    assert rows == [pytest.approx(row) for row in changing.metric("spread", **asked).rows]


def test_two_groups_differ_by_the_steps_of_their_rows(changing: uptake.Workspace) -> None:
    asked = {"by": ["account.plan"], "output": "difference", "groups": "Pro,Free", "gap_minutes": 6_000}
    hold_equal(changing, "paths", {**asked, "entity": "user"})


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


@pytest.mark.parametrize(("name", "entity", "period", "events"), in_turn(BY_NUMBERS, grains, [None, "month"], [0, 1]))
def test_where_nothing_happened_both_ways_say_so(
    tmp_path: Path, events: int, period: str | None, name: str, entity: str
) -> None:
    """One user is known; nobody did anything, or one thing that is no feature."""
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
