"""Retention counted as it is read, or from flags in memory, is the one made from members."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from quick_world import ENTITIES, changing, hold_equal, in_turn, workspace

import uptake

__all__ = ["changing", "workspace"]  # fixtures


LATER = {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03", "period": "month"}


@pytest.mark.parametrize(
    ("unit", "mode", "entity", "criterion", "more"),
    in_turn(
        product(["day", "week", "month", "quarter"], ["calendar", "rolling"]),
        ENTITIES,
        ["on", "on_or_after"],
        [{}, LATER],
    ),
)
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
    {"start": "a", "entry": "every", "period": "month", "units": 6},
    {"start": "nothing"},
]
"""Questions of retention beside those for shares of everybody who ever came back."""


WINDOWS: list[tuple[str, dict[str, Any]]] = [
    ("day", {}),
    ("week", {"as_of": "2026-04-10T13:00:00Z", "date_from": "2026-02-03", "period": "month"}),
    ("week", {"timezone": "America/New_York", "week_start": "sunday", "date_to": "2026-04-08"}),
    ("month", {"as_of": "2026-04-10T13:00:00Z"}),
]


@pytest.mark.parametrize(("given", "entity", "window"), in_turn(RETURNS, ENTITIES, WINDOWS))
def test_returns_that_are_flags_in_memory_equal_the_masks_of_members(
    workspace: uptake.Workspace, given: dict[str, Any], entity: str, window: tuple[str, dict[str, Any]]
) -> None:
    unit, more = window
    hold_equal(workspace, "retention", {"entity": entity, "unit": unit, **given, **more}, least=0)


@pytest.mark.parametrize("given", [{"at_least": 2}, {"reference": "previous"}, {"criterion": "brackets"}])
@pytest.mark.parametrize("unit", ["week", "month"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_returns_since_ones_own_start_that_are_flags_in_memory_equal_the_masks_of_members(
    workspace: uptake.Workspace, entity: str, unit: str, given: dict[str, Any]
) -> None:
    hold_equal(workspace, "retention", {"entity": entity, "mode": "rolling", "unit": unit, **given})


@pytest.mark.parametrize(("given", "entity"), in_turn(RETURNS, ENTITIES))
def test_returns_of_groups_that_are_flags_in_memory_equal_the_masks_of_members(
    changing: uptake.Workspace, entity: str, given: dict[str, Any]
) -> None:
    asked = {"by": ["account.team", "account.plan"], "where": {"account.name": {"is_not": "Delta"}}}
    hold_equal(changing, "retention", {**asked, "entity": entity, **given}, least=0)
