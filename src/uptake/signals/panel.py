"""A panel: everyone of one grain over consecutive days, as of the end of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.metrics.core.grain import ACCOUNT, MEMBER, Grain
from uptake.metrics.core.metric import Asked
from uptake.signals.spans_by_day import SpansByDay
from uptake.signals.windows import Flags, Floats, Runs, means, runs


class Panel(SpansByDay):
    """Everyone of a grain over the days `[first, last]`, their facts and their signals.

    A signal is asked for with `signal`, once; whoever was not there at the end of a day has nan in all of them but
    `present`.

    Args:
        asked: The question a signal is asked within: plan, grain, cursor.
        first: First day.
        last: Last day.
        facts: A panel of the same that has these days among its own: facts are read for all of its days, once, and
            taken from there. None: they are read for these days.
        ever: Whether those are among them who come after the last day only.
    """

    def __init__(self, asked: Asked, first: date, last: date, facts: Panel | None = None, *, ever: bool = True) -> None:
        super().__init__(asked, first, last, facts, ever=ever)
        self._beside: dict[str, Panel] = {}
        self._signals: dict[tuple[str, tuple[tuple[str, Any], ...]], Floats] = {}
        self.made: dict[Hashable, Any] = {}
        """What was worked out for the whole panel and will be asked for again."""

    def once(self, name: str, params: tuple[tuple[str, Any], ...], made: Callable[[Panel], Floats]) -> Floats:
        """A signal, made when it is asked for first; nan for who was not there."""
        key = (name, params)
        if key not in self._signals:
            values = made(self).astype(np.float64, copy=False)
            values = values if values.flags.writeable else values.copy(order="K")
            values += self._gone
            self._signals[key] = values
        return self._signals[key]

    def parts(self, days: int) -> Iterator[Panel]:
        """The same days, so many at once, as panels of their own; each is over, and forgotten, when the next is asked for."""
        first = self.first
        while first <= self.last:
            last = min(first + timedelta(days=min(days, self.days) - 1), self.last)
            part = Panel(self.asked, first, last, self.facts or self, ever=self.ever)
            yield part
            part.forget()
            first = part.last + timedelta(days=1)
        self.forget()

    def days_of(self, cells: int) -> int:
        """How many days of everyone have so many cells, counted by users; at least 1."""
        n = self.members.n if self.grain is ACCOUNT else self.n
        return max(1, cells // max(1, n))

    def forget(self) -> None:
        """Gives the memory of everything that was worked out free, at once: some of it knows the panel."""
        for name in ("present", "started", "_gone"):
            self.__dict__.pop(name, None)
        for panel in self._beside.values():
            panel.forget()
        self._active = None
        for kept in (self._beside, self._known, self._signals, self.made):
            kept.clear()

    @cached_property
    def present(self) -> Flags:
        """Whether someone was there at the end of the day."""
        return self.spans(f"SELECT entity_key, valid_from, valid_to FROM {self.grain.present}")

    @cached_property
    def _gone(self) -> Floats:
        """0 for who was there, else nan: adding is quicker than choosing."""
        return np.where(self.present, 0.0, np.nan)

    @cached_property
    def started(self) -> Floats:
        """The first day of life, counted from the panel's first day; nan for who has not begun."""
        return self.column(f"SELECT entity_key, started_on FROM {self.grain.start}", "started_on")

    def beside(self, grain: Grain) -> Panel:
        """Everyone of another grain over the same days, once."""
        if grain.name not in self._beside:
            facts = None if self.facts is None else self.facts.beside(grain)
            asked = replace(self.asked, grain=grain)
            self._beside[grain.name] = Panel(asked, self.first, self.last, facts, ever=self.ever)
        return self._beside[grain.name]

    @property
    def members(self) -> Panel:
        """The users in accounts over the same days."""
        return self.beside(MEMBER)

    @cached_property
    def of_member(self) -> NDArray[np.int64]:
        """For every row of `members` the row of its account here; -1 where it has none."""
        return self.facts.of_member if self.facts else self.rows(self.members.keys >> 32)

    @cached_property
    def by_account(self) -> Runs:
        """The rows of `members`, account by account."""
        return self.facts.by_account if self.facts else runs(self.of_member, self.n)

    def mean_of_members(self, values: Floats) -> tuple[Floats, Floats]:
        """The mean over the members of each account, and how many of them have a value."""
        return means(values, self.by_account)
