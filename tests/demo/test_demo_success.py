"""Everything that scores, placements, benchmarks, alerts and lists of who qualifies are made of is in the demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import demo_world
import pytest

import uptake
from uptake.check import findings
from uptake.demo import PLAN, Simulation
from uptake.plan.evidence import links_of


@pytest.fixture(scope="module")
def planboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uptake.Workspace]:
    """The smallest demo, in a workspace."""
    home = tmp_path_factory.mktemp("demo") / "home"
    uptake.init(home, {path.name: path.read_text(encoding="utf-8") for path in PLAN.glob("*.yml")})
    simulation = demo_world.small()
    with uptake.open(home) as workspace:
        for field in fields(Simulation):
            if field.name != "truth":
                workspace.import_rows(getattr(simulation, field.name), field.name)
        yield workspace


def test_no_component_of_health_is_missing_everywhere(planboard: uptake.Workspace) -> None:
    """Of whom nobody has come there is no score."""
    prospects = demo_world.small().truth["prospects"]["accounts"]
    known = set()
    for one in planboard.scores("health").everyone:
        level = planboard.explain("health", one.id).level
        assert (level is None) == (one.id in prospects)
        lines = level.lines if level else ()
        known |= {line.component for line in lines if line.kind == "component" and line.value is not None}
    assert known == set(planboard.plan.all_scores["health"].components)


def test_everyone_is_somewhere_and_not_all_in_one_place(planboard: uptake.Workspace) -> None:
    for placement in planboard.plan.all_placements.values():
        for entity in placement.entities:
            answer = planboard.placements(placement.name, entity=entity)
            assert sum(label.count > 0 for label in answer.labels) >= 2, placement.name


def test_an_account_has_adopted_where_enough_of_its_people_have(planboard: uptake.Workspace) -> None:
    """Whom the journey has at adoption today, the metric of that name has seen enter it; it forgets nobody who fell."""
    here = {one.id for one in planboard.placements("journey").everyone if one.label == "adoption"}
    entered = set(planboard.people("journey", {"step": "adoption"}, side="entered").ids())
    assert here
    assert here < entered


def test_there_is_something_to_hear_of_and_somebody_to_talk_to(planboard: uptake.Workspace) -> None:
    told = {row["alert"] for row in planboard.alerts(since="2025-10-01").rows}
    assert told == {*planboard.plan.all_alerts}
    assert {"ready_to_buy", "power_users"} <= {
        name for name in planboard.plan.all_qualified if planboard.qualified(name=name).rows
    }


def test_there_is_a_link_to_what_is_kept_of_a_user(planboard: uptake.Workspace) -> None:
    whom = {"user_id": "u00001", "account_id": "a0001", "from": "2026-01-01", "to": "2026-01-31"}
    titles = [title for title, _ in links_of(planboard.plan.evidence, whom)]
    assert titles == ["Recordings", "Tickets", "Notes"]


def test_the_plan_and_the_data_do_not_contradict_each_other(planboard: uptake.Workspace) -> None:
    """But for the launch, whose day in the plan is that of the demo as it is shipped."""
    with planboard.projection.exclusively() as cursor:
        found = findings(cursor, planboard.plan, planboard.ledger)
    assert [one for one in found if one.level != "note" and "launched_on" not in one.what] == []
