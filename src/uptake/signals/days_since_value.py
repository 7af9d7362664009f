"""Days since value.

For how long somebody has done nothing of what value moments are made of.

Formula: days since the last day with an event of a value moment; 0 on such a day
Account: since any of its users did
Missing: it never happened, or the plan has no value moments
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days since the last with a value event."""
    del params
    return np.arange(panel.days) - panel.last_day(panel.grain.of("value_day"))


SIGNAL = Signal(unit="days", of_user=read, of_account=read, worst=28.0, best=0.0)
