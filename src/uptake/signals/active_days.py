"""Active days.

On how many days somebody was active.

Formula: days with activity in the `window_days` days up to the day
Account: days on which any of its users was active
Missing: never; who did not come has 0
"""

from collections.abc import Mapping
from typing import Any

from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days with activity in each window."""
    window = params["window_days"]
    return in_window(panel.was_active(window - 1), window, panel.days)


SIGNAL = Signal(unit="days", of_user=read, of_account=read, params=(WINDOW_DAYS,), is_ranked=True)
