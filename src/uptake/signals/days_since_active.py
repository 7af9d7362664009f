"""Days since active.

For how long somebody has not come.

Formula: days since the last active day up to the day; 0 on an active day
Account: since any of its users was active
Missing: never active
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days since the last active one."""
    del params
    return np.arange(panel.days) - panel.last_day(panel.grain.day)


SIGNAL = Signal(unit="days", of_user=read, of_account=read, worst=28.0, best=0.0)
