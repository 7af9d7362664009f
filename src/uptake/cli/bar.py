"""The bar that a terminal shows while work goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn
from rich.text import Text

from uptake.cli import screen
from uptake.cli.pace import Pace, left

if TYPE_CHECKING:
    from uptake import workspace


class Bar:
    """One bar for all stages of an import, one a stage for other work; moving stripes where nobody knows how far it is.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]}", markup=False),
            _Left(),
        )
        # Answers go to stdout; with Rich in between they would come out where the bar is.
        self._bar = Progress(*columns, console=console, transient=True, redirect_stdout=False)
        self._pace = Pace()
        self._task = self._bar.add_task("", visible=False, total=1, rows="", left_s=None, told_at=0.0)

    def __call__(self, progress: workspace.Progress) -> None:
        """Shows how far the work is."""
        self._bar.start()
        now = time.monotonic()
        said = self._pace(progress, now)
        if (said.share is None) != (self._bar.tasks[0].total is None):
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task(
                "", total=None if said.share is None else 1, rows="", left_s=None, told_at=0.0
            )
        self._bar.update(
            self._task,
            description=screen.inert(progress.stage),
            completed=said.share or 0,
            visible=True,
            rows=said.rows,
            left_s=said.left_s,
            told_at=now,
        )

    def close(self) -> None:
        """Takes the bar away."""
        self._bar.stop()


class _Left(ProgressColumn):
    """The estimate of the latest report, less the time since."""

    def render(self, task: Task) -> Text:
        left_s: float | None = task.fields["left_s"]
        since_s = time.monotonic() - task.fields["told_at"]
        return Text(left(None if left_s is None else left_s - since_s), no_wrap=True)
