"""Team weeks.

In how many of the last weeks a team came, and not one enthusiast alone: what rules of who is ready to buy ask for.

Formula: of the last `weeks` runs of seven days, cut backwards from the day, those in which at least `least_users` of its
    users were active
Account: its own; users who left since count in the weeks in which they came
Missing: never; 0 where so many never came in one week
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, sums, trailing_sum

WEEK = 7


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Weeks with enough users among those of each window."""
    before = WEEK * (params["weeks"] - 1)
    came = panel.members.was_active(before + WEEK - 1)
    users = sums(trailing_sum(came, WEEK, panel.days + before) > 0, panel.by_account)
    are_enough = users >= params["least_users"]
    number = panel.filled(0, np.int16)
    for at in range(0, before + 1, WEEK):
        number += are_enough[:, at : at + panel.days]
    return number.astype(np.float64)


SIGNAL = Signal(
    unit="count",
    of_account=read,
    params=(
        Param("least_users", "integer", "How many users make a team.", default=3, least=1, most=1_000_000),
        Param("weeks", "integer", "Weeks looked back on.", default=4, least=1, most=52),
    ),
    best=4.0,
)
