"""Activated.

Whether somebody has seen what the product is good for.

Formula: 1 if the moment of activation was reached by the end of the day, be it late; 0 if the time for it is over
Account: its own activation
Missing: the plan does not say what activation is, or the time for it is still running
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.grain import ACCOUNT
from uptake.signals.looking_back import tenure
from uptake.signals.milestones import reached
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """1 once activated."""
    del params
    activation = panel.asked.plan.activation
    if activation is None:
        return panel.filled(np.nan)
    within = activation.account.within_days if panel.grain is ACCOUNT else activation.user.within_days
    was_reached = reached(panel, "activated")
    is_over = tenure(panel) > within
    return np.where(was_reached | is_over, was_reached, np.nan)


SIGNAL = Signal(unit="share", of_user=read, of_account=read, best=1.0)
