"""What was planted about contracts is what the metrics find: who left early, who slowly, and when it began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import demo_world
import pytest

import uptake
from uptake.demo import PLAN
from uptake.metrics.core.result import Result

KINDS = ("accounts", "users", "seats", "subscriptions", "outcomes", "opportunities", "events")


@pytest.fixture(scope="module")
def planboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uptake.Workspace]:
    """The demo as it is shipped, in a workspace."""
    home = tmp_path_factory.mktemp("demo") / "home"
    uptake.init(home, {path.name: path.read_text(encoding="utf-8") for path in Path(str(PLAN)).iterdir()})
    simulation = demo_world.shipped()
    with uptake.open(home) as workspace:
        for kind in KINDS:
            workspace.import_rows(getattr(simulation, kind), kind)
        yield workspace


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return demo_world.shipped().truth


def list_of_churned(planboard: uptake.Workspace) -> Result:
    return planboard.metric("churn_kind", output="list", date_from="2025-07-01")


def test_every_account_that_left_is_told_with_its_kind_and_day(
    planboard: uptake.Workspace, truth: dict[str, Any]
) -> None:
    planted = {account: ("early", told["churned_on"]) for account, told in truth["never_adopted"]["accounts"].items()}
    planted |= {account: ("slow", told["churned_on"]) for account, told in truth["decaying"]["accounts"].items()}
    found = {row["account_id"]: (row["kind"], str(row["churned_on"])) for row in list_of_churned(planboard).rows}
    assert found == planted


def test_the_decay_is_found_within_weeks_of_its_beginning(planboard: uptake.Workspace, truth: dict[str, Any]) -> None:
    """Use falls on a straight line over eight to fourteen weeks, so a fifth of it is gone after two to three."""
    began = {row["account_id"]: row["decay_on"] for row in list_of_churned(planboard).rows if row["kind"] == "slow"}
    late = [
        (began[account] - date.fromisoformat(told["decay_from"])).days
        for account, told in truth["decaying"]["accounts"].items()
    ]
    assert 0 <= median(late) <= 21
    assert sum(abs(days) <= 35 for days in late) >= 0.9 * len(late)


def test_the_movements_are_the_changes_of_the_contracts(planboard: uptake.Workspace, truth: dict[str, Any]) -> None:
    """A month can hold several changes of one account, so there are at most as many movements as changes."""
    counts: dict[str, int] = {}
    for row in planboard.metric("expansion", date_from="2025-07-01").rows:
        counts[row["movement"]] = counts.get(row["movement"], 0) + row["n"]
    assert counts["churn"] == truth["changes"]["counts"]["churned"]
    assert 0 < counts["contraction"] <= truth["changes"]["counts"]["contracted"] + len(truth["changes"]["plan_moves"])
    moved = sum(row["n"] for row in planboard.metric("expansion", measure="plan", date_from="2025-07-01").rows)
    paid_moves = [move for move in truth["changes"]["plan_moves"] if "Free" not in (move["from"], move["to"])]
    assert moved == len(paid_moves)


def test_who_never_adopted_never_gets_to_adoption(planboard: uptake.Workspace, truth: dict[str, Any]) -> None:
    adopted = set(planboard.people("journey", {"step": "adoption"}, side="entered").ids())
    assert not adopted & truth["never_adopted"]["accounts"].keys()
    assert truth["decaying"]["accounts"].keys() <= adopted
    here = set(planboard.people("journey", {"step": "expansion"}, side="here").ids())
    assert not here & truth["decaying"]["accounts"].keys()  # they have left


def test_prospects_stand_on_the_first_steps_of_the_journey(planboard: uptake.Workspace, truth: dict[str, Any]) -> None:
    """Whom the CRM alone knows is where its deal is, on no step of use, and no customer of any segment."""
    planted = {id_: told["step"] for id_, told in truth["prospects"]["accounts"].items()}
    assert set(planted.values()) == {"awareness", "interest", "evaluation"}
    journey = {one.id: one.label for one in planboard.placements("journey").everyone}
    assert {id_: step for id_, step in journey.items() if step not in ("test", "adoption")} == planted
    segment = {one.id: one.label for one in planboard.placements("segment", entity="account").everyone}
    assert {id_ for id_, label in segment.items() if label == "prospect"} == planted.keys()
    here = {row["step"]: row["here"] for row in planboard.metric("journey").rows}
    for step in ("awareness", "interest", "evaluation"):
        assert here[step] == list(planted.values()).count(step)
