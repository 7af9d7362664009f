"""Regularity.

How regularly somebody comes: in how many usage intervals, not on how many days, as a burst is no habit.

Formula: of the last `intervals` usage intervals up to the day that somebody lived through whole, the share with at least
    one active day; intervals are cut backwards from the day
Account: the mean of its users, unlike `consistency`, which asks whether anybody of it came
Missing: not there for a whole interval yet
"""

from uptake.metrics.core.metric import Param
from uptake.signals import consistency
from uptake.signals.looking_back import USAGE_INTERVAL
from uptake.signals.signal import Signal

SIGNAL = Signal(
    unit="share",
    of_user=consistency.read,
    params=(
        USAGE_INTERVAL,
        Param(
            "intervals",
            "integer",
            "How many usage intervals are looked back on; as many as 28 days have, and four at least.",
            default=lambda plan: max(4, 28 // plan.product.usage_interval_days),
            least=1,
            most=52,
        ),
    ),
    best=1.0,
)
