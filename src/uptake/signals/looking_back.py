"""For how long somebody could be seen in a window: counts are scaled by it, or new ones would always look weak."""

from __future__ import annotations

from datetime import date

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.windows import Counts, Flags, Floats, earliest, taken

WINDOW_DAYS = Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=366)

LEAST_DAYS = Param(
    "least_days", "integer", "The shortest time that is scaled up to the window.", default=14, least=1, most=366
)

USAGE_INTERVAL = Param(
    "interval_days",
    "integer",
    "Length of a usage interval in days, the plan's if not given.",
    default=lambda plan: plan.product.usage_interval_days,
    least=1,
    most=366,
)


def tenure(panel: Panel) -> Floats:
    """Days since the start of life, the day itself included: 1 on the first day; nan before it."""
    days = (np.arange(panel.days)[:, None] - panel.started + 1).T
    return np.where(days >= 1, days, np.nan)


def scaled(sums: Floats, panel: Panel, window: int, least_days: int, did: Flags | None = None) -> Floats:
    """Sums over a window as if everybody could have been seen for the whole of it.

    Args:
        sums: What was counted, or added up, in the window of each day.
        panel: Whom and when.
        window: Days looked back on.
        least_days: The shortest time that is scaled up.
        did: As for `seen_days`; None: whether they were active.
    """
    seen = lived_days(panel, window) if did is None else seen_days(panel, window, did)
    # divided last, so that as much is the same number whichever way it came about
    return np.asarray(sums * window / np.maximum(seen, min(least_days, window)))


def first_event(panel: Panel) -> date | None:
    """The first day with an event of anybody."""
    found: date | None = panel.known(
        "first event", lambda panel: panel.cursor.execute("SELECT min(day) FROM event").fetchall()[0][0]
    )
    return found


def lived_days(panel: Panel, window: int) -> Counts:
    """`seen_days` of who was active, worked out once for all who ask."""
    if ("lived", window) not in panel.made:
        panel.made["lived", window] = seen_days(panel, window, panel.was_active(window - 1))
    made: Counts = panel.made["lived", window]
    return made


def seen_days(panel: Panel, window: int, did: Flags) -> Counts:
    """Days of the window in which somebody could be seen doing something, at least 1.

    From the start of life, but not before the data begins: the plan says when, or the first event does. Whoever did it
    in the window before the start was there already.

    Args:
        panel: Whom and when.
        window: Days looked back on.
        did: Whether they did it, on `window - 1` days before the panel's first and on its days.
    """
    begins = panel.asked.plan.product.data_from
    if begins is None:
        begins = first_event(panel) or panel.first
    first = np.fmax(panel.started, (begins - panel.first).days)
    seen = panel.filled(window, np.int16)
    # whoever was there before the first window is seen in the whole of every one
    new = np.flatnonzero(first > 1 - window)
    since = np.arange(panel.days) - first[new, None] + 1
    active = window - earliest(taken(did, new, missing=False), window, panel.days)
    seen[new] = np.clip(np.maximum(since, active), 1, window)
    return seen
