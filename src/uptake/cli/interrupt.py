"""Ctrl-C while files are imported: the first asks to stop, the second ends the process at once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pyarrow


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Gives what says whether someone asked to stop."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        # Written past Rich, whose bar would be drawn over by another console.
        sys.stderr.write("\nStopping, or finishing if rows are being stored. Ctrl-C again ends at once.\n")

    # Arrow would end a reading by itself, with an error of its own.
    pyarrow.enable_signal_handlers(False)
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
