"""Frequency.

How regularly somebody comes, held against how often the product is used by its nature: the metric `frequency` of
everyone who is there.

Formula: active days in the window / days expected, at most 1. Expected: the days in which somebody could be seen /
    the usage interval, at least 1
Account: the mean of its users
Missing: never; who did not come has 0
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.looking_back import USAGE_INTERVAL, lived_days
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Active days over those expected."""
    window, interval = params["window_days"], params["interval_days"]
    came = panel.was_active(window - 1)
    expected = np.maximum(lived_days(panel, window), interval) / interval
    return np.asarray(np.minimum(1, in_window(came, window, panel.days) / expected))


SIGNAL = Signal(
    unit="share",
    of_user=read,
    params=(
        Param(
            "window_days",
            "integer",
            "Days looked back on; 28, or four usage intervals of the plan if they are longer.",
            default=lambda plan: max(28, 4 * plan.product.usage_interval_days),
            least=1,
            most=366,
        ),
        USAGE_INTERVAL,
    ),
    best=1.0,
)
