"""By what share a score has been below what it was eight weeks before, lastingly: a fall that is no bad week.

Who comes once a month has high and low weeks by nature, so how long a fall has to last goes by how often somebody comes.
And who has just begun is curious at first: settling in is no decline. Like falls, declines are of scores as history has
them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uptake.plan import Score
from uptake.scores.fall import with_days_before
from uptake.scores.spans import NOTHING
from uptake.signals.looking_back import tenure
from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats

APART = 56
"""Days between a day and the one it is held against."""
LASTING = 2
"""For how many of their own rhythms a fall has to last; usage intervals of the product, where these are longer."""
MOST = 56
"""Days after which a fall has lasted for everybody."""
SETTLED = 90
"""Days of life before which nothing is held against a day."""


def decline(panel: Panel, score: Score) -> Floats:
    """The least of 1 - the score / the score 56 days before, over the days of two rhythms up to the day.

    nan where a score is missing on one of them, or where less than 90 days of life lie before the day that this one is held
    against. Negative where it was higher on one of them.
    """
    written = with_days_before(panel, score, APART + MOST - 1)
    points = np.where(written == NOTHING, np.nan, written)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 1.0 - points[:, APART:] / points[:, :-APART]
    share[~np.isfinite(share)] = np.nan
    # fmax: who has no rhythm yet is given the product's usage interval
    rhythm = np.fmax(read(panel, "rhythm"), panel.asked.plan.product.usage_interval_days)
    lasting = np.ceil(np.minimum(LASTING * rhythm, MOST)).astype(np.int64)
    with np.errstate(invalid="ignore"):
        is_settled = tenure(panel) - APART >= SETTLED
    return np.where(is_settled, least(share, lasting), np.nan)


def least(values: Floats, windows: NDArray[np.int64]) -> Floats:
    """The least value of the window that ends with each day, nan where one of them is; every cell with its own window.

    Args:
        values: A row per entity, more columns than days: the last ones are the days.
        windows: How many days each looks back, at least 1 and at most one more than there are columns before the first day.

    >>> least(np.array([[3.0, 1.0, 2.0]]), np.array([[1, 2]]))
    array([[1., 1.]])
    >>> least(np.array([[3.0, 1.0, 2.0]]), np.array([[1, 1]]))
    array([[1., 2.]])
    """
    made, width, joined = np.full(windows.shape, np.nan), 1, values
    at = np.arange(windows.shape[1]) + values.shape[1] - windows.shape[1]
    while joined.shape[1]:  # the least of `width` columns, from each on
        row, day = np.nonzero((windows >= width) & (windows < 2 * width))
        begins = at[day] - windows[row, day] + 1
        # two runs of that width, which may overlap
        made[row, day] = np.minimum(joined[row, begins], joined[row, at[day] - width + 1])
        if not (windows >= 2 * width).any():
            break
        joined, width = np.minimum(joined[:, width:], joined[:, :-width]), 2 * width
    return made
