"""Advanced days.

How often somebody works with what only those use who know the product well.

Formula: days in the `window_days` days up to the day with use of a feature that the plan tags as advanced
Account: days on which any of its users did
Missing: the plan has no advanced feature; who used none has 0
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.feature_day import keyed
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, in_window


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Days with an advanced feature in each window."""
    window = params["window_days"]
    keys = [key for key, feature in keyed(panel.asked.plan).items() if feature.tag == "advanced"]
    if not keys:
        return panel.filled(np.nan)
    is_advanced = f"feature_key IN ({', '.join(map(str, keys))})"
    return in_window(panel.was_daily(panel.grain.of("feature_day"), window - 1, is_advanced), window, panel.days)


SIGNAL = Signal(unit="days", of_user=read, of_account=read, params=(WINDOW_DAYS,), is_ranked=True)
