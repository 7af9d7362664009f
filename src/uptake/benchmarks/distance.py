"""How far every account is from the benchmark of its type on a day, and no more: quick enough for a list of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.benchmarks.ask import asked_for
from uptake.benchmarks.measured import measured
from uptake.errors import QuestionError
from uptake.plan import Plan
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats
from uptake.store.kept import Kept
from uptake.store.projection import Cursor


@dataclass(frozen=True)
class Distances:
    """Distances of accounts.

    Args:
        keys: Whose.
        distance: What is missing of the benchmark, 0 to 1; nan: nothing is known, or the account is of no type.
    """

    keys: NDArray[np.int64]
    distance: Floats

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        return int(self.keys.nbytes + self.distance.nbytes)

    def to_arrow(self) -> pa.Table:
        """account_key and distance, of those where it is known."""
        known = ~np.isnan(self.distance)
        return pa.table({"account_key": self.keys[known], "distance": self.distance[known]})


def distances(cursor: Cursor, plan: Plan, as_of: object, kept: Kept | None = None) -> Distances:
    """The distance of every account that is there on a day; of nobody, where the plan's benchmarks cannot be made.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        as_of: The day or the instant; None: the end of the data.
        kept: Where it is kept for the next question; None: nowhere.
    """
    asked = asked_for(cursor, plan, {"as_of": as_of})
    now = asked.question.last_day

    def read() -> Distances:
        panel = Panel(asked, now, now)
        there = panel.present[:, -1]
        try:
            missing = 1.0 - measured(panel, plan.all_benchmarks).attainment[:, -1]
        except QuestionError:  # such as a plan without the score that exemplary accounts are proposed by
            missing = np.full(panel.n, np.nan)
        return Distances(panel.keys[there], missing[there])

    if kept is None:
        return read()
    return kept.get(cursor, ("distances", plan.version, asked.question.as_of), read)
