"""How fast a long piece of work goes and how long it may still take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uptake.cli import screen

if TYPE_CHECKING:
    from uptake import workspace

LEAST_SHARE = 0.01
"""Less of the work says nothing about the rest."""
LEAST_S = 0.3
MINUTE, HOUR = 60, 3_600


@dataclass(frozen=True)
class Said:
    """What can be said of the work at one moment.

    Args:
        share: How much of it is behind, 0 to 1; None where nobody knows.
        rows: Rows read and how many a second, in words; empty without rows.
        left_s: Estimated seconds that are left; None where nobody knows.
    """

    share: float | None
    rows: str
    left_s: float | None


class Pace:
    """Says how far the work is. A stage that is told without a share of everything is a piece of work of its own."""

    def __init__(self) -> None:
        self._work = ""
        self._began_at: float | None = None
        self._share = 0.0

    def __call__(self, progress: workspace.Progress, now: float) -> Said:
        """Takes in a report.

        Args:
            progress: The report.
            now: When it came, seconds by any clock.
        """
        is_part = progress.share is not None
        work = "" if is_part else progress.stage
        # The next of several imports begins at nothing again.
        if work != self._work or self._began_at is None or (progress.share or 0) < self._share:
            self._work, self._began_at = work, now
        self._share = progress.share or 0
        elapsed_s = now - self._began_at
        share = progress.share
        if share is None and progress.total:
            share = progress.done / progress.total
        is_telling = share is not None and share >= LEAST_SHARE and elapsed_s >= LEAST_S
        left_s = elapsed_s * (1 - share) / share if is_telling and share is not None else None
        return Said(share, _rows(progress, elapsed_s), left_s)


def _rows(progress: workspace.Progress, elapsed_s: float) -> str:
    if not progress.rows:
        return ""
    is_reading = bool(progress.total) and elapsed_s >= LEAST_S
    return f"{progress.rows:,} rows{screen.a_second(progress.rows, elapsed_s) if is_reading else ''}"


def left(seconds: float | None) -> str:
    """An estimate in words; empty where there is none.

    >>> left(12.4), left(200), left(9_000), left(None)
    ('about 12 s left', 'about 3 min left', 'about 2.5 h left', '')
    """
    if seconds is None:
        return ""
    if seconds < MINUTE:
        return f"about {max(seconds, 1):.0f} s left"
    return f"about {seconds / MINUTE:.0f} min left" if seconds < HOUR else f"about {seconds / HOUR:.1f} h left"
