"""Properties and attributes that the plan names, against those the data have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from check_world import World, event, of, problems

HOSTILE = """a"b.c[0]'; DROP TABLE event; --"""
VIEWS = [
    event("board_viewed", view="kanban", size=3),
    event("board_viewed", view="kanban", size=7),
    event("board_viewed", view="list"),
    event("other", at="2025-07-01T00:00:00Z", colour="red"),
    event("complete", size=2, **{HOSTILE: "x"}),
]
ACCOUNTS = [
    {"account_id": "a1", "plan": "Pro", "seats": 10, "signed_on": "2025-07-01"},
    {"account_id": "a2", "plan": "Free", "seats": 3},
]
USERS = [{"user_id": "u1", "invited_at": "2026-03-01"}]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("home"), accounts=ACCOUNTS, users=USERS, events=VIEWS)
    yield world
    world.close()


def where(condition: str) -> str:
    return f"features:\n  boards:\n    events:\n      - event: board_viewed\n        where:\n          {condition}\n"


def test_conditions_that_fit_find_nothing(world: World) -> None:
    assert problems(world.check(where("{view: [kanban, list], size: {gte: 7, lt: 8}}"))) == []


def test_a_property_that_the_event_never_had_is_an_error_with_the_nearest_one(world: World) -> None:
    assert of(world.check(where("vieww: kanban")), "vieww") == [
        (
            "error",
            "plan/plan.yml:6",
            "features.boards.events[1].where.vieww: no 'board_viewed' event has 'vieww'.",
            "Did you mean 'view' (3 times)?",
        )
    ]


def test_a_property_of_another_event_does_not_count(world: World) -> None:
    ((level, _, _, do),) = of(world.check(where("colour: red")), "colour")
    assert (level, do) == ("error", "Known are 'view', 'size'.")


@pytest.mark.parametrize("test", ["{is_not: x}", "{exists: false}", "{exists: true}", "{gt: 1}", "{contains: a}"])
def test_an_unknown_property_is_an_error_whatever_is_asked_of_it(world: World, test: str) -> None:
    ((level, *_),) = of(world.check(where(f"unheard: {test}")), "no 'board_viewed' event has")
    assert level == "error"


def test_a_value_that_never_occurred_is_a_warning_with_those_that_did(world: World) -> None:
    assert of(world.check(where("view: [kanban, lsit]")), "lsit") == [
        (
            "warning",
            "plan/plan.yml:6",
            "features.boards.events[1].where.view is held against 'lsit', which no 'board_viewed' event has.",
            "Did you mean 'list' (once)? Values: 'kanban' (2), 'list' (1).",
        )
    ]


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("view: {is_not: gantt}", "is held against 'gantt'"),
        ("view: {contains: gan}", "is held against 'gan'"),
        ("size: {gte: 8}", "No value of features.boards.events[1].where.size is at or above 8."),
        ("size: {lt: 3}", "is below 3."),
        ("view: {gt: 1}", "is compared with a number, and no value of it is one."),
        ("size: 4", "is held against '4'"),
    ],
)
def test_a_condition_that_nothing_fits_is_a_warning(world: World, condition: str, what: str) -> None:
    found = world.check(where(condition))
    assert [finding.level for finding in found if what in finding.what] == ["warning"]


@pytest.mark.parametrize("condition", ["view: {contains: KAN}", "view: {exists: true}", "size: 3", 'size: "3"'])
def test_a_condition_that_something_fits_is_none(world: World, condition: str) -> None:
    assert problems(world.check(where(condition))) == []


def test_the_range_of_values_is_told_where_a_bound_lies_outside(world: World) -> None:
    ((_, _, _, do),) = of(world.check(where("size: {gt: 100}")), "above 100")
    assert do == "Values lie between 3 and 7."


def test_conditions_on_an_unknown_event_leave_it_at_the_unknown_event(world: World) -> None:
    plan = "active: [{event: boards_viewed, where: {view: kanban}}]"
    assert len(problems(world.check(plan))) == 1


def test_conditions_on_a_feature_are_held_against_the_events_of_the_feature(world: World) -> None:
    plan = "features: {{boards: {{events: [board_viewed]}}}}\nactive:\n  - feature: boards\n    where: {{{0}}}\n"
    assert problems(world.check(plan.format("view: list"))) == []
    ((level, where, what, _),) = of(world.check(plan.format("colour: red")), "colour")
    assert (level, where) == ("error", "plan/plan.yml:4")
    assert what == "active[1].where.colour: no event of the feature has 'colour'."


