"""Signals held against those who have adopted: what is usual for people, and accounts, whom the product works for."""

from __future__ import annotations

import numpy as np

from uptake.signals.panel import Panel
from uptake.signals.signal import read
from uptake.signals.windows import Floats

LEAST = 3
"""Fewer who have adopted say nothing of what is usual."""
DIGITS = 12
"""Decimals that are told of a share."""
SHARE = 0.5
"""Of an account, how many of its users have to have adopted; a user has, or has not."""


def over_adopters(panel: Panel, signal: str) -> Floats:
    """A signal of everyone over its median among those who have adopted, as of each day.

    nan where the signal is, where fewer than `LEAST` have adopted, and where their median is 0.
    """
    values = read(panel, signal)
    return shares(values, medians(values, read(panel, "adopted") >= SHARE))


def shares(values: Floats, reference: Floats) -> Floats:
    """Values over those of each day's reference, nan where that is 0 or missing.

    Who has exactly half of it has half, whatever the last digits of a mean are.

    >>> shares(np.array([[0.1 + 0.2, 1.0]]), np.array([0.6, np.nan]))
    array([[0.5, nan]])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.where(reference > 0, values / reference, np.nan)
    return np.round(made, DIGITS, out=made)


def medians(values: Floats, adopted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """The median of each day over those who have adopted and have a value; nan where they are fewer than `LEAST`.

    >>> medians(np.array([[1.0, 2.0], [3.0, 9.0], [5.0, 9.0], [7.0, 9.0]]), np.array([[1, 1], [1, 0], [1, 0], [0, 0]]) > 0)
    array([ 3., nan])
    """
    usual = np.full(values.shape[1], np.nan)
    for day in range(values.shape[1]):
        known = values[adopted[:, day] & ~np.isnan(values[:, day]), day]
        if len(known) >= LEAST:
            usual[day] = np.median(known)
    return usual
