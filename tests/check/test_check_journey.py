"""Features, starts of life and criteria: can they be reached, and does anybody reach them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from check_world import World, check, event, of, problems

DAYS = [
    event("signup", "u1", "2026-03-01T08:00:00Z"),
    event("task", "u1", "2026-03-02T08:00:00Z", view="list"),
    event("task", "u1", "2026-03-20T08:00:00Z", view="list"),
    event("signup", "u2", "2026-03-03T08:00:00Z"),
    event("task", "u2", "2026-03-04T08:00:00Z", view="map"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("home"), events=DAYS)
    yield world
    world.close()


# Features


def test_a_feature_whose_conditions_no_event_fits_together_was_never_used(world: World) -> None:
    found = world.check("features:\n  f:\n    events: [{event: task, where: {view: {contains: li, is_not: list}}}]\n")
    assert of(found, "nobody ever used") == [
        (
            "warning",
            "plan/plan.yml:3",
            "features.f: nobody ever used it. Its events occur, and none fits the conditions.",
            "Correct the conditions under where.",
        )
    ]


def test_a_feature_of_unknown_events_is_told_as_unknown_and_not_again_as_unused(world: World) -> None:
    assert len(problems(world.check("features: {f: {events: [tsk]}}"))) == 1


def feature(launched_on: str) -> str:
    return f"features:\n  f:\n    events: [task]\n    launched_on: {launched_on}\n"


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-02"])
def test_a_feature_used_from_its_launch_day_on_finds_nothing(world: World, day: str) -> None:
    assert problems(world.check(feature(day))) == []


def test_use_before_the_launch_is_a_warning_with_who_and_since_when(world: World) -> None:
    assert of(world.check(feature("2026-03-04")), "launched_on") == [
        (
            "warning",
            "plan/plan.yml:4",
            "features.f.launched_on is 2026-03-04, and the feature was used before that: 1 user, first on 2026-03-02.",
            "Correct the date, or leave out the events of trials.",
        )
    ]


def test_a_launch_after_the_data_end_is_a_warning(world: World) -> None:
    plan = "features: {f: {events: [{event: task, where: {view: tree}}], launched_on: 2026-03-21}}"
    assert of(world.check(plan), "after the last day of data")[0][2] == (
        "features.f.launched_on is 2026-03-21, after the last day of data, 2026-03-20."
    )


# Criteria


def test_criteria_that_somebody_met_in_time_find_nothing(world: World) -> None:
    plan = """
activation: {user: {within_days: 7, event: task}}
onboarding: {steps: [{name: first, event: task}]}
value_moments: {two: {event: task, at_least: 2}}
milestones: {one: {event: task}}
"""
    assert problems(world.check(plan)) == []


def test_criteria_that_nobody_ever_met_are_warnings_with_their_lines(world: World) -> None:
    plan = """activation:
  user: {event: task, at_least: 3}
onboarding:
  steps:
    - {name: first, event: task, at_least: 3}
value_moments:
  v: {all: [{event: task, at_least: 4}, signup]}
milestones:
  m: {event: task, at_least: 4}
