"""Clocks by which it is counted how long something took, from columns in memory: time itself, or sessions."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from uptake.facts.day_order import Numbered, Rows
from uptake.metrics.core.metric import Asked
from uptake.metrics.parts.session_clock import SessionClock

Instants = NDArray[np.datetime64]
SECOND = np.timedelta64(1, "s")
MOMENT = np.timedelta64(1, "us")
TIME, SESSIONS = "time", "sessions"
"""What a lag is counted in."""


class Clock(Protocol):
    """What lengths are counted by.

    Args:
        length: What the column of lengths is called.
    """

    length: str

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """What the clock of everybody says at an instant of its own."""
        ...

    def at_uses(self, used: Rows) -> NDArray[np.generic]:
        """What it said at the first uses of a feature."""
        ...

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """The lengths between readings; no less than none."""
        ...


class InTime:
    """Whole seconds as the engine rounds them, halves to even ones."""

    length = "duration_s"

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """The instants themselves."""
        return instants

    def at_uses(self, used: Rows) -> NDArray[np.generic]:
        """The instants themselves."""
        return used.values["first_at"]

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """Seconds."""
        return _seconds(until.astype("M8[us]") - since.astype("M8[us]"))


class InSessions:
    """Sessions that began in between."""

    length = "sessions"

    def __init__(self, asked: Asked, facts: Numbered) -> None:
        self._clock = SessionClock(facts, asked.grain)

    def at(self, instants: Instants) -> NDArray[np.generic]:
        """How many had begun before."""
        return self._clock.before(np.arange(len(instants)), instants)

    def at_uses(self, used: Rows) -> NDArray[np.generic]:
        """How many had begun by then."""
        first_at: Instants = used.values["first_at"]
        return self._clock.before(used.number, first_at + MOMENT)

    def between(self, since: NDArray[np.generic], until: NDArray[np.generic]) -> NDArray[np.int64]:
        """Sessions."""
        return (until.astype(np.int64) - since.astype(np.int64)).clip(min=0)


def _seconds(interval: NDArray[np.timedelta64]) -> NDArray[np.int64]:
    """Whole seconds as the engine rounds them, halves to even ones; no less than none."""
    whole: NDArray[np.int64] = np.rint(interval / SECOND).clip(min=0).astype(np.int64)
    return whole
