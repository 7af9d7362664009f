"""Rhythm.

How often somebody comes by nature: every day, every week, once a month. It is no better to come more often; it tells one
kind of customer from another, and how long a silence is normal.

Formula: mean days from one active day to the next, over the active days of the `window_days` days up to the day
Account: the geometric mean of its users, as twice as often and half as often are as far from the middle
Missing: active on fewer than two days of the window
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals import signal
from uptake.signals.facts_by_day import FactsByDay
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats, earliest, trailing_sum


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days between active days; made for many days at once, as windows of so many days are long to look through."""
    return panel.of_facts(("rhythm", params["window_days"]), partial(_of_facts, params["window_days"]))


def _of_facts(window: int, panel: FactsByDay) -> Floats:
    came = panel.was_active(window - 1)
    number = trailing_sum(came, window, panel.days)
    first = earliest(came, window, panel.days) + np.arange(1 - window, panel.days + 1 - window, dtype=np.int16)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(number > 1, (panel.last_day(panel.grain.day) - first) / (number - 1), np.nan)


def of_account(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The geometric mean of users."""
    return np.asarray(np.exp(panel.mean_of_members(np.log(signal.read(panel.members, "rhythm", params)))[0]))


SIGNAL = signal.Signal(
    unit="days",
    of_user=read,
    of_account=of_account,
    params=(Param("window_days", "integer", "Days looked back on.", default=84, least=2, most=366),),
)
