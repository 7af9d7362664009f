from __future__ import annotations

import demo_world
import pytest
from demo_world import World

from uptake import plan
from uptake.demo import PLAN, Simulation


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world.shipped_world()


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return demo_world.shipped()


def selector_events(feature: plan.Feature) -> set[str]:
    return {name for selector in feature.events for name in selector.events}


def test_the_plan_can_be_read_and_defines_nothing_by_vanity() -> None:
    read = plan.load(PLAN)
    assert read.product.name == "Planboard"
    assert not plan.vanity_warnings(read)


def test_the_plan_names_only_what_happens(world: World) -> None:
    read = plan.load(PLAN)
    happens = set(world["events"].event_name)
    for feature in read.features.values():
        assert selector_events(feature) <= happens


def test_active_in_the_plan_is_active_in_the_truth(simulation: Simulation) -> None:
    read = plan.load(PLAN)
    active = {name for one in read.active if one.feature for name in selector_events(read.features[one.feature])}
    assert active == set(simulation.truth["active_events"])


def test_the_launch_in_the_plan_is_the_launch_in_the_truth(simulation: Simulation) -> None:
    launched = plan.load(PLAN).features["workload"].launched_on
    assert str(launched)[:10] == simulation.truth["launch"]["launched_on"]


def test_the_channels_of_the_plan_are_those_that_were_planted(world: World) -> None:
    """Everybody who signed up by themselves came by a channel that is known beside; who was invited, by none."""
    acquisition = plan.load(PLAN).acquisition
    assert acquisition is not None
    of = {value: channel.name for channel in acquisition.channels for test in channel.where for value in test.values}
    signups = world["events"][world["events"].event_name == "signup"].set_index("user_id").utm_source
    planted = world["users"].drop_duplicates("user_id").set_index("user_id").channel
    assert set(of) == set(planted) - {"invitation"}
    joined = signups.to_frame("said").join(planted.rename("planted"), how="inner")
    assert len(joined)
    assert (joined.said.fillna("invitation") == joined.planted).all()
