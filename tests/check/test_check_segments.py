"""Segments against the data: attributes, values and ids that nobody has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from check_world import World, event, of, problems


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(
        tmp_path_factory.mktemp("home"),
        accounts=[{"account_id": "a1", "plan": "Pro"}, {"account_id": "a2", "plan": "Free"}],
        users=[{"user_id": "u1", "account_id": "a1", "role": "admin"}],
        events=[event("task", "u1")],
    )
    yield world
    world.close()


def segments(*lines: str) -> str:
    return "segments:\n" + "".join(f"  {line}\n" for line in lines)


def test_segments_that_fit_the_data_are_not_spoken_of(world: World) -> None:
    text = segments(
        "pro: {entity: account, where: {plan: Pro}}",
        "first: {entity: account, ids: [a1]}",
        "admins: {entity: user, where: {any: [{role: admin}, {id: u1}]}}",
    )
    assert not [what for what in problems(world.check(text)) if "segments" in what]


def test_an_attribute_that_nobody_has_is_an_error(world: World) -> None:
    text = segments("pro:", "  entity: account", "  where:", "    any:", "      - {plam: Pro}")
    ((level, where, what, do),) = of(world.check(text), "segments")
    assert (level, where) == ("error", "plan/plan.yml:6")
    assert what == "segments.pro.where.any[1].account.plam: no account has 'account.plam'."
    assert do.startswith("Did you mean 'account.plan'")


def test_a_value_that_nobody_has_is_a_warning(world: World) -> None:
    ((level, where, what, _),) = of(world.check(segments("pro: {entity: account, where: {plan: Prp}}")), "segments")
    assert (level, where) == ("warning", "plan/plan.yml:2")
    assert what == "segments.pro.where.account.plan is held against 'Prp', which no account has."


def test_ids_that_nobody_has_are_counted(world: World) -> None:
    text = segments("few: {entity: user, ids: [u1, x1, x2, x3, x4]}", "gone: {entity: account, ids: [x]}")
    found = of(world.check(text), "segments")
    assert [(level, where, what) for level, where, what, _ in found] == [
        ("warning", "plan/plan.yml:2", "segments.few.ids: 4 of 5 ids are no user's: 'x1', 'x2', 'x3' and more."),
        ("warning", "plan/plan.yml:3", "segments.gone.ids: 1 of 1 id are no account's: 'x'."),
    ]
    assert {do for *_, do in found} == {"Correct them, or import the users.", "Correct them, or import the accounts."}


def test_a_list_with_nobody_on_it_is_a_warning(world: World) -> None:
    found = of(world.check(segments("none: {entity: user, ids: []}")), "segments")
    assert found == [
        ("warning", "plan/plan.yml:2", "segments.none.ids: nobody is on it.", "Add ids, or take the segment away.")
    ]
