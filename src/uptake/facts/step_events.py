"""The events that sequences are made of, as sorted columns: whose, when, and which of some questions each answers.

Facts of a day cannot say what came after what, so events are read once and kept in memory, sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.sequences.events import Bools, Events, Instants, Keys
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

ARRIVAL = "import_id, ordinal"
"""SQL for the order in which events arrived: import by import, and within one as the file has them."""


@dataclass(frozen=True)
class Wanted:
    """Which events are read.

    Args:
        key: SQL for the entity's key, over the table `event`.
        needs: SQL that holds for events that have one.
        tests: SQL for what is asked of each event; an event is read if one of the answers is yes.
        any_test: SQL that holds where one of them does.
        steps: How many of the tests are steps; the others are what is excluded.
        all_of: Read all events of those entities for which this one of the tests holds at least once; None: only events
            that answer yes.
        held: SQL for the text that splits an entity's events into histories of their own, "" for none. Events without
            it are left out.
    """

    key: str
    needs: str
    tests: tuple[str, ...]
    any_test: str
    steps: int
    all_of: int | None = None
    held: str = ""

    def sql(self) -> str:
        """The query: entity_key, event_at, held and a truth per test, in the order of the histories."""
        columns = "".join(f", {test} AS fits_{place}" for place, test in enumerate(self.tests, 1))
        held = f", {self.held} AS held" if self.held else ""
        order = "entity_key, held, event_at" if self.held else "entity_key, event_at"
        return f"""SELECT {self.key} AS entity_key, event_at{held}{columns}
        FROM event WHERE {self.condition()} ORDER BY {order}, {ARRIVAL}"""

    def condition(self) -> str:
        """SQL that holds for the events read."""
        tests = self.any_test
        if self.all_of is not None:
            tests = f"{self.key} IN (SELECT {self.key} FROM event WHERE {self.needs} AND {self.tests[self.all_of]})"
        held = f" AND {self.held} IS NOT NULL" if self.held else ""
        return f"{self.needs} AND ({tests}){held}"


@dataclass(frozen=True, eq=False)
class StepEvents:
    """Events in the order of their histories, and within one of the instant and of arrival.

    Args:
        entity: Keys of the entities.
        history: Numbers of the histories; those of entities where nothing is held.
        at: When each event happened.
        fits: For each test, its answers.
        steps: How many of the tests are steps.
        held: What is the same in a history, a text for each; empty where nothing is held.
    """

    entity: Keys
    history: Keys
    at: Instants
    fits: tuple[Bools, ...]
    steps: int
    held: NDArray[Any]

    @property
    def nbytes(self) -> int:
        """Bytes they take, with what is worked out from them."""
        # every event has the end of its entity, and for each step the next that fits and at most its own number
        own = self.entity.nbytes + self.at.nbytes + sum(fits.nbytes for fits in self.fits)
        own += (4 + 12 * self.steps) * len(self.at)
        return own + (0 if self.history is self.entity else self.history.nbytes)

    @cached_property
    def events(self) -> Events:
        """They with their steps, as sequences take them."""
        return Events(self.history, self.at, self.fits[: self.steps])

    @cached_property
    def ties(self) -> int:
        """How many events happened at the very instant of the event before them in their history and fit other steps."""
        is_tied = self.at[1:] == self.at[:-1]
        is_tied &= self.history[1:] == self.history[:-1]
        tied = np.flatnonzero(is_tied)
        fits = self.fits[: self.steps]
        return int(np.count_nonzero(np.logical_or.reduce([one[tied] != one[tied + 1] for one in fits])))

    def before(self, instant: int) -> StepEvents:
        """Those before an instant, microseconds since 1970; themselves if all are."""
        if self.events.ends_of_time[1] < instant:
            return self
        return self.of(self.at < instant)

    def of(self, kept: Bools) -> StepEvents:
        """Some of them."""
        entity = self.entity[kept]
        history = entity if self.history is self.entity else self.history[kept]
        return StepEvents(
            entity, history, self.at[kept], tuple(fits[kept] for fits in self.fits), self.steps, self.held
        )


def read(cursor: Cursor, kept: Kept, wanted: Wanted) -> StepEvents:
    """The events, read now or kept from before.

    Args:
        cursor: A cursor of the projection.
        kept: What is kept of this projection.
        wanted: Which events.
    """
    return kept.get(cursor, wanted, lambda: _read(cursor, wanted))


def _read(cursor: Cursor, wanted: Wanted) -> StepEvents:
    found = cursor.execute(wanted.sql()).fetchnumpy()
    columns: dict[str, NDArray[Any]] = {name: np.asarray(column) for name, column in found.items()}
    entity = columns["entity_key"]
    history, held = _histories(entity, columns["held"]) if wanted.held else (entity, entity[:0])
    fits = [columns[f"fits_{place}"] for place in range(1, len(wanted.tests) + 1)]
    events = StepEvents(entity, history, columns["event_at"].view(np.int64), tuple(fits), wanted.steps, held)
    return events if wanted.all_of is None else events.of(_told_apart(history, fits))


def _told_apart(history: Keys, fits: Sequence[Bools]) -> Bools:
    """Of each event whether it fits something, or is the first or the last of a run of events that fit nothing.

    What lies amid such a run says nothing more: that something foreign came is told by the first, what a later event is
    tied with by the last. Of twenty million events they are few enough to be kept.
    """
    is_foreign = ~np.logical_or.reduce(fits)
    goes_on = is_foreign[1:] & is_foreign[:-1] & (history[1:] == history[:-1])
    amid = np.zeros(len(history), np.bool_)
    amid[1:-1] = goes_on[:-1] & goes_on[1:]
    return ~amid


def _histories(entity: Keys, held: NDArray[Any]) -> tuple[Keys, NDArray[Any]]:
    """The number of each event's history, from 0, and what is held in each of them."""
    is_new = np.ones(len(entity), np.bool_)
    is_new[1:] = (entity[1:] != entity[:-1]) | (held[1:] != held[:-1])
    return np.cumsum(is_new) - 1, held[is_new]
