"""How far entities came in a funnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.choice import choose
from uptake.sequences.events import Bools, Instants, Keys
from uptake.sequences.rules import Entry

MISSING: Final = np.iinfo(np.int64).min
"""The instant of a step that was not done. NumPy reads it as NaT: `instants.view("M8[us]")`."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One line for each entity that entered, with the pass it counts with.

    Args:
        entity: Who it is, increasing.
        entered_at: When its pass began.
        depth: How many required steps it did, from 1; 0 where an excluded event removed the entity.
        instants: Entities by steps: when each step was done, `MISSING` if it was not. In any order column k is when
            k + 1 steps were done.
        is_spoilt: Whether an excluded event ended the pass.
        required: The numbers of the required steps.
    """

    entity: Keys
    entered_at: Instants
    depth: NDArray[np.intp]
    instants: Instants
    is_spoilt: Bools
    required: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        columns = (self.entity, self.entered_at, self.depth, self.instants, self.is_spoilt)
        return sum(column.nbytes for column in columns)

    @property
    def done(self) -> Bools:
        """Entities by steps: whether each step was done, the optional ones among them."""
        return np.not_equal(self.instants, MISSING)

    @property
    def counts_by_step(self) -> NDArray[np.intp]:
        """How many entities did each step; never rises from one required step to the next."""
        return np.array([np.count_nonzero(done) for done in self.done.T], np.intp)

    def of(self, lines: NDArray[Any]) -> Outcome:
        """Some of the lines, by their places or by one truth each."""
        if lines.dtype == np.bool_:
            if lines.all():
                return self
            lines = np.flatnonzero(lines)
        return Outcome(
            self.entity.take(lines),
            self.entered_at.take(lines),
            self.depth.take(lines),
            self.instants.T.take(lines, axis=1).T,  # steps lie one after the other in memory
            self.is_spoilt.take(lines),
            self.required,
        )

    def renamed(self, entity: Keys) -> Outcome:
        """The same lines of entities that are called otherwise, one name a line."""
        return replace(self, entity=entity)

    def best_by(self, owner: Keys, entry: Entry) -> Outcome:
        """Merges entities that are one, such as a user with each value of a property that was held constant.

        Args:
            owner: For each line whom it belongs to.
            entry: Which line an owner counts with, as for the entries of an entity.

        Returns:
            One line for each owner. Lines that were removed lose to any other, except where the first entry counts.

        >>> at = np.array([[0, MISSING], [5, 7]])
        >>> lines = Outcome(np.array([1, 2]), at[:, 0], np.array([1, 2]), at, np.array([False, False]), (0, 1))
        >>> lines.best_by(np.array([10, 10]), "earliest").instants
        array([[5, 7]])
        """
        order = np.lexsort((self.entered_at, owner))
        owners, depth = owner[order], self.depth[order]
        columns = np.array(self.required)[np.maximum(depth - 1, 0)]
        best = order[choose(owners, depth, self.instants[order, columns], entry)]
        return self.of(best).renamed(owner[best])


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """The lines of several outcomes of the same steps, one after the other."""
    return Outcome(
        np.concatenate([one.entity for one in outcomes]),
        np.concatenate([one.entered_at for one in outcomes]),
        np.concatenate([one.depth for one in outcomes]),
        np.concatenate([one.instants for one in outcomes]),
        np.concatenate([one.is_spoilt for one in outcomes]),
        outcomes[0].required,
    )
