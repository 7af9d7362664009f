"""Support load.

How often those who work with the product need help: less is better.

Formula: tickets opened in the `window_days` days up to the day / users active in them
Account: its own; a ticket that names a user alone counts in the account the user was in, if it was one
Missing: nobody was active in the window, or no ticket of anybody had been imported by then
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.told import has_any, told_sql
from uptake.signals.windows import Floats, in_window, sums


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Tickets over active users."""
    window, begins = params["window_days"], has_any(panel, "tickets")
    if begins is None:
        return panel.filled(np.nan)
    opened = f"(SELECT *, on_day AS day FROM ({told_sql(panel, 'tickets')}))"
    tickets = in_window(panel.daily(opened, window - 1), window, panel.days)
    is_active = signal(panel.members, "active_days", {"window_days": window}) > 0
    active = sums(is_active, panel.by_account)
    is_known = (active > 0) & (np.arange(panel.days) >= begins)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(is_known, tickets / active, np.nan)


SIGNAL = Signal(unit="count", of_account=read, params=(WINDOW_DAYS,), worst=1.0, best=0.0)
