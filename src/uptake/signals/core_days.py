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

from uptake.metrics.features import core
from uptake.metrics.metric import Param
from uptake.signals.looking_back import WINDOW_DAYS, seen_days
from uptake.signals.panel import Panel, in_window
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days with a core feature, scaled."""
    window, features = params["window_days"], core(panel.asked)
    if not features:
        return np.full((panel.n, panel.days), np.nan)
    is_core = f"feature_key IN ({', '.join(map(str, features))})"
    came = panel.was_daily(panel.grain.of("feature_day"), window - 1, is_core)
    seen = np.maximum(seen_days(panel, window, came), min(params["least_days"], window))
    return np.asarray(in_window(came, window, panel.days) * window / seen)


SIGNAL = Signal(
    unit="days",
    of_user=read,
    params=(
        WINDOW_DAYS,
        Param(
            "least_days", "integer", "The shortest time that days are scaled up from.", default=14, least=1, most=366
        ),
    ),
    is_ranked=True,
)
