"""Tenure.

For how long somebody has been there.

Formula: days since the start of life, the day itself included
Account: its own
Missing: before the start of life
"""

from collections.abc import Mapping
from typing import Any

from uptake.signals.looking_back import tenure
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days since the start."""
    del params
    return tenure(panel)


SIGNAL = Signal(unit="days", of_user=read, of_account=read, is_ranked=True)
