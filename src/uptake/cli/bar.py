"""The bar that a terminal shows while work goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from uptake.cli import screen

if TYPE_CHECKING:
    from uptake import workspace


class Bar:
    """One bar a stage: bytes while files are read, moving stripes where nobody knows how much there is.

    Args:
        console: The terminal.
    """

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
        """Shows how far the work is."""
        self._bar.start()
        if progress.stage != self._stage:
            self._bar.remove_task(self._task)
            self._stage = progress.stage
            self._task = self._bar.add_task(screen.inert(progress.stage), total=progress.total or None, rows=0)
        self._bar.update(self._task, completed=progress.done, rows=progress.rows)

    def close(self) -> None:
        """Takes the bar away."""
        self._bar.stop()


class _Rows(ProgressColumn):
    """Rows read, and how many a second."""

    def render(self, task: Task) -> Text:
        rows = task.fields.get("rows", 0)
        if not rows:
            return Text("")
        rate = screen.a_second(rows, task.elapsed or 0) if task.total else ""
        return Text(f"{rows:,} rows{rate}", no_wrap=True)
