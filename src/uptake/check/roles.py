"""Roles that the plan names and nobody ever had: a step or a part of a quorum that no account can meet."""

from __future__ import annotations

from collections.abc import Iterator

from uptake.check.finding import Finding
from uptake.check.subject import Subject
from uptake.plan import Location, Plan, location_text, parts
from uptake.plan.problems import nearest, shown


def unknown(checked: Subject) -> Iterator[Finding]:
    """Roles of onboarding steps and of the quorum of activation that no member ever had."""
    known = [role for (role,) in checked.cursor.execute("SELECT DISTINCT role FROM member_role ORDER BY 1").fetchall()]
    for location, roles in _named(checked.plan):
        for role in roles:
            if role not in known:
                do = nearest(role, known) or "Import memberships, seats or users with a role, or name another one."
                what = f"{location_text(location)}: no member of an account ever had the role {shown(role)}."
                yield Finding("warning", checked.plan.place(location), what, do)


def _named(plan: Plan) -> Iterator[tuple[Location, tuple[str, ...]]]:
    for position, step in enumerate(plan.onboarding.steps if plan.onboarding else ()):
        yield ("onboarding", "steps", position, "role"), step.role
    if plan.activation is not None:
        for location, part in parts(plan.activation.account.quorum):
            yield ("activation", "account", *location, "role"), part.roles
