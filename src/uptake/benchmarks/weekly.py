"""What is measured of every account at the ends of weeks, made in blocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from uptake.benchmarks.measured import Part, values_of
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats

CELLS = 6_000_000
"""Users times days of a block: what is worked out at once, for memory's sake."""


def weekly(panel: Panel, parts: Sequence[Part], weeks: int) -> Floats:
    """Parts by accounts, in the panel's order, and weeks, of which the last ends with the panel's last day.

    Args:
        panel: Accounts; only its last day counts.
        parts: What is measured.
        weeks: How many weeks.
    """
    per_block = max(1, CELLS // max(1, panel.members.n) // 7)
    blocks = []
    end = panel.last
    left = weeks
    while left:
        taken = min(left, per_block)
        block = Panel(panel.asked, end - timedelta(days=7 * (taken - 1)), end)
        blocks.append(values_of(block, parts)[:, block.rows(panel.keys)][:, :, ::7])
        end -= timedelta(days=7 * taken)
        left -= taken
    return np.concatenate(blocks[::-1], axis=2)
