"""Rhythms since active.

For how long somebody has not come, held against how often they come by nature: 2 is twice as long as usual,
be that two days, two weeks or two months.

Formula: `days_since_active` / `own_interval`
Account: likewise, of its own days and the rhythm of its users
Missing: where `days_since_active` is
"""

from collections.abc import Mapping
from typing import Any

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days over the days of an interval."""
    del params
    return signal(panel, "days_since_active") / signal(panel, "own_interval")


SIGNAL = Signal(unit="count", of_user=read, of_account=read, worst=4.0, best=0.0)
