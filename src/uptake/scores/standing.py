"""Where everyone stands on one day: a score with all that explains it, apart from the facts it was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked
from uptake.plan import Score
from uptake.scores.scored import Scored, scored
from uptake.signals.panel import Panel
from uptake.signals.windows import Flags
from uptake.store.kept import Kept

NEAR = 28
"""Days apart up to which days are read together."""


@dataclass(frozen=True)
class Standing:
    """A score of everyone as of the end of a day.

    Args:
        keys: Whose, ascending; everyone who ever was.
        present: Who was there on the day.
        users: Of accounts: how many users were in each; None of users.
        scored: The score, with one day.
    """

    keys: NDArray[np.int64]
    present: Flags
    users: NDArray[np.int64] | None
    scored: Scored

    def row(self, key: int) -> int | None:
        """The row of a key; None: nobody has it."""
        at = int(np.searchsorted(self.keys, key))
        return at if at < len(self.keys) and self.keys[at] == key else None

    @property
    def nbytes(self) -> int:
        """Bytes it takes, about."""
        made: Any = self.scored
        arrays = [
            self.keys,
            self.present,
            made.raw,
            made.values,
            made.n,
            made.groups,
            made.own,
            *vars(made.shrunk).values(),
        ]
        arrays += [array for ranks in made.ranks.values() for array in vars(ranks).values()]
        # the means of the peers are made later and are as large as the components
        return sum(int(array.nbytes) for array in arrays) + 2 * int(made.values.nbytes)


def standings(asked: Asked, score: Score, days: Sequence[date], kept: Kept | None) -> list[Standing]:
    """Where everyone stands on some days, each read once.

    Args:
        asked: The question: plan, grain and cursor.
        score: The score.
        days: As of the end of each of these, ascending.
        kept: Where they are kept; None: nowhere.
    """
    is_near = (days[-1] - days[0]).days <= NEAR
    facts = cache(lambda: Panel(asked, days[0], days[-1]) if is_near else None)
    return [_standing(asked, score, day, kept, facts) for day in days]


def _standing(asked: Asked, score: Score, day: date, kept: Kept | None, facts: Callable[[], Panel | None]) -> Standing:
    def read() -> Standing:
        panel = Panel(asked, day, day, facts())
        users = None
        if panel.grain is ACCOUNT:
            there = panel.of_member[(panel.of_member >= 0) & panel.members.present[:, 0]]
            users = np.bincount(there, minlength=panel.n)
        return Standing(panel.keys, panel.present[:, 0], users, scored(panel, score))

    if kept is None:
        return read()
    question = asked.question
    key = ("standing", score.name, asked.plan.version, question.entity, question.timezone, question.week_start, day)
    return kept.get(asked.cursor, key, read)
