"""How forecasts of a past day did. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from uptake.benchmarks.forecast import HORIZON, Forecast
from uptake.signals.windows import Flags

FEWEST = 20
"""Forecasts below which nothing is said of how they did."""
NEAR_WEEKS = 2
"""A middle date came true if the target was reached so many weeks before or after it."""


@dataclass(frozen=True)
class Record:
    """What became of the forecasts of a past day, made of what had happened until then.

    Args:
        on: That day.
        weeks: For how many weeks they were made, and have passed since.
        forecasts: Of how many accounts there was one.
        said: How many of these were said to be at the target by now: the sum of their shares.
        arrived: How many were.
        due: Of how many the middle date lies two weeks or more back.
        near: How many of these reached the target within two weeks of it.
    """

    on: date
    weeks: int
    forecasts: int
    said: float
    arrived: int
    due: int
    near: int

    @property
    def is_enough(self) -> bool:
        """Whether forecasts were made of enough accounts."""
        return self.forecasts >= FEWEST

    @property
    def has_dates(self) -> bool:
        """Whether enough dates were due."""
        return self.due >= FEWEST


def record(on: date, said: Forecast, held: Flags, waiting: NDArray[np.bool_]) -> Record:
    """Holds forecasts against what came.

    Args:
        on: The day they are of.
        said: The forecasts.
        held: Whether the target had held for long enough, by account and week since, `HORIZON` of them.
        waiting: Of whom a forecast was told: who was there and not at the target.
    """
    told = waiting & ~np.isnan(said.share)
    first = np.where(held.any(axis=1), held.argmax(axis=1) + 1.0, np.inf)
    with np.errstate(invalid="ignore"):
        due = told & (said.middle + NEAR_WEEKS <= HORIZON)
        near = due & (np.abs(first - said.middle) <= NEAR_WEEKS)
    arrived = int((told & (first <= HORIZON)).sum())
    expected = float(said.share[told].sum())
    return Record(on, HORIZON, int(told.sum()), expected, arrived, int(due.sum()), int(near.sum()))
