"""How far from one step of a pass the next may lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from uptake.sequences.events import Bools, Events, Instants, Rows, RowSet


class Limits(NamedTuple):
    """Up to where each of some passes may go.

    Args:
        events: The events.
        end: The first row behind its entity.
        until: The last instant of its window; None: there is no window.
    """

    events: Events
    end: Rows
    until: Instants | None

    def hold(self, rows: Rows) -> Bools:
        """Whether a row for each pass lies within its limits; "no row" does not."""
        within = rows < self.end
        if self.until is not None:
            within &= self.events.at.take(rows, mode="clip") <= self.until
        return within

    def of(self, passes: Rows) -> Limits:
        """The limits of some of the passes."""
        return Limits(self.events, self.end.take(passes), None if self.until is None else self.until.take(passes))


@dataclass(frozen=True)
class Reach:
    """The limits that steps keep, whichever events are chosen.

    Args:
        events: The events.
        end: For each row the first behind those of its entity that count.
        window: Microseconds from the first event of a pass to any other, None for no limit.
        step_windows: For each required step, microseconds from the required step before; empty for no limits.
        foreign: For each required step but the last, the rows that may not lie between it and the next; empty where all
            may.
    """

    events: Events
    end: Rows
    window: int | None
    step_windows: Sequence[int | None] = ()
    foreign: Sequence[RowSet] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether a limit depends on the step before, so that the first event found may be the wrong one."""
        return bool(self.foreign) or any(limit is not None for limit in self.step_windows)

    def within_pass(self, starts: Rows, rows: Rows) -> Bools:
        """Whether rows belong to the entities and the windows of passes with these first events; "no row" does not."""
        return self.limits(starts).hold(rows)

    def limits(self, starts: Rows) -> Limits:
        """Up to where passes with these first events may go."""
        until = None if self.window is None else self.events.at.take(starts, mode="clip") + self.window
        return Limits(self.events, self.end.take(starts, mode="clip"), until)

    def within_step(self, step: int, earlier: Rows, later: Rows) -> Bools:
        """Whether a required step may lie at `later` if the one before, number `step` of them, lies at `earlier`."""
        belongs = later < self.end.take(earlier, mode="clip")
        if self.step_windows:
            belongs &= self.within_window(self.step_windows[step + 1], earlier, later)
        return belongs & self.unbroken(step, earlier, later)

    def unbroken(self, step: int, earlier: Rows, later: Rows) -> Bools:
        """Whether nothing foreign lies between a row that serves as required step number `step` and a later one."""
        if not self.foreign:
            return np.ones(len(later), np.bool_)
        return self.foreign[step].since(earlier + 1) >= later

    def within_window(self, limit: int | None, earlier: Rows, later: Rows) -> Bools:
        """Whether rows lie at most so many microseconds, or anywhere if None, after others; never "no row"."""
        belongs = later < len(self.events)
        if limit is not None:
            belongs &= self.events.between(earlier, later) <= limit
        return belongs
