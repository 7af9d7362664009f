"""Adopted.

Whether somebody has adopted the product: the metric `adoption_rate` of everyone who is there.

Formula: 1 if a value moment was ever reached and somebody was active in at least 2 of the last 4 closed usage
    intervals; without value moments in the plan the latter alone; else 0
Account: the share of its users to whom a value moment is open
Missing: fewer than two usage intervals of data are over, or the plan has value moments and none is open to somebody on
    the day (`eligible`): who could not get there has not failed to
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.adoption_rate import INTERVALS, NEEDED
from uptake.metrics.parts.milestones import value_conditions
from uptake.metrics.parts.population import eligible_spans_sql
from uptake.signals.looking_back import USAGE_INTERVAL
from uptake.signals.milestones import reached
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats, trailing_sum


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """1 where value was reached and use is regular."""
    interval = params["interval_days"]
    came = (
        trailing_sum(panel.was_active(INTERVALS * interval - 1), interval, panel.days + (INTERVALS - 1) * interval) > 0
    )
    number = sum(
        came[:, (INTERVALS - 1 - back) * interval :][:, : panel.days].astype(np.int16) for back in range(INTERVALS)
    )
    has_adopted = np.asarray(number) >= NEEDED
    if panel.asked.plan.value_moments:
        has_adopted &= reached(panel, "value")
    begins = panel.cursor.execute("SELECT min(day) FROM active_day").fetchall()[0][0]
    if begins is None:
        return panel.filled(np.nan)
    of_data = np.arange(panel.days) - (begins - panel.first).days + 1
    is_told = of_data >= interval * NEEDED
    if is_open := [panel.spans(eligible_spans_sql(panel.asked, one)) for one in value_conditions(panel.asked.plan)]:
        is_told = is_told & np.logical_or.reduce(is_open)
    return np.where(is_told, has_adopted.astype(np.float64), np.nan)


SIGNAL = Signal(
    unit="share",
    of_user=read,
    params=(USAGE_INTERVAL,),
    best=1.0,
)
