"""What is measured of every account at the ends of weeks, made in blocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from uptake.benchmarks.measured import Part, values_of
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats

CELLS = 18_000_000
"""Users times days of a block: what facts are read for at once, for memory's sake."""


def weekly(panel: Panel, parts: Sequence[Part], weeks: int) -> Floats:
    """Parts by accounts, in the panel's order, and weeks, of which the last ends with the panel's last day.

    Facts are read for all days of a block; what is measured is worked out for the ends of its weeks alone.

    Args:
        panel: Accounts; only its last day counts.
        parts: What is measured.
        weeks: How many weeks.
    """
    per_block = max(1, CELLS // max(1, panel.members.n) // 7)
    found = []
    for skipped in range(0, weeks, per_block):
        ends = [panel.last - timedelta(days=7 * week) for week in range(skipped, min(skipped + per_block, weeks))]
        facts = Panel(panel.asked, ends[-1], ends[0])
        for end in ends:
            week = Panel(panel.asked, end, end, facts)
            found.append(values_of(week, parts)[:, week.rows(panel.keys)])
            week.forget()
        facts.forget()
    return np.concatenate(found[::-1], axis=2)
