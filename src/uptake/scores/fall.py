"""By what share a score is below what it was: its own mean of the four weeks before."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import Any

import numpy as np

from uptake.plan import Score
from uptake.scores.scored import scored
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats, trailing_sum

DAYS = 28
"""Days of the mean, which end the day before."""
KEPT = "points before"
"""Marks, among what a panel has worked out, points of the days before it."""


def fall(panel: Panel, score: Score) -> Floats:
    """1 - the score / the mean of its last 28 days that have one, the day itself left out; negative where it rose.

    nan where there is no score, or on fewer than 28 days before.
    """
    points = with_days_before(panel, score, DAYS)
    known = ~np.isnan(points)
    total = trailing_sum(np.where(known, points, 0.0)[:, :-1], DAYS, panel.days)
    n = trailing_sum(known[:, :-1].astype(np.int64), DAYS, panel.days)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 1.0 - points[:, DAYS:] / (total / DAYS)
    return np.where((n == DAYS) & (total > 0), share, np.nan)


def with_days_before(panel: Panel, score: Score, days: int) -> Floats:
    """A score on so many days before a panel and on its own; they are worked out once."""
    own, kept = scored(panel, score).points, (KEPT, score.name)
    if kept not in panel.made or panel.made[kept].shape[1] < days:
        before = Panel(panel.asked, panel.first - timedelta(days=days), panel.first - timedelta(days=1))
        panel.made[kept] = scored(before, score).points
    known: Floats = panel.made[kept]
    return np.concatenate([known[:, known.shape[1] - days :], own], axis=1)


def carried_on(panel: Panel) -> dict[Hashable, Any]:
    """What the panel of the days that follow would have to work out again: the points of the last of these."""
    return {
        key: np.concatenate([before, panel.made["scored", key[1]].points], axis=1)[:, -before.shape[1] :].copy()
        for key, before in panel.made.items()
        if isinstance(key, tuple) and key[0] == KEPT
    }
