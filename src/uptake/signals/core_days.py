"""Core days.

On how many days somebody works with the core features: the depth of use, counted in days, because uses of one feature
are many and small and those of another few and large, and one busy afternoon is not deep use.

Formula: days in the `window_days` days up to the day with use of a core feature, scaled to the whole window for who could
    be seen for a part of it only (at least `least_days` days)
Account: the mean of its users
Missing: the plan has no core features; who used none has 0
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.parts.features import core
from uptake.signals.looking_back import LEAST_DAYS, WINDOW_DAYS, scaled
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days with a core feature, scaled."""
    window, features = params["window_days"], core(panel.asked)
    if not features:
        return panel.filled(np.nan)
    is_core = f"feature_key IN ({', '.join(map(str, features))})"
    came = panel.was_daily(panel.grain.of("feature_day"), window - 1, is_core)
    return scaled(in_window(came, window, panel.days), panel, window, params["least_days"], came)


SIGNAL = Signal(
    unit="days",
    of_user=read,
    params=(WINDOW_DAYS, LEAST_DAYS),
    is_ranked=True,
)
