"""Core uses.

How much somebody does with the core features: the depth of use, to be held against peers.

Formula: uses of core features in the `window_days` days up to the day, scaled to the whole window for who could be
    seen for a part of it only (at least `least_days` days)
Account: the mean of its users
Missing: never; who did nothing has 0
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.parts.features import core
from uptake.signals.looking_back import LEAST_DAYS, WINDOW_DAYS, scaled
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Uses of core features, scaled."""
    window = params["window_days"]
    keys = ", ".join(map(str, core(panel.asked))) or "NULL"
    uses = panel.daily(panel.grain.of("feature_day"), window - 1, "uses", f"feature_key IN ({keys})")
    return scaled(in_window(uses, window, panel.days), panel, window, params["least_days"], uses > 0)


SIGNAL = Signal(
    unit="count",
    of_user=read,
    params=(WINDOW_DAYS, LEAST_DAYS),
    is_ranked=True,
)
