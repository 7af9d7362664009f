"""Tier features.

How many different features that come with a tier somebody uses: what is tried before it is paid for.

Formula: distinct features used in the `window_days` days up to the day, of those that the plan gives to some accounts
    only (`eligible` asks for an attribute of the account); hidden ones are left out
Account: those that any of its users used
Missing: every feature of the plan is for all accounts; who used none has 0, also who could not use them
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.metrics.parts.features import shown
from uptake.signals.features_used import number_used
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Features of tiers in each window."""
    features = [
        key
        for key, feature in shown(panel.asked).items()
        if any(condition.property.startswith("account.") for condition in feature.eligible)
    ]
    return number_used(panel, features, params["window_days"]) if features else panel.filled(np.nan)


SIGNAL = Signal(
    unit="count",
    of_user=read,
    of_account=read,
    params=(Param("window_days", "integer", "Days looked back on.", default=14, least=1, most=366),),
    is_ranked=True,
)
