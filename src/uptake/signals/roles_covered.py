"""Roles covered.

Whether everybody a customer needs for it is at work: the admin, the champion, the one who decides.

Formula: roles with a member active in the `window_days` days up to the day, who had the role at its end / `roles`; if none
    are given, the roles that the plan names in onboarding and in the activation of accounts
Account: its own
Missing: no role is given, and the plan names none
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.grain import MEMBER
from uptake.metrics.core.metric import Param
from uptake.plan import Plan, parts
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats, sums
from uptake.store.sql import literal


def roles_of(plan: Plan) -> tuple[str, ...]:
    """The roles that a plan names in onboarding and in the activation of accounts, each once."""
    of_steps = [role for step in (plan.onboarding.steps if plan.onboarding else ()) for role in step.role]
    quorum = parts(plan.activation.account.quorum) if plan.activation else ()
    return tuple(dict.fromkeys([*of_steps, *(role for _, part in quorum for role in part.roles)]))


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Roles with an active member over all."""
    given = params["roles"]
    roles = [part.strip() for part in given.split(",")] if isinstance(given, str) else list(given)
    covered = panel.filled(0)
    is_active = signal(panel.members, "active_days", {"window_days": params["window_days"]}) > 0
    for role in roles:
        had = f"SELECT entity_key, valid_from, valid_to FROM {MEMBER.of('member_role')} WHERE role = {literal(role)}"
        has_role = is_active & panel.members.spans(had)
        covered += sums(has_role.astype(np.float64), panel.by_account) > 0
    return covered / len(roles) if roles else panel.filled(np.nan)


SIGNAL = Signal(
    unit="share",
    of_account=read,
    params=(
        Param("roles", "texts", "The roles; those the plan names, if none are given.", default=roles_of),
        WINDOW_DAYS,
    ),
    best=1.0,
)
