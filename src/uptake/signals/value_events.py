"""Value events.

How many of the actions that value moments are made of somebody did lately.

Formula: events of value moments in the `window_days` days up to the day, scaled to the whole window for who could be
    seen for a part of it only (at least `least_days` days)
Account: the mean of its users
Missing: the plan has no value moments
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import LEAST_DAYS, WINDOW_DAYS, scaled
from uptake.signals.panel import Panel, in_window
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Events of value moments in each window."""
    window = params["window_days"]
    if not panel.asked.plan.value_moments:
        return np.full((panel.n, panel.days), np.nan)
    events = panel.daily(panel.grain.of("value_day"), window - 1, "events")
    return scaled(in_window(events, window, panel.days), panel, window, params["least_days"], events > 0)


SIGNAL = Signal(unit="count", of_user=read, params=(WINDOW_DAYS, LEAST_DAYS), is_ranked=True)
