"""How far from one step of a pass the next may lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from uptake.sequences.events import Bools, Events, Rows, RowSet


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
        belongs = rows < self.end.take(starts, mode="clip")
        if self.window is not None:
            belongs &= self.events.between(starts, rows) <= self.window
        return belongs

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
