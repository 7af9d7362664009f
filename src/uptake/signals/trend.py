"""Trend.

Whether somebody comes more or less often than just before.

Formula: active days of the last `window_days` days / those of the last two windows: 0.5 as before, 1 all of them
    lately, 0 all of them before
Account: days on which any of its users was active
Missing: not active in either window, or not there for both of them
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import WINDOW_DAYS, lived_days
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, trailing_sum


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The share of the last two windows' active days that lies in the last."""
    window = params["window_days"]
    came = panel.was_active(2 * window - 1)
    whole = trailing_sum(came, 2 * window, panel.days)
    lately = trailing_sum(came, window, panel.days)
    is_known = (whole > 0) & (lived_days(panel, 2 * window) == 2 * window)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(is_known, lately / whole, np.nan)


SIGNAL = Signal(unit="share", of_user=read, of_account=read, params=(WINDOW_DAYS,), best=1.0)
