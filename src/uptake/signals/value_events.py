"""Value events.

How many of the actions that value moments are made of somebody did lately.

Formula: events of value moments in the `window_days` days up to the day
Account: the mean of its users
Missing: the plan has no value moments
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel, in_window
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Events of value moments in each window."""
    window = params["window_days"]
    if not panel.asked.plan.value_moments:
        return np.full((panel.n, panel.days), np.nan)
    return in_window(panel.daily(panel.grain.of("value_day"), window - 1, "events"), window, panel.days)


SIGNAL = Signal(unit="count", of_user=read, params=(WINDOW_DAYS,), is_ranked=True)
