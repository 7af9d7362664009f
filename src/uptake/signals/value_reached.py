"""Value reached.

Whether somebody reached a moment of value lately: an outcome, not only activity.

Formula: 1 if any value moment of the plan was met by what was done in the `window_days` days up to the day, else 0
Account: the share of its users
Missing: the plan has no value moments
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.milestone import value_leaves
from uptake.plan import All, Criteria, Criterion
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel, in_window
from uptake.signals.signal import Signal
from uptake.signals.windows import Flags, Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """1 where a value moment was met in the window."""
    window, moments = params["window_days"], panel.asked.plan.value_moments
    if not moments:
        return np.full((panel.n, panel.days), np.nan)
    relation = panel.grain.of("value_day")
    counts = iter(
        in_window(panel.daily(relation, window - 1, "events", f"leaf = {leaf}"), window, panel.days)
        for leaf in range(len(value_leaves(panel.asked.plan)))
    )

    def met(criteria: Criteria) -> Flags:
        if isinstance(criteria, Criterion):
            return next(counts) >= criteria.at_least
        joint = np.logical_and if isinstance(criteria, All) else np.logical_or
        return np.asarray(joint.reduce([met(part) for part in criteria.of]))

    # by name, as the leaves are numbered
    was_met: Flags = np.logical_or.reduce([met(moments[name].criteria) for name in sorted(moments)])
    return was_met.astype(np.float64)


SIGNAL = Signal(unit="share", of_user=read, params=(WINDOW_DAYS,), best=1.0)
