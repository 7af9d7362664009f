"""How far a long piece of work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from uptake.cli import screen

if TYPE_CHECKING:
    from uptake import workspace

LINE_EVERY_S = 2.0


@contextmanager
def shown() -> Iterator[workspace.Report]:
    """Gives what to report progress to; nothing stays on a terminal when the work is over."""
    console = screen.errors()
    if not console.is_terminal:
        yield _Lines(console)
        return
    bar = _Bar(console)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """One bar a stage: bytes while files are read, moving stripes where nobody knows how much there is."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            _Rows(),
            TimeRemainingColumn(),
        )
        # Answers go to stdout; with Rich in between they would come out where the bar is.
        self._bar = Progress(*columns, console=console, transient=True, redirect_stdout=False)
        self._stage = ""
        self._task = self._bar.add_task("", visible=False)

    def __call__(self, progress: workspace.Progress) -> None:
        self._bar.start()
        if progress.stage != self._stage:
            self._bar.remove_task(self._task)
            self._stage = progress.stage
            self._task = self._bar.add_task(screen.inert(progress.stage), total=progress.total or None, rows=0)
        self._bar.update(self._task, completed=progress.done, rows=progress.rows)

    def close(self) -> None:
        self._bar.stop()


class _Rows(ProgressColumn):
    """Rows read, and how many a second."""

    def render(self, task: Task) -> Text:
        rows = task.fields.get("rows", 0)
        if not rows:
            return Text("")
        rate = _a_second(rows, task.elapsed or 0) if task.total else ""
        return Text(f"{rows:,} rows{rate}", no_wrap=True)


class _Lines:
    """A line every few seconds; nothing of what is done sooner."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._began_at = self._told_at = time.monotonic()

    def __call__(self, progress: workspace.Progress) -> None:
        now = time.monotonic()
        if progress.stage != self._stage:
            self._stage, self._began_at = progress.stage, now
        if now - self._told_at >= LINE_EVERY_S:
            self._told_at = now
            screen.say(_line(progress, now - self._began_at), self._console)


def _line(progress: workspace.Progress, elapsed_s: float) -> str:
    parts = [progress.stage]
    if progress.total and progress.done:
        parts.append(f"{progress.done / progress.total:.0%}")
    if progress.rows:
        parts.append(f"{progress.rows:,} rows{_a_second(progress.rows, elapsed_s) if progress.total else ''}")
    return ", ".join(parts)


def _a_second(rows: int, elapsed_s: float) -> str:
    return f" ({rows / elapsed_s:,.0f} a second)" if elapsed_s >= 1 else ""
