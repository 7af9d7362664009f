"""Own interval.

Within how many days somebody who has not left comes again: weekly customers and monthly ones are silent after different
times. It is what `rhythms_since_active` and `rhythms_since_value` count in.

Formula: the `rhythm`, but no shorter than the usage interval of the product
Account: likewise, of the rhythm of its users
Missing: never; who has no rhythm yet, or no longer, has the usage interval of the product
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The longer of the own rhythm and the product's usage interval."""
    del params
    # fmax: who has no rhythm is given the product's
    return np.fmax(signal(panel, "rhythm"), panel.asked.plan.product.usage_interval_days)


SIGNAL = Signal(unit="days", of_user=read, of_account=read)
