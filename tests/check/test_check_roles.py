"""Roles that the plan names and nobody ever had."""

from __future__ import annotations

from pathlib import Path

from check_world import World, event

PLAN = """
onboarding: {steps: [{name: sso, event: task, role: [admin, owner]}]}
activation:
  user: {event: task}
  account:
    any:
      - {role: admn, event: task}
      - {members: 1}
"""


def test_a_role_nobody_ever_had_is_told_where_it_stands(tmp_path: Path) -> None:
    admin = {"user_id": "u1", "account_id": "a1", "role": "admin"}
    world = World(tmp_path / "home", events=[event("task")], memberships=[admin])
    with world.workspace:
        told = [(one.where, one.what, one.do) for one in world.check(PLAN) if "role" in one.what]
    assert told == [
        (
            "plan/plan.yml:2",
            "onboarding.steps[1].role: no member of an account ever had the role 'owner'.",
            "Import memberships, seats or users with a role, or name another one.",
        ),
        (
            "plan/plan.yml:7",
            "activation.account.any[1].role: no member of an account ever had the role 'admn'.",
            "Did you mean admin?",
        ),
    ]
