"""Relationship.

For how long nobody of ours has been in touch: a call, a training, a mail that was sent.

Formula: days since the last touch up to the day; 0 on the day of one
Account: since the last one with the account or any of its users
Missing: there was none
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.told import told_sql
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days since the last touch."""
    del params
    return np.arange(panel.days) - panel.last_day(f"(SELECT *, on_day AS day FROM ({told_sql(panel, 'touches')}))")


SIGNAL = Signal(unit="days", of_user=read, of_account=read, worst=90.0, best=0.0)
