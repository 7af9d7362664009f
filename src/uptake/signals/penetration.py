"""Penetration.

How far the product has come in a company: product adoption times user adoption.

Formula: breadth x seat coverage
Account: its own
Missing: either of them is
"""

from collections.abc import Mapping
from typing import Any

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Breadth times seat coverage."""
    del params
    product: Floats = signal(panel, "breadth") * signal(panel, "seat_coverage")
    return product


SIGNAL = Signal(unit="share", of_account=read, best=1.0)
