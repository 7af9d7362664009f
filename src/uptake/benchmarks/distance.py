"""How far every account is from the benchmark of its type on a day, and no more: quick enough for a list of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uptake.benchmarks.ask import asked_for
from uptake.benchmarks.measured import NO_TYPE, measured
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
        type_of: The number of everyone's type; -1: none.
        exemplars: The keys of the exemplary accounts of each type.
    """

    keys: NDArray[np.int64]
    distance: Floats
    type_of: NDArray[np.int64]
    exemplars: tuple[NDArray[np.int64], ...]

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        return int(self.keys.nbytes + self.distance.nbytes)

    def exemplars_of(self, key: int) -> list[int]:
        """The exemplary accounts that an account is held against; itself is not one of them."""
        at = int(np.searchsorted(self.keys, key))
        if at == len(self.keys) or self.keys[at] != key or self.type_of[at] == NO_TYPE:
            return []
        return [one for one in self.exemplars[int(self.type_of[at])].tolist() if one != key]

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
            made = measured(panel, plan.all_benchmarks)
        except QuestionError:  # such as a plan without the score that exemplary accounts are proposed by
            nothing = np.full(int(there.sum()), np.nan)
            return Distances(panel.keys[there], nothing, np.full(len(nothing), NO_TYPE), ())
        exemplars = tuple(panel.keys[chosen[:, -1]] for chosen in made.exemplars)
        return Distances(panel.keys[there], 1.0 - made.attainment[there, -1], made.type_of[there, -1], exemplars)

    if kept is None:
        return read()
    return kept.get(cursor, ("distances", plan.version, asked.question.as_of), read)
