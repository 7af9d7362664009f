"""Typical gaps: how many days lie between two days on which somebody came, as rows of who came twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from uptake.metrics.core.grain import Grain
from uptake.metrics.core.metric import Asked, Source
from uptake.metrics.parts.activity import ACTIVE, days_sql
from uptake.metrics.parts.windows import typical_gaps, worked_out

SHARE = 0.8
"""The share of entities that come at least that often, where nobody says."""


def gaps_source(
    asked: Asked,
    grain: Grain,
    active: Any,  # noqa: ANN401 - a selector in any form
    window_days: int,
    window: str = "window_day",
) -> Source:
    """Rows (entity_key, period_on, on_day, gap), over a window: the typical gap of all who came twice.

    Args:
        asked: The question.
        grain: Who came.
        active: What counts as coming.
        window_days: How many days the window has.
        window: The relation `window_day`, or one like it.
    """
    if active in (None, ACTIVE):
        gaps = f"""SELECT d.entity_key, p.period_on, p.on_day, d.next_day - d.day AS days
        FROM {window} p JOIN {grain.day} d USING (day) WHERE p.on_day - d.next_day >= 0"""
    else:
        gaps = f"""SELECT d.entity_key, p.period_on, p.on_day,
            lead(d.day) OVER (PARTITION BY d.entity_key, p.period_on ORDER BY d.day) - d.day AS days
        FROM {window} p JOIN ({days_sql(replace(asked, grain=grain), active)}) d USING (day)"""
    return worked_out(
        asked,
        grain,
        active,
        "typical_gap",
        f"""SELECT entity_key, period_on, on_day, ceil(median(days))::INTEGER AS gap
        FROM ({gaps}) WHERE days IS NOT NULL GROUP BY entity_key, period_on, on_day""",
        lambda days: typical_gaps(asked, days, window_days),
    )
