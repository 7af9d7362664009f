"""Breadth.

How many of the core features open to somebody are used: the metric `breadth` of everyone who is there.

Formula: distinct core features used in the `window_days` days up to the day / core features open then
Account: the mean of its users
Missing: no core feature is open
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.feature_set import words
from uptake.metrics.parts.features import classes, core
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Flags, Floats, number_of_bits, trailing_or


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Used over open core features."""
    window = params["window_days"]
    used_bits = {word: trailing_or(bits, window, panel.days) for word, bits in panel.bits_daily(window - 1).items()}
    used = panel.filled(0, np.int16)
    available = panel.filled(0, np.int16)
    for conditions, keys in classes(core(panel.asked)).items():
        is_open: Flags | bool = True
        if conditions:
            is_open = panel.spans(eligible_spans_sql(panel.asked, conditions))
        for word, mask in words(keys).items():
            if word in used_bits:
                used += number_of_bits(used_bits[word], mask) * is_open
        available += np.int16(len(keys)) * np.asarray(is_open)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(used / available)  # nan where none is


SIGNAL = Signal(unit="share", of_user=read, params=(WINDOW_DAYS,), best=1.0)
