"""The product engagement score: its components by hand, beside the metrics they come from, and by a plain count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_world import LAST, ZONES, Clock, Row, Told, active_days, histories, in_order, workspace_of

import uptake

pytestmark = pytest.mark.usefixtures("one_thread")
NewHome = Callable[..., Path]
PLAN = "features: {boards: {events: [board]}, files: {events: [file]}, more: {events: [other], tag: advanced}}"
END = date(2025, 3, 30)
ASKED: dict[str, Any] = {"window_days": 7, "as_of": END.isoformat()}


def events(user: str, name: str, *days: str) -> list[Row]:
    return [{"event": name, "user_id": user, "account_id": "a", "timestamp": f"2025-{day}T12:00:00"} for day in days]


@pytest.fixture(scope="module")
def asked(new_home: NewHome) -> Any:
    """The window is 24 to 30 March, the one before 17 to 23; `stays` comes in both, `back` and `new` only now."""
    rows = events("stays", "board", "03-01", "03-20", *(f"03-{day}" for day in range(24, 31)))
    rows += events("back", "board", "03-02", "03-30") + events("back", "file", "03-30")
    rows += events("gone", "board", "03-02", "03-18")
    rows += events("new", "board", "03-28")
    with uptake.open(new_home(PLAN)) as workspace:
        workspace.import_rows(pa.Table.from_pylist(rows), "events")
        yield workspace


def parts(workspace: uptake.Workspace, **given: Any) -> dict[str, Row]:
    return {row["component"]: row for row in workspace.metric("product_engagement_score", **given).rows}


def test_by_hand(asked: uptake.Workspace) -> None:
    """Adoption: 1/2, 2/2 and 1/2 of two core features. Growth: `back` and `new` came, `gone` went: 2/3."""
    found = parts(asked, **ASKED)
    assert list(found) == ["score", "adoption", "stickiness", "growth"]
    assert found["adoption"]["estimate"] == pytest.approx(2 / 3)
    assert [found["growth"][name] for name in ("n", "gained", "lost")] == [3, 2, 1]
    assert found["growth"]["estimate"] == pytest.approx(2 / 3)
    mean = (2 / 3 + found["stickiness"]["estimate"] + 2 / 3) / 3
    assert found["score"]["estimate"] == pytest.approx(mean)
    assert found["score"]["n"] == 3
    ends = [fmean(found[part][end] for part in list(found)[1:]) for end in ("ci_lower", "ci_upper")]
    assert [found["score"]["ci_lower"], found["score"]["ci_upper"]] == pytest.approx(ends)


def test_components_are_the_metrics(asked: uptake.Workspace) -> None:
    found = parts(asked, **ASKED)
    as_of = ASKED["as_of"]
    (breadth,) = asked.metric("breadth", window_days=7, as_of=as_of).rows
    (sticky,) = asked.metric("stickiness", short_days=1, long_days=7, smooth_days=30, as_of=as_of).rows
    for name in ("n", "estimate", "ci_lower", "ci_upper"):
        assert found["adoption"][name] == pytest.approx(breadth[name])
        assert found["stickiness"][name] == pytest.approx(sticky[name])


def test_growth_of_whole_weeks_is_that_of_the_lifecycle(asked: uptake.Workspace) -> None:
    weeks = {row["period_on"]: row for row in asked.metric("lifecycle", output="pulse", as_of=ASKED["as_of"]).rows}
    rows = asked.metric("product_engagement_score", period="week", **ASKED).rows
    growth = {row["period_on"]: row for row in rows if row["component"] == "growth"}
    assert date(2025, 3, 24) in growth
    for week, row in growth.items():
        assert [row["gained"], row["lost"]] == [weeks[week]["gained"], weeks[week]["lost"]]


def test_without_a_window_before_there_is_no_score(asked: uptake.Workspace) -> None:
    """Events begin on 1 March: on the 21st there are two windows of ten days, but not of eleven."""
    found = parts(asked, window_days=11, as_of="2025-03-21")
    assert found["score"]["estimate"] is None
    assert found["score"]["status"] == "not_eligible"
    assert parts(asked, window_days=10, as_of="2025-03-21")["score"]["estimate"] is not None


def test_without_core_features_it_says_what_to_add(new_home: NewHome) -> None:
    with uptake.open(new_home("features: {more: {events: [board], tag: advanced}}")) as workspace:
        workspace.import_rows(pa.Table.from_pylist(events("u", "board", "03-01", "03-20")), "events")
        result = workspace.metric("product_engagement_score", as_of="2025-03-20", window_days=7)
    assert any("core features" in note for note in result.notes)
    assert all(row["estimate"] is None for row in result.rows if row["component"] == "score")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=histories(("board", "file", "other")), zone=st.sampled_from(ZONES), entity=st.sampled_from(["user", "account"]),
    as_of=st.sampled_from([date(2025, 3, 20), date(2025, 3, 31), LAST]), window=st.sampled_from([3, 7, 14]),
)  # fmt: skip
def test_a_plain_count_gives_the_same(
    new_home: NewHome, told: list[Told], zone: str, entity: str, as_of: date, window: int
) -> None:
    """Reads events one by one."""
    clock, read = Clock(ZoneInfo(zone)), in_order(told)
    came = active_days(read, clock, entity, ("board", "file", "other"))
    used = {name: active_days(read, clock, entity, (name,)) for name in ("board", "file")}
    known = {who: {day for day in days if day <= as_of} for who, days in came.items()}

    def back(day: date, days: int) -> set[date]:
        return {day - timedelta(days=number) for number in range(days)}

    now, before = back(as_of, window), back(as_of - timedelta(days=window), window)
    active = [who for who, days in known.items() if days & now]
    expected: dict[str, float | None] = dict.fromkeys(("adoption", "stickiness", "growth"))
    if active:
        expected["adoption"] = fmean(sum(bool(used[name].get(who, set()) & now) for name in used) / 2 for who in active)
    ratios = []
    for day in back(as_of, 30):
        here = [days for days in known.values() if days & back(day, window)]
        if here:
            ratios.append(sum(day in days for days in here) / len(here))
    expected["stickiness"] = fmean(ratios) if ratios else None
    everyone = [day for days in came.values() for day in days]
    moved = [bool(days & now) for days in known.values() if bool(days & now) != bool(days & before)]
    if moved and as_of - timedelta(days=2 * window - 1) >= min(everyone):
        expected["growth"] = fmean(moved)
    plan = f"product: {{timezone: {zone}}}\n{PLAN}"
    with workspace_of(new_home(plan), told) as workspace:
        found = parts(workspace, entity=entity, window_days=window, as_of=as_of.isoformat())
    for name, value in expected.items():
        assert found.get(name, {"estimate": None})["estimate"] == (None if value is None else pytest.approx(value)), (
            name
        )
    values = [value for value in expected.values() if value is not None]
    if len(values) == 3:
        assert found["score"]["estimate"] == pytest.approx(fmean(values))
