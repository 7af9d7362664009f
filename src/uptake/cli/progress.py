"""How far a long piece of work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from uptake.cli import screen
from uptake.cli.pace import Pace, left

if TYPE_CHECKING:
    from rich.console import Console

    from uptake import workspace
    from uptake.cli.bar import Bar

LINE_EVERY_S = 2.0


@contextmanager
def shown() -> Iterator[workspace.Report]:
    """Gives what to report progress to; nothing stays on a terminal when the work is over."""
    shown = _Shown()
    try:
        yield shown
    finally:
        shown.close()


class _Shown:
    """Shows nothing, and loads nothing to show it with, before there is something: most work is over at once."""

    def __init__(self) -> None:
        self._by: Bar | _Lines | None = None

    def __call__(self, progress: workspace.Progress) -> None:
        if self._by is None:
            self._by = _means()
        self._by(progress)

    def close(self) -> None:
        if self._by is not None:
            self._by.close()


def _means() -> Bar | _Lines:
    console = screen.errors()
    if not console.is_terminal:
        return _Lines(console)
    from uptake.cli.bar import Bar

    return Bar(console)


class _Lines:
    """A line every few seconds; nothing of what is done sooner."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace()
        self._told_at = time.monotonic()

    def close(self) -> None:
        """Leaves the lines where they are."""

    def __call__(self, progress: workspace.Progress) -> None:
        now = time.monotonic()
        said = self._pace(progress, now)
        if now - self._told_at >= LINE_EVERY_S:
            self._told_at = now
            share = f"{said.share:.0%}" if said.share else ""
            parts = (progress.stage, share, said.rows, left(said.left_s))
            screen.say(", ".join(part for part in parts if part), self._console)
