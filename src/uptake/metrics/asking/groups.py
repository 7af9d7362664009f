"""What everybody was at the end of each period, in memory: which group of a breakdown, and whether the conditions held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from uptake.facts.selection import property_sql
from uptake.metrics.core.dimensions import ANY_TIME, MISSING, MOST_RECENT, Attribute, Dimension
from uptake.metrics.core.metric import Asked, Split
from uptake.metrics.parts.attributes import in_bands, names_bands
from uptake.metrics.parts.known_attributes import MOMENT, Codes, Instants, Known, known_of
from uptake.metrics.parts.labelled import Test, labelled
from uptake.metrics.parts.tallies import instant
from uptake.plan import Condition

MOST = 64
"""Groups that are told apart here; where there may be more, the engine does it."""
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Attributes(Split):
    """Groups by attributes, of those for whom conditions held.

    Args:
        asked: The question.
        by: What to break down by.
        where: Conditions that all must hold.
    """

    asked: Asked
    by: Sequence[Attribute]
    where: Sequence[tuple[Attribute, Condition]]
    _known: dict[Attribute, Known] = field(default_factory=dict)
    _made: dict[frozenset[tuple[Attribute, int]], NDArray[np.int8]] = field(default_factory=dict)
    _tested: dict[tuple[Attribute, Condition], NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the breakdowns."""
        return tuple(one.label for one in self.by)

    @property
    def are_few(self) -> bool:
        """Whether there are so few groups that each can be looked at by itself."""
        return int(np.prod([len(self._names(one)) for one in self.by])) <= MOST

    @property
    def names(self) -> list[tuple[str, ...]]:
        """What each group is called, by its number."""
        return list(product(*(self._names(one) for one in self.by)))

    def numbers(self, at: np.datetime64) -> NDArray[np.int8]:
        """The number of everybody's group just before an instant; `NOWHERE` of those left out."""
        attributes = {*self.by, *(one for one, _ in self.where)}
        stretch = frozenset((one, self._of(one).spans.stretch(self._moment(one, at))) for one in attributes)
        if stretch not in self._made:
            self._made[stretch] = self._groups(lambda one: self._of(one).codes(self._moment(one, at)))
        return self._made[stretch]

    def numbers_of(self, who: Codes, at: Instants) -> NDArray[np.int8]:
        """The number of the group of some entities, each at an instant of its own; `NOWHERE` of those left out."""
        until = at + MOMENT

        def codes(one: Attribute) -> Codes:
            if one.mode == MOST_RECENT:
                return self._of(one).codes(instant(self.asked.question.as_of))[who]
            return self._of(one).codes_of(who, until)

        return self._groups(codes)

    def parts(self, at: np.datetime64, who: Codes) -> Iterator[tuple[tuple[str, ...], Codes]]:
        """Each group of some entities just before an instant, with the places of those in it."""
        group, names = self.numbers(at)[who], self.names
        for number in np.flatnonzero(np.bincount(group + 1, minlength=1)[1:]).tolist():
            yield names[number], np.flatnonzero(group == number)

    def labelled(self, rows: str) -> str:
        """SQL for the rows of a relation that are not left out, with a column a breakdown, at the `anchor_at` of each."""
        return labelled(self.asked.grain, self.by, self.where, self.asked.plan.product.timezone, rows=rows)

    def _groups(self, codes: Callable[[Attribute], Codes]) -> NDArray[np.int8]:
        """The number of the group of each; `NOWHERE` of those for whom some condition did not hold.

        Args:
            codes: Gives the code of an attribute of each.
        """
        found: Codes | np.int64 = np.int64(0)
        for one in self.by:
            found = found * len(self._names(one)) + self._numbers(one)[codes(one)]
        for one, condition in self.where:
            holds = self._holds(one, condition)[codes(one)]
            found = np.where(holds, found, NOWHERE)
        return np.asarray(found).astype(np.int8)  # there may be many instants, and there are few groups

    def _holds(self, one: Attribute, condition: Condition) -> NDArray[np.bool_]:
        """For each code of an attribute whether a condition holds."""
        if (one, condition) not in self._tested:
            text = in_bands(one.bands, "text", "number") if one.bands and names_bands(one.bands, condition) else "text"
            test = property_sql(condition, text, "number", self.asked.plan.product.timezone)
            self.asked.cursor.register("said", self._of(one).said)
            holds = self.asked.cursor.execute(f"SELECT ({test}) AS holds FROM said ORDER BY code").fetchnumpy()["holds"]
            self.asked.cursor.unregister("said")
            self._tested[one, condition] = np.asarray(holds, np.bool_)
        return self._tested[one, condition]

    def _numbers(self, one: Attribute) -> Codes:
        """For each code of an attribute the place of its label among the labels."""
        names = self._names(one)
        return np.array([names.index(text) for text in self._texts(one)])

    def _moment(self, one: Attribute, at: np.datetime64) -> np.datetime64:
        """When an attribute counts that is asked for at an instant."""
        return instant(self.asked.question.as_of) if one.mode == MOST_RECENT else at

    def _names(self, one: Attribute) -> list[str]:
        """The labels of an attribute."""
        return list(dict.fromkeys(self._texts(one)))

    def _texts(self, one: Attribute) -> list[str]:
        """The label of each code."""
        return [MISSING if text is None else text for text in self._of(one).said["label"].to_pylist()]

    def _of(self, one: Attribute) -> Known:
        if one not in self._known:
            self._known[one] = known_of(self.asked, one)
        return self._known[one]


def groups(asked: Asked, by: Sequence[Dimension], where: Sequence[Test]) -> Attributes | None:
    """The groups of a question, or None if they are not told apart here.

    Args:
        asked: The question.
        by: What to break down by.
        where: Conditions that all must hold.
    """
    attributes = [one for one in by if _is_held(one)]
    tests = [(one, condition) for one, condition in where if _is_held(one)]
    is_chosen = asked.question.top is not None or asked.question.keep is not None
    if is_chosen or len(attributes) < len(by) or len(tests) < len(where):
        return None
    found = Attributes(asked, attributes, tests)  # type: ignore[arg-type]  # all of them are attributes
    return found if found.are_few else None


def _is_held(one: Dimension) -> bool:
    """Whether it is an attribute with one value at a time."""
    return isinstance(one, Attribute) and one.mode != ANY_TIME and one.name != "id"
