"""Seats.

How many seats a customer has.

Formula: seats that the contracts in force say are paid for; where they say none, those of the roster that are held
Account: its own
Missing: neither contracts nor the roster tell
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.seat_roster import rostered
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, sums


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Seats paid for, or held."""
    del params
    contracts = panel.by_day("SELECT account_key AS entity_key, * FROM contract WHERE seats > 0")
    (paid,) = panel.totals(contracts, "seats")
    held = rostered(panel)
    if held is None:
        return np.where(paid > 0, paid, np.nan)
    on_roster = sums(held, panel.by_account)
    return np.where(paid > 0, paid, np.where(on_roster > 0, on_roster, np.nan))


SIGNAL = Signal(unit="count", of_account=read, is_ranked=True)
