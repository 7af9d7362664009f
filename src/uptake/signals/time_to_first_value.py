"""Time to first value.

How long it took from the start of life to the first moment of value: what the metric `time_to_first_value` says of all.

Formula: days from the start to the first value moment, known from the day on that it is reached; 0 if value came first
Account: from its own start, by any of its users
Missing: not reached yet, which is no short time (`value_reached` beside it says so); the plan has no value moments
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.parts.starts import START_OF_LIFE
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.until_value import days_until_value
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days from the start of life."""
    del params
    return days_until_value(panel, START_OF_LIFE)


SIGNAL = Signal(unit="days", of_user=read, of_account=read, worst=30.0, best=0.0)
