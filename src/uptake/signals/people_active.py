"""People active.

How many of a customer's people came: of the seats it pays for, or holds, and where nobody knows of seats of its users.

Formula: `seats_used`, at most 1; without seats users active in the `window_days` days up to the day / users
Account: its own
Missing: there is neither a seat nor a user
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats, sums


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Active seats, or users, over all."""
    active = sums(signal(panel.members, "active_days", params) > 0, panel.by_account)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_users = active / signal(panel, "members")
    of_seats = signal(panel, "seats_used", params)
    return np.where(np.isnan(of_seats), of_users, np.minimum(1.0, of_seats))


SIGNAL = Signal(unit="share", of_account=read, params=(WINDOW_DAYS,), best=1.0)
