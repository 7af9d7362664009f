"""Milestones as signals need them: whether one was reached by the end of each day."""

from __future__ import annotations

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.windows import Flags
from uptake.store.sql import literal


def reached(panel: Panel, milestone: str) -> Flags:
    """Whether everyone had reached a milestone by the end of each day."""
    zone = literal(panel.asked.question.timezone)
    on = panel.column(
        f"""SELECT entity_key, timezone({zone}, timezone('UTC', reached_at))::DATE AS reached_on
        FROM {panel.grain.milestone} WHERE milestone = {literal(milestone)}""",
        "reached_on",
    )
    return np.arange(panel.days) >= np.where(np.isnan(on), np.inf, on)[:, None]
