"""Onboarding.

How much of setting the product up somebody has done.

Formula: required steps of onboarding done by the end of the day, whenever that was / required steps. A step with a role is
    meant for users who had that role by then
Account: its own; a step counts when any of its members did it, while in the step's role
Missing: the plan has no onboarding, or no required step is meant
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.membership import NEVER
from uptake.facts.milestone import STEP
from uptake.metrics.core.grain import ACCOUNT
from uptake.signals.milestones import reached
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Flags, Floats
from uptake.store.sql import literal


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Steps done over steps meant."""
    del params
    plan = panel.asked.plan
    done, meant = panel.filled(0), panel.filled(0)
    for step in plan.onboarding.steps if plan.onboarding else ():
        if step.required:
            is_meant = _had(panel, step.role) if step.role and panel.grain is not ACCOUNT else True
            done += reached(panel, STEP + step.name) & is_meant
            meant += is_meant
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(meant > 0, done / meant, np.nan)


def _had(panel: Panel, roles: tuple[str, ...]) -> Flags:
    """Whether everyone had one of some roles by the end of each day."""
    return panel.spans(
        f"""SELECT entity_key, valid_from, {NEVER} AS valid_to FROM {panel.grain.of("member_role")}
        WHERE list_contains({literal(list(roles))}, role)"""
    )


SIGNAL = Signal(unit="share", of_user=read, of_account=read, best=1.0)
