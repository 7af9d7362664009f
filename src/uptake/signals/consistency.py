"""Consistency.

In how many of the usage intervals behind them somebody came at all: the metric `consistency` of everyone who is there.

Formula: of the last `intervals` usage intervals up to the day that somebody lived through whole, the share with at least
    one active day; intervals are cut backwards from the day
Account: days on which any of its users was active
Missing: not there for a whole interval yet
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.looking_back import USAGE_INTERVAL, lived_days
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, trailing_sum


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Intervals with activity over those lived through."""
    interval, intervals = params["interval_days"], params["intervals"]
    window = interval * intervals
    came = panel.was_active(window - 1)
    lived = lived_days(panel, window) // interval
    in_interval = trailing_sum(came, interval, panel.days + window - interval) > 0
    number = panel.filled(0, np.int16)
    for back in range(intervals):
        at = window - (back + 1) * interval
        number += in_interval[:, at : at + panel.days] & (back < lived)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(number / lived)  # nan where none is


SIGNAL = Signal(
    unit="share",
    of_user=read,
    of_account=read,
    params=(
        USAGE_INTERVAL,
        Param("intervals", "integer", "How many usage intervals are looked back on.", default=8, least=1, most=52),
    ),
    best=1.0,
)
