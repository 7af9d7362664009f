"""The SQL that a funnel shows gives the passes that `uptake.sequences` found, whatever the rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from funnel_world import LATER, world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import uptake
from uptake.metrics.asking.recheck import differences

USERS = 40


@pytest.fixture(scope="module")
def crowd(new_home: Callable[..., Path], one_thread: None) -> Iterator[uptake.Workspace]:
    """Forty users with ten events within minutes, so with ties, of five names and two properties, in three accounts."""
    chance = random.Random(7)  # noqa: S311 - a test's data, the same every time
    histories = {
        f"u{user}": " ".join(
            f"{chance.choice('ABCXD')}{chance.randrange(14)}:{chance.choice('pq')}@{chance.choice('xyz')}"
            for _ in range(10)
        )
        for user in range(USERS)
    }
    with world(new_home(), histories) as workspace:
        yield workspace


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Any rules that go together, of three or four steps."""
    order = draw(st.sampled_from(["ordered", "ordered", "strict", "unordered"]))
    names = (
        draw(st.permutations("ABC"))
        if order == "unordered"
        else draw(st.lists(st.sampled_from("ABC"), min_size=3, max_size=4))
    )
    steps: list[Any] = [{"event": name} for name in names]
    windows = st.sampled_from(["2m", "4m"])
    has_windows = order != "unordered" and draw(st.booleans())
    for step in steps[1:] if has_windows else []:
        step.update(draw(st.sampled_from([{}, {"within_days": draw(windows)}])))
    for step in steps[1:-1] if order != "unordered" else []:
        step.update(draw(st.sampled_from([{}, {}, {"optional": True}])))
    required = [number for number, step in enumerate(steps, 1) if not step.get("optional")]
    asked: dict[str, Any] = {
        "steps": steps,
        "order": order,
        "window_days": draw(st.sampled_from(["3m", "6m", "none"])),
        "entry": draw(st.sampled_from(["earliest", "latest", "closest", "first"])),
        "exclusion": draw(st.sampled_from(["stop", "undo", "remove"])),
        "between": draw(st.sampled_from(["nothing", "repeats"])),
        "exclude": draw(
            st.sampled_from([None, ["X"], [{"event": "X", "after": 1, "before": required[1]}, {"event": "D"}]])
        ),
        "hold": draw(st.sampled_from([None, None, "value", "account"])),
        "entity": draw(st.sampled_from(["user", "account", "member"])),
    }
    if order == "ordered" and not any("within_days" in step for step in steps):
        asked["tolerance_seconds"] = draw(st.sampled_from([None, 0, 60]))
    return asked


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=questions())
def test_the_sql_gives_the_numbers(crowd: uptake.Workspace, asked: dict[str, Any]) -> None:
    if asked["hold"]:
        asked["count"] = "pairs" if asked["window_days"] == "3m" else "entities"
    result = crowd.metric("funnel", **asked, **LATER)
    assert result.has_whole_sql
    assert differences(result, crowd.rows_of(result.sql)) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=questions())
def test_the_sql_of_attempts_gives_the_numbers(crowd: uptake.Workspace, asked: dict[str, Any]) -> None:
    result = crowd.metric("funnel", **asked | {"count": "totals", "entry": None}, **LATER)
    assert result.has_whole_sql
    assert differences(result, crowd.rows_of(result.sql)) == []


@pytest.mark.parametrize("count", ["entities", "totals"])
@pytest.mark.parametrize("output", ["steps", "trend", "time_to_convert", "drivers"])
@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"period": "day"},
        {"by": "account.id"},
        {"where": {"user.id": {"contains": "1"}}},
        {"by": "event.value"},
        {"where": {"event.value": "p"}},
        {"drivers": "properties"},
        {"drivers": "properties", "period": "day"},
    ],
)
def test_every_output_shows_its_sql(crowd: uptake.Workspace, output: str, count: str, given_: dict[str, Any]) -> None:
    asked: dict[str, Any] = {
        "count": count,
        "steps": "A,B,C",
        "window_days": "6m",
        "output": output,
        "drivers": "events",
        "least_n": 2,
    } | given_
    result = crowd.metric("funnel", **asked, **LATER)
    assert result.rows
    assert differences(result, crowd.rows_of(result.sql)) == []


@pytest.mark.parametrize("attribution", ["first_touch", "last_touch", "all_steps", "step"])
@pytest.mark.parametrize("order", ["ordered", "unordered"])
def test_attribution_shows_its_sql(crowd: uptake.Workspace, attribution: str, order: str) -> None:
    asked: dict[str, Any] = {"steps": "A,B,C", "window_days": "6m", "by": "event.value", "attribution": attribution}
    result = crowd.metric("funnel", order=order, **asked, **LATER)
    assert {row["event.value"] for row in result.rows} == {"p", "q"}
    assert differences(result, crowd.rows_of(result.sql)) == []


@pytest.mark.parametrize("given_", [{"order": "strict", "between": "halt"}, {"order": "unordered", "steps": "A,B,A"}])
def test_where_no_sql_gives_the_numbers_it_says_so(crowd: uptake.Workspace, given_: dict[str, Any]) -> None:
    result = crowd.metric("funnel", **{"steps": "A,B,C", **given_}, **LATER)
    assert not result.has_whole_sql
    assert any("uptake.sequences" in note for note in result.notes)
    assert len(crowd.rows_of(result.sql)) > USERS
