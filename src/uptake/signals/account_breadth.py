"""Account breadth.

How much of the product a customer uses, whoever of its people does: the metric `breadth` of accounts. `breadth` is what
each of its users uses.

Formula: distinct core features that any of its users used in the 28 days up to the day / core features open to it
Account: its own; 0 where nobody came
Missing: the plan has no core features
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.parts.features import core
from uptake.signals import breadth
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats, known_or_0


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Used over open core features of those that came."""
    if not core(panel.asked):
        return panel.filled(np.nan)
    used = known_or_0(breadth.read(panel, params))
    used[signal(panel, "active_days", params) == 0] = 0.0
    return used


SIGNAL = Signal(unit="share", of_account=read, params=(WINDOW_DAYS,), best=1.0)
