"""For how long somebody could be seen in a window: counts are scaled by it, or new ones would always look weak."""

from __future__ import annotations

import numpy as np

from uptake.metrics.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags, Floats

WINDOW_DAYS = Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=366)

USAGE_INTERVAL = Param(
    "interval_days",
    "integer",
    "Length of a usage interval in days, the plan's if not given.",
    default=lambda plan: plan.product.usage_interval_days,
    least=1,
    most=366,
)


def tenure(panel: Panel) -> Floats:
    """Days since the start of life, the day itself included: 1 on the first day; nan before it."""
    days = np.arange(panel.days) - panel.started[:, None] + 1
    return np.where(days >= 1, days, np.nan)


def seen_days(panel: Panel, window: int, did: Flags) -> Floats:
    """Days of the window in which somebody could be seen doing something, at least 1.

    From the start of life, but not before the data begins: the plan says when, or the first event does. Whoever did it
    in the window before the start was there already.

    Args:
        panel: Whom and when.
        window: Days looked back on.
        did: Whether they did it, on `window - 1` days before the panel's first and on its days.
    """
    begins = panel.asked.plan.product.data_from
    if begins is None:
        begins = panel.cursor.execute("SELECT min(day) FROM event").fetchall()[0][0] or panel.first
    first = np.where(
        np.isnan(panel.started), (begins - panel.first).days, np.fmax(panel.started, (begins - panel.first).days)
    )
    day = np.arange(panel.days)
    return np.clip(day - np.minimum(first[:, None], _first_in_window(did, window, panel.days)) + 1, 1, window)


def _first_in_window(did: Flags, window: int, days: int) -> Floats:
    """The first day of each window on which it was done, counted from the panel's first; infinite where none."""
    column = np.where(did, np.arange(did.shape[1], dtype=np.float64), np.inf)
    next_one = np.minimum.accumulate(column[:, ::-1], axis=1)[:, ::-1][:, :days] - (window - 1)
    return np.where(next_one <= np.arange(days), next_one, np.inf)
