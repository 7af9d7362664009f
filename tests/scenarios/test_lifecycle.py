"""Lifecycle states, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest
from scenario_rows import Scenario

STATES = ("new", "current", "resurrected", "dormant")
ASKED = {"period": "week", "as_of": "2025-04-06"}


def states(rows: list[dict[str, Any]], of: str = "estimate") -> dict[str, tuple[Any, ...]]:
    """First day of the week -> new, current, resurrected, dormant."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["period_on"].isoformat(), {})[row["state"]] = row[of]
    return {week: tuple(values.get(state) for state in STATES) for week, values in found.items()}


def test_everybody_active_is_new_current_or_resurrected_and_who_left_is_dormant(scenario: Scenario) -> None:
    """Weeks from 24 February: c was created and came in the first, and in the second. a, created in the second, came
    in the second, third and fifth. b, created in the second, came first in the fourth: that is no newcomer any more.
    """
    rows = scenario("lifecycle").metric("lifecycle", date_from="2025-02-24", **ASKED).rows
    assert states(rows) == {
        "2025-02-24": (1, 0, 0, 0),  # c
        "2025-03-03": (1, 1, 0, 0),  # a, c
        "2025-03-10": (0, 1, 0, 1),  # a; c went
        "2025-03-17": (0, 0, 1, 1),  # b; a went
        "2025-03-24": (0, 0, 1, 1),  # a; b went
        "2025-03-31": (0, 0, 0, 1),  # a went
    }


def test_the_first_week_of_a_range_looks_back_before_it(scenario: Scenario) -> None:
    rows = scenario("lifecycle").metric("lifecycle", date_from="2025-03-10", date_to="2025-03-23", **ASKED).rows
    assert states(rows) == {"2025-03-10": (0, 1, 0, 1), "2025-03-17": (0, 0, 1, 1)}


def test_a_filter_on_activity_makes_nobody_new(scenario: Scenario) -> None:
    """By `export` alone, a is first seen in the fifth week, long after its creation: resurrected, not new."""
    rows = scenario("lifecycle").metric("lifecycle", active="export", date_from="2025-03-24", **ASKED).rows
    assert states(rows) == {"2025-03-24": (0, 0, 1, 0), "2025-03-31": (0, 0, 0, 1)}


def test_a_week_that_is_not_over_is_in_progress(scenario: Scenario) -> None:
    rows = scenario("lifecycle").metric("lifecycle", date_from="2025-03-31", period="week", as_of="2025-04-02").rows
    assert {row["status"] for row in rows} == {"in_progress"}


def test_pulse_is_those_who_came_over_those_who_went(scenario: Scenario) -> None:
    """Second week 1 new, nobody went: no number. Third: 0 / 1. Fourth and fifth: 1 / 1."""
    rows = scenario("lifecycle").metric("lifecycle", output="pulse", date_from="2025-03-03", **ASKED).rows
    pulse = {row["period_on"].isoformat(): (row["gained"], row["lost"], row["estimate"]) for row in rows}
    assert pulse == {
        "2025-03-03": (1, 0, None),
        "2025-03-10": (0, 1, 0.0),
        "2025-03-17": (1, 1, 1.0),
        "2025-03-24": (1, 1, 1.0),
        "2025-03-31": (0, 1, 0.0),
    }


@pytest.mark.parametrize("entity", ["user", "account", "member"])
def test_without_a_period_the_weeks_are_told(scenario: Scenario, entity: str) -> None:
    result = scenario("lifecycle").metric("lifecycle", entity=entity, as_of="2025-04-06")
    assert result.params["period"] == "week"
    assert {row["state"] for row in result.rows} == set(STATES)
