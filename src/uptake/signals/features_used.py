"""Features used.

How many different core features somebody uses: the metric `features_used` of everyone who is there.

Formula: distinct core features used in the `window_days` days up to the day
Account: those that any of its users used
Missing: the plan has no core features; who used none has 0
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from uptake.facts.feature_set import words
from uptake.metrics.parts.features import core
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, number_of_bits, trailing_or


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Core features in each window."""
    features = core(panel.asked)
    return number_used(panel, features, params["window_days"]) if features else panel.filled(np.nan)


def number_used(panel: Panel, features: Iterable[int], window: int) -> Floats:
    """How many of some features, by their keys, were used in the window of each day."""
    used = panel.filled(0, np.int16)
    bits = panel.bits_daily(window - 1)
    for word, mask in words(features).items():
        if word in bits:
            used += number_of_bits(trailing_or(bits[word], window, panel.days), mask)
    return used.astype(np.float64)


SIGNAL = Signal(unit="count", of_user=read, of_account=read, params=(WINDOW_DAYS,), is_ranked=True)
