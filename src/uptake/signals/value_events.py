"""Value events.

How many of the actions that value moments are made of somebody did lately.

Formula: events of the value moments open to somebody on the day (`eligible`), in the `window_days` days up to it, scaled
    to the whole window for who could be seen for a part of it only (at least `least_days` days)
Account: the mean of its users to whom one is open
Missing: the plan has no value moments, or none is open to somebody yet
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import LEAST_DAYS, WINDOW_DAYS, scaled
from uptake.signals.open_moments import open_moments
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, blank, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Events of open value moments in each window."""
    window, relation = params["window_days"], panel.grain.of("value_day")
    events, was_open = panel.filled(0), panel.filled(0, np.bool_)
    did = blank(panel.n, window - 1 + panel.days, dtype=np.bool_)
    for _, leaves, is_open in open_moments(panel):
        daily = panel.daily(relation, window - 1, "events", f"leaf BETWEEN {leaves.start} AND {leaves.stop - 1}")
        everyone = np.bool_(True) if is_open is None else is_open
        events += in_window(daily, window, panel.days) * everyone
        was_open |= everyone
        did |= daily > 0
    return np.where(was_open, scaled(events, panel, window, params["least_days"], did), np.nan)


SIGNAL = Signal(unit="count", of_user=read, params=(WINDOW_DAYS, LEAST_DAYS), is_ranked=True)
