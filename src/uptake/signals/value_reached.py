"""Value reached.

Whether somebody reached a moment of value lately: an outcome, not only activity.

Formula: 1 if any value moment of the plan that is open to somebody on the day (`eligible`) was met by what was done in
    the `window_days` days up to it, else 0
Account: the share of its users to whom one is open
Missing: the plan has no value moments, or none is open to somebody yet: who could not get there has not failed to
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from uptake.plan import All, Criteria, Criterion
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.open_moments import open_moments
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Flags, Floats, in_window, joined, trailing_sum


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """1 where a value moment was met in the window."""
    window, relation = params["window_days"], panel.grain.of("value_day")
    was_met, was_open = panel.filled(0, np.bool_), panel.filled(0, np.bool_)
    for moment, leaves, is_open in open_moments(panel):
        numbers = iter(leaves)

        def met(criteria: Criteria, numbers: Iterator[int] = numbers) -> Flags:
            if isinstance(criteria, Criterion):
                leaf = f"leaf = {next(numbers)}"
                if criteria.at_least == 1:  # days on which it was met tell as much as how often, and are quicker
                    return trailing_sum(panel.was_daily(relation, window - 1, leaf), window, panel.days) > 0
                return (
                    in_window(panel.daily(relation, window - 1, "events", leaf), window, panel.days)
                    >= criteria.at_least
                )
            joint = np.logical_and if isinstance(criteria, All) else np.logical_or
            return joined([met(part) for part in criteria.of], joint)

        everyone = np.bool_(True) if is_open is None else is_open
        was_met |= met(moment.criteria) & everyone
        was_open |= everyone
    return np.where(was_open, was_met, np.nan)


SIGNAL = Signal(unit="share", of_user=read, params=(WINDOW_DAYS,), best=1.0)
