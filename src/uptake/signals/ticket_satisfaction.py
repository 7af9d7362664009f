"""Ticket satisfaction.

How content somebody was with the support of late.

Formula: the mean rating, 1 to 5, of tickets rated in the `window_days` days up to the day; a rating is given when the
    ticket is solved, or opened if nobody says when it was
Account: all its tickets
Missing: no rated ticket in the window
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.told import told_sql
from uptake.signals.windows import Floats, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The mean of the window's ratings."""
    window = params["window_days"]
    rated = f"(SELECT *, {panel.on('coalesce(solved_at, opened_at)')} AS day FROM ({told_sql(panel, 'tickets')}))"
    is_rating = "satisfaction BETWEEN 1 AND 5"
    # in thousandths, as windows of whole numbers add up exactly
    total = panel.daily(rated, window - 1, "round(satisfaction * 1000)", is_rating)
    n = in_window(panel.daily(rated, window - 1, where=is_rating), window, panel.days)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, in_window(total, window, panel.days) / n / 1000, np.nan)


SIGNAL = Signal(
    unit="points",
    of_user=read,
    of_account=read,
    params=(Param("window_days", "integer", "Days looked back on.", default=90, least=1, most=3660),),
    worst=1.0,
    best=5.0,
)
