"""How long it took to the first moment of value, as signals need it: known from the moment on that it is over."""

from __future__ import annotations

import numpy as np

from uptake.facts.membership import NEVER
from uptake.metrics.parts.milestones import milestone_sql
from uptake.metrics.parts.moments import moment_sql
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats


def days_until_value(panel: Panel, start: str) -> Floats:
    """Days from a moment to the first value, 0 where value came first; nan until both have come.

    Args:
        panel: Whom and when.
        start: The moment that starts the clock, as in the metrics on durations.
    """
    if not panel.asked.plan.value_moments:
        return panel.filled(np.nan)
    took = f"""SELECT entity_key, greatest(s.reached_at, v.reached_at) AS valid_from, {NEVER} AS valid_to,
            greatest(epoch(v.reached_at - s.reached_at), 0) / 86400 AS days
        FROM ({moment_sql(panel.asked, start)}) s JOIN ({milestone_sql(panel.asked, "value")}) v USING (entity_key)"""
    return panel.held(panel.by_day(took), "days")
