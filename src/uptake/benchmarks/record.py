"""How forecasts of a past day did. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from uptake.benchmarks.forecast import HORIZON, Forecast
from uptake.benchmarks.pace import Paces
from uptake.signals.windows import Flags, Floats

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
        own_due: Of how many the day by their own pace lies two weeks or more back.
        own_near: How many of these reached the target within two weeks of it.
    """

    on: date
    weeks: int
    forecasts: int
    said: float
    arrived: int
    due: int
    near: int
    own_due: int
    own_near: int

    @property
    def is_enough(self) -> bool:
        """Whether forecasts were made of enough accounts."""
        return self.forecasts >= FEWEST

    @property
    def has_dates(self) -> bool:
        """Whether enough dates were due."""
        return self.due >= FEWEST

    @property
    def has_own_dates(self) -> bool:
        """Whether enough days by accounts' own pace were due."""
        return self.own_due >= FEWEST


def record(on: date, said: Forecast, own: Paces, held: Flags, waiting: NDArray[np.bool_]) -> Record:
    """Holds forecasts against what came.

    Args:
        on: The day they are of.
        said: The forecasts.
        own: What lines through the accounts' own weeks said.
        held: Whether the target had held for long enough, by account and week since, `HORIZON` of them.
        waiting: Of whom one was told: who was there and not at the target.
    """
    told = waiting & ~np.isnan(said.share)
    first = np.where(held.any(axis=1), held.argmax(axis=1) + 1.0, np.inf)
    arrived = int((told & (first <= HORIZON)).sum())
    expected = float(said.share[told].sum())
    return Record(
        on, HORIZON, int(told.sum()), expected, arrived,
        *_came(said.middle, first, told), *_came(own.days / 7, first, waiting),
    )  # fmt: skip


def _came(weeks: Floats, first: Floats, told: NDArray[np.bool_]) -> tuple[int, int]:
    """How many of the days that were told are over by two weeks, and of how many the target was reached near them."""
    with np.errstate(invalid="ignore"):
        due = told & (weeks + NEAR_WEEKS <= HORIZON)
        near = due & (np.abs(first - weeks) <= NEAR_WEEKS)
    return int(due.sum()), int(near.sum())
