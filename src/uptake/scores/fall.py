"""By what share a score is below what it was: its own mean of the four weeks before."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from uptake.plan import Score
from uptake.scores.scored import scored
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats, trailing_sum

DAYS = 28
"""Days of the mean, which end the day before."""


def fall(panel: Panel, score: Score) -> Floats:
    """1 - the score / the mean of its last 28 days that have one, the day itself left out; negative where it rose.

    nan where there is no score, or on fewer than 28 days before.
    """
    longer = Panel(panel.asked, panel.first - timedelta(days=DAYS), panel.last)
    points = scored(longer, score).points[longer.rows(panel.keys)]
    known = ~np.isnan(points)
    total = trailing_sum(np.where(known, points, 0.0)[:, :-1], DAYS, panel.days)
    n = trailing_sum(known[:, :-1].astype(np.int64), DAYS, panel.days)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 1.0 - points[:, DAYS:] / (total / DAYS)
    return np.where((n == DAYS) & (total > 0), share, np.nan)
