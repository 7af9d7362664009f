"""Who can use a feature: the plan's conditions against the users and accounts of every day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from check_world import Rows, World, check, event, of, problems, table

import uptake

NOBODY = "nobody could use the feature on any day of the data."

USERS: Rows = [
    {"user_id": "u1", "account_id": "a1", "role": "admin"},
    {"user_id": "u2", "account_id": "a1"},
    {"user_id": "7", "account_id": "a2"},
]
EVENTS: Rows = [
    event("task", "u1", at="2026-01-05T10:00:00Z"),
    event("task", "u2", at="2026-01-20T10:00:00Z"),
    event("task", "7", at="2026-03-02T10:00:00Z") | {"account_id": "a2"},
]
ACCOUNTS: Rows = [
    {"account_id": "a1", "plan": "Pro", "valid_from": "2025-12-01"},
    {"account_id": "a1", "plan": "Free", "valid_from": "2026-02-01"},
    {"account_id": "a2", "plan": "Free", "valid_from": "2025-12-01"},
    {"account_id": "a2", "plan": "Trial", "valid_from": "2025-01-01"},
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("home"), accounts=ACCOUNTS, users=USERS, events=EVENTS)
    yield world
    world.close()


def plan(conditions: str) -> str:
    return f"features:\n  tasks:\n    events: [task]\n    eligible: {conditions}\n"


def test_a_feature_that_nobody_can_use_any_more_is_a_warning_that_says_who_could_and_when(world: World) -> None:
    """Account a1 was Pro until the end of January: u1 and u2, both declared, so both there from the first day."""
    assert of(world.check(plan("{account.plan: Pro}")), "features.tasks.eligible") == [
        (
            "warning",
            "plan/plan.yml:4",
            (
                "features.tasks.eligible: nobody can use the feature on 2026-03-02, the last day of data."
                " Most could on 2026-01-05: 2 users."
            ),
            "To see its adoption ask about an earlier day, with date_to; if somebody still can, correct the conditions.",
        )
    ]


@pytest.mark.parametrize("conditions", ["{account.plan: Pro, user.role: member}", "{account.plan: Trial}"])
def test_a_feature_that_nobody_could_use_on_any_day_is_an_error(world: World, conditions: str) -> None:
    """No member of a Pro account has the role; a2 was on trial before the events begin."""
    found = of(world.check(plan(conditions)), "could use the feature")
    assert [finding[:3] for finding in found] == [("error", "plan/plan.yml:4", f"features.tasks.eligible: {NOBODY}")]


def test_a_value_that_nobody_has_is_told_with_the_nearest_one_beside_the_error(world: World) -> None:
    found = world.check(plan("{account.plan: PRO}"))
    assert [finding.level for finding in found if finding.level != "note"] == ["error", "warning"]
    assert "Did you mean 'Pro' (once)?" in found[1].do


def test_a_feature_that_somebody_can_use_at_the_end_is_fine_whoever_could_before(world: World) -> None:
    assert problems(world.check(plan("{account.plan: Free}"))) == []
    assert problems(world.check(plan("{account.plan: {is_not: Pro}}"))) == []


def test_contracts_that_have_all_ended_are_worth_a_warning_only(tmp_path: Path) -> None:
    rows = [{"user_id": "u1", "account_id": "a1", "valid_from": "2026-01-01", "valid_to": "2026-02-01"}]
    found = check(
        tmp_path,
        plan("{account.plan: Pro}"),
        accounts=[{"account_id": "a1", "plan": "Pro"}],
        memberships=rows,
        events=[event("task", "u1", at="2026-01-10T10:00:00Z"), event("task", "u1", at="2026-02-10T10:00:00Z")],
    )
    ((level, _, what, _),) = of(found, "nobody can use")
    assert level == "warning"
    assert what.endswith("Most could on 2026-01-10: 1 user.")


def test_a_value_moment_that_nobody_can_reach_is_told_too(world: World) -> None:
    found = world.check("value_moments: {done: {event: task, eligible: {account.plan: Free, user.role: owner}}}")
    assert [problem for problem in problems(found) if problem.startswith("value_moments.done.eligible")] == [
        "value_moments.done.eligible: nobody could reach it on any day of the data.",
        "value_moments.done.eligible.user.role is held against 'owner', which no user has.",
    ]
    assert problems(world.check("value_moments: {done: {event: task, eligible: {account.plan: Free}}}")) == []


def test_a_day_that_is_not_over_counts_too(tmp_path: Path) -> None:
    """The only event is of just now: whoever is known from it alone was not there on a day that is over."""
    now = datetime.now(UTC).isoformat()
    assert problems(check(tmp_path, plan("{user.id: u1}"), events=[event("task", "u1", at=now)])) == []


# The ids of users and accounts


@pytest.mark.parametrize(
    ("conditions", "eligible"),
    [
        ("{account.id: a1}", 2),
        ("{account.id: [a1, a2]}", 3),
        ("{account.id: {is_not: a1}}", 1),
        ("{user.id: u2}", 1),
        ("{user.id: 7}", 1),
        ("{user.id: {contains: U}}", 2),
        ("{user.id: {gt: 6}}", 1),
        ("{account.id: a1, account.plan: Free, user.id: {exists: true}}", 2),
        ("{user.id: u1, account.id: a2}", 0),
    ],
)
def test_eligibility_can_be_told_by_the_ids_of_users_and_accounts(world: World, conditions: str, eligible: int) -> None:
    text = plan(conditions)
    assert asked(world, text)["eligible"] == eligible
    assert problems(world.check(text)) == ([] if eligible else [f"features.tasks.eligible: {NOBODY}"])


def test_an_id_that_nobody_has_is_told_with_the_nearest_one(world: World) -> None:
    found = world.check(plan("{account.id: A-2}"))
    assert [finding.level for finding in found if finding.level != "note"] == ["error", "warning"]
    assert found[1].do == "Did you mean 'a2' (once)? Values: 'a1' (1), 'a2' (1)."


def test_a_date_in_a_condition_begins_in_the_time_zone_of_the_product(new_home: Callable[..., Path]) -> None:
    """Signed on 1 June, Berlin time: an instant on 31 May in UTC."""
    text = "product: {timezone: Europe/Berlin}\n" + plan("{account.signed_on: {gte: 2026-06-01}}")
    with uptake.open(new_home(text)) as workspace:
        workspace.import_rows(table([{"account_id": "a1", "signed_on": "2026-06-01"}]), "accounts")
        workspace.import_rows(table([event("task", at="2026-06-03T10:00:00Z")]), "events")
        assert workspace.metric("feature_adoption").rows[0]["eligible"] == 1


def asked(world: World, text: str) -> dict[str, Any]:
    """The answer of feature_adoption to the plan's only feature."""
    (world.workspace.home.plan / "plan.yml").write_text(text)
    world.workspace.reload_plan()
    return world.workspace.metric("feature_adoption").rows[0]