def test_hostile_property_names_are_looked_up_and_not_executed(world: World) -> None:
    written = HOSTILE.replace("'", "''")
    assert problems(world.check(f"active: [{{event: complete, where: {{'{written}': x}}}}]")) == []
    ((level, _, what, _),) = of(world.check(f"active: [{{event: other, where: {{'{written}': x}}}}]"), "DROP")
    assert level == "error"
    assert "no 'other' event has" in what


# Quantities


def quantity(name: str) -> str:
    return f"features:\n  boards:\n    events: [board_viewed]\n    quantity: {name}\n"


def test_a_quantity_that_no_event_has_is_an_error(world: World) -> None:
    assert of(world.check(quantity("sise")), "sise") == [
        (
            "error",
            "plan/plan.yml:4",
            "features.boards.quantity: no event of the feature has 'sise'.",
            "Did you mean 'size' (2 times)?",
        )
    ]


def test_a_quantity_that_is_never_a_number_is_an_error(world: World) -> None:
    ((level, *_),) = of(world.check(quantity("view")), "is never a number")
    assert level == "error"


def test_a_quantity_that_is_missing_in_some_events_is_a_warning_with_their_share(world: World) -> None:
    ((level, _, what, _),) = of(world.check(quantity("size")), "is no number")
    assert (level, what) == (
        "warning",
        "features.boards.quantity: 'size' is no number in 1 of 3 events of the feature (33 %).",
    )


def test_a_complete_quantity_finds_nothing(world: World) -> None:
    plan = "features: {boards: {events: [complete], quantity: size}}"
    assert problems(world.check(plan)) == []


# Attributes


def eligible(condition: str) -> str:
    return f"features:\n  boards:\n    events: [board_viewed]\n    eligible:\n      {condition}\n"


def test_eligibility_by_known_attributes_and_values_finds_nothing(world: World) -> None:
    found = world.check(eligible("account.plan: [Free, Pro]"))
    assert problems(found) == []


@pytest.mark.parametrize(("test", "problem"), [("gte: 2025-07-01", False), ("gt: 2025-07-01", True)])
def test_dates_are_compared_as_dates(world: World, test: str, problem: bool) -> None:
    found = world.check(eligible(f"account.signed_on: {{{test}}}"))
    assert bool(of(found, "is above 2025-07-01")) == problem
    assert bool(of(found, "nobody could use the feature")) == problem


def test_an_attribute_that_nobody_has_is_an_error_and_nothing_more(world: World) -> None:
    found = world.check(eligible("account.plam: Pro"))
    assert of(found, "plam") == [
        (
            "error",
            "plan/plan.yml:5",
            "features.boards.eligible.account.plam: no account has 'account.plam'.",
            "Did you mean 'account.plan' (2 times)?",
        )
    ]
    assert len(problems(found)) == 1


def test_an_attribute_of_the_other_side_is_not_that_of_this_one(world: World) -> None:
    found = world.check(eligible("user.plan: Pro"))
    assert of(found, "user.plan")[0][0] == "error"
    assert of(found, "user.plan")[0][3] == "Known are 'user.invited_at'."


def test_a_value_that_nobody_has_is_a_warning_and_eligibility_of_nobody_an_error(world: World) -> None:
    found = world.check(eligible("account.plan: Enterprise"))
    assert [(finding.level, finding.what) for finding in found if finding.level != "note"] == [
        ("error", "features.boards.eligible: nobody could use the feature on any day of the data."),
        ("warning", "features.boards.eligible.account.plan is held against 'Enterprise', which no account has."),
    ]


def test_conditions_that_each_hold_for_somebody_but_together_for_nobody_are_an_error(world: World) -> None:
    found = world.check(eligible("{account.plan: Free, account.seats: {gt: 5}}"))
    assert problems(found) == ["features.boards.eligible: nobody could use the feature on any day of the data."]


def test_a_start_of_life_by_an_attribute_that_nobody_has_is_an_error(world: World) -> None:
    found = world.check("start: {user: [{attribute: invited}, first_event]}")
    assert of(found, "'user.invited'") == [
        (
            "error",
            "plan/plan.yml:1",
            "start.user[1].attribute: no user has 'user.invited'.",
            "Did you mean 'user.invited_at' (once)?",
        )
    ]
