"""What is measured of every account at the ends of weeks, made in blocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from uptake.benchmarks.measured import Part, values_of
from uptake.metrics.core.metric import Asked
from uptake.signals.panel import Panel
from uptake.signals.windows import Floats

CELLS = 18_000_000
"""Users times days of a block: what facts are read for at once, for memory's sake."""


def together(asked: Asked, last: date, weeks: int) -> Panel | None:
    """Facts of so many weeks, to be read once for all that is asked of their days; None: it takes blocks to read them."""
    facts = Panel(asked, last - timedelta(days=7 * (weeks - 1)), last)
    return facts if facts.days_of(CELLS) >= facts.days else None


def weekly(panel: Panel, parts: Sequence[Part], weeks: int) -> Floats:
    """Parts by accounts, in the panel's order, and weeks, of which the last ends with the panel's last day.

    Facts are read for all days of a block, or taken from where the panel has them; what is measured is worked out for
    the ends of its weeks alone.

    Args:
        panel: Accounts; only its last day counts.
        parts: What is measured.
        weeks: How many weeks.
    """
    per_block = max(1, panel.days_of(CELLS) // 7)
    found = []
    for skipped in range(0, weeks, per_block):
        ends = [panel.last - timedelta(days=7 * week) for week in range(skipped, min(skipped + per_block, weeks))]
        has_them = panel.facts is not None and panel.facts.first <= ends[-1]
        facts = panel.facts if has_them and panel.facts else Panel(panel.asked, ends[-1], ends[0])
        for end in ends:
            week = Panel(panel.asked, end, end, facts)
            found.append(values_of(week, parts)[:, week.rows(panel.keys)])
            week.forget()
        if not has_them:
            facts.forget()
    return np.concatenate(found[::-1], axis=2)