"""
    found = of(world.check(plan), "nobody ever did what it asks.")
    assert [(where, what.partition(":")[0]) for _, where, what, _ in found] == [
        ("plan/plan.yml:2", "activation.user"),
        ("plan/plan.yml:5", "onboarding.steps[1]"),
        ("plan/plan.yml:7", "value_moments.v"),
        ("plan/plan.yml:9", "milestones.m"),
    ]


@pytest.mark.parametrize(("days", "problem"), [(18, True), (19, False)])
def test_criteria_met_but_never_in_time_are_a_warning(world: World, days: int, problem: bool) -> None:
    # u1 starts on 1 March at 8:00 and does the second task on 20 March at 8:00, 19 days later to the microsecond.
    found = world.check(f"activation: {{user: {{within_days: {days}, event: task, at_least: 2}}}}")
    assert bool(of(found, f"nobody ever did what it asks within {days} days")) == problem


def test_an_account_that_needs_more_members_than_any_has_is_a_warning(world: World) -> None:
    plan = "activation: {user: {event: task}, account: {members: 3}}"
    assert problems(world.check(plan)) == ["activation.account: none of 1 account ever had 3 activated members."]
    assert problems(world.check(plan.replace("3", "2"))) == []


def test_value_that_the_users_of_an_account_reach_together_is_reached(world: World) -> None:
    assert problems(world.check("value_moments: {v: {event: task, at_least: 3}}")) == []


def test_criteria_of_accounts_whose_events_have_no_user_are_met(tmp_path: Path) -> None:
    found = check(tmp_path, "value_moments: {v: {event: invoice_paid}}", events=[event("invoice_paid", None)])
    assert of(found, "value_moments") == []


# Starts of life


def test_entities_without_any_start_are_a_warning_with_their_share(tmp_path: Path) -> None:
    users = [{"user_id": f"u{number}", "created_at": "2026-03-01"} for number in range(1, 4)]
    rows = [event("task", f"u{number}") for number in range(1, 6)]
    found = check(tmp_path, "start:\n  user: [created_at]\n", users=users, events=rows)
    assert of(found, "start.user") == [
        (
            "warning",
            "plan/plan.yml:2",
            "start.user: 2 of 5 users with events (40 %) have no start of life, so they are in no cohort.",
            "Import what is missing, or let first_event be the last way to tell a start.",
        )
    ]


def test_starts_told_by_two_clocks_are_a_warning(tmp_path: Path) -> None:
    users = [{"user_id": "u1", "created_at": "2026-03-01"}]
    rows = [event("task", "u1"), event("task", "u2")]
    ((level, _, what, _),) = of(check(tmp_path, "", users=users, events=rows), "start.user")
    assert level == "warning"
    assert what.startswith("start.user: 1 of 2 users with events (50 %) have no created_at; their life starts")


def test_starts_told_by_the_first_event_alone_are_a_note(tmp_path: Path) -> None:
    notes = of(check(tmp_path, "", events=[event("task")]), "start.")
    assert {level for level, *_ in notes} == {"note"}
    assert [what for _, _, what, _ in notes] == [
        "start.user: none of 1 user with events has created_at; life starts at the first event.",
        "start.account: none of 1 account with events has signed_on or created_at; life starts at the first event.",
    ]


@pytest.mark.parametrize(("missing", "problem"), [(1, False), (2, True)])
def test_few_without_a_start_are_left_alone(tmp_path: Path, missing: int, problem: bool) -> None:
    users = [{"user_id": f"u{number}", "created_at": "2026-03-01"} for number in range(39)]
    rows = [event("task", f"u{number}") for number in range(missing, 39 + missing)]
    found = check(tmp_path, "", users=users, events=rows)  # 1 of 39 is below 5 %, 2 of 39 is above
    assert bool(of(found, "start.user")) == problem


def test_a_start_by_an_event_counts_only_for_those_who_did_it(tmp_path: Path) -> None:
    rows = [event("signup", "u1"), event("task", "u1"), event("task", "u2")]
    ((_, _, what, _),) = of(check(tmp_path, "start: {user: [{event: signup}, first_event]}", events=rows), "start.user")
    assert "1 of 2 users with events (50 %) have no event 'signup'" in what


def test_seats_that_never_came_do_not_count_as_missing_a_start(tmp_path: Path) -> None:
    seats = [{"account_id": "a1", "user_id": f"s{number}", "valid_from": "2026-01-01"} for number in range(9)]
    users = [{"user_id": "u1", "created_at": "2026-03-01"}]
    found = check(tmp_path, "start: {user: [created_at]}", users=users, seats=seats, events=[event("task")])
    assert of(found, "start.user") == []


# Where data begin


def early(number: int, of: int) -> list[dict[str, str]]:
    """Users, some of whom signed up before the first event of `DAYS`, on 1 March."""
    dates = ["2025-12-01"] * number + ["2026-03-01"] * (of - number)
    return [{"user_id": f"old{at}", "created_at": day} for at, day in enumerate(dates)]


def test_many_users_from_before_the_events_are_a_warning_that_names_the_setting(tmp_path: Path) -> None:
    found = check(tmp_path, "product: {name: Planboard}", users=early(30, 98), events=DAYS)
    assert of(found, "started before") == [
        (
            "warning",
            "plan/plan.yml:1",
            "30 of 100 users started before the events begin (2026-03-01): their first days look like silence.",
            "Set product.data_from to 2026-03-01, which leaves them out of newcomers, or import events from before it.",
        )
    ]


def test_few_users_from_before_the_events_are_not_worth_a_word(tmp_path: Path) -> None:
    assert of(check(tmp_path, "", users=early(5, 98), events=DAYS), "started before") == []


def test_accounts_from_before_the_events_are_a_warning_too(tmp_path: Path) -> None:
    accounts = [{"account_id": "a1", "created_at": "2025-12-01"}]
    found = of(check(tmp_path, "", accounts=accounts, events=DAYS), "started before")
    assert [what[:31] for _, _, what, _ in found] == ["1 of 1 account started before t"]


def test_a_plan_that_says_where_data_begin_is_not_asked_to(tmp_path: Path) -> None:
    plan = "product: {data_from: 2026-03-01}"
    assert of(check(tmp_path, plan, users=early(30, 98), events=DAYS), "started before") == []


def test_data_that_begin_after_the_last_event_are_a_warning(world: World) -> None:
    found = world.check("product:\n  data_from: 2026-03-21\n")
    assert of(found, "data_from") == [
        (
            "warning",
            "plan/plan.yml:2",
            "product.data_from is 2026-03-21, after the last event (2026-03-20).",
            "Set it to the first day from which events are complete.",
        )
    ]
    assert of(world.check("product: {data_from: 2026-03-20}"), "data_from") == []
