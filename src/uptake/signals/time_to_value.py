"""Time to value from contract.

How long it took from the signed contract to the first outcome: what the metric `time_to_value` says of all.

Formula: days from `signed_on` to the first value moment, known from the day on that it is reached; 0 if value came first
Account: of any of its users
Missing: not reached yet, which is no short time (`value_reached` beside it says so); no date of signature; the plan has
    no value moments
"""

from collections.abc import Mapping
from typing import Any

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.until_value import days_until_value
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days from the signature."""
    del params
    return days_until_value(panel, "signed_on")


SIGNAL = Signal(unit="days", of_account=read, worst=90.0, best=0.0)
