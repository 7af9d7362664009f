"""Seats used.

How many of the seats that a customer pays for are worked in.

Formula: users active in the `window_days` days up to the day who hold a seat / seats, those paid for or else held. Where
    the account has no seats in the roster, all its active users. More than 1 where more work than was paid for
Account: its own
Missing: nobody knows how many seats there are
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.seat_roster import rostered
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats, sums


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Active seats over all."""
    is_active = signal(panel.members, "active_days", params) > 0
    active = sums(is_active, panel.by_account)
    held = rostered(panel)
    if held is not None:
        seated = sums(is_active & held, panel.by_account)
        active = np.where(sums(held, panel.by_account) > 0, seated, active)
    return active / signal(panel, "seats")


SIGNAL = Signal(unit="share", of_account=read, params=(WINDOW_DAYS,), best=1.0)
