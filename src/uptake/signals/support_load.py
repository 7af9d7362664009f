"""Support load.

How often those who work with the product need help: less is better.

Formula: tickets opened in the `window_days` days up to the day / users active in them
Account: its own; a ticket that names a user alone counts in the account the user was in, if it was one
Missing: nobody was active in the window, or no ticket of anybody had come by then, as a row or as an event that the plan
    names under `tickets`
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.parts.opened import first_sql, opened_sql
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats, in_window, sums


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Tickets over active users."""
    window, begins = params["window_days"], _first(panel)
    if begins is None:
        return panel.filled(np.nan)
    opened = (
        f"(SELECT *, {panel.on('opened_at')} AS day FROM ({opened_sql(panel.cursor, panel.asked.plan, panel.grain)}))"
    )
    tickets = in_window(panel.daily(opened, window - 1), window, panel.days)
    is_active = signal(panel.members, "active_days", {"window_days": window}) > 0
    active = sums(is_active, panel.by_account)
    is_known = (active > 0) & (np.arange(panel.days) >= begins)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(is_known, tickets / active, np.nan)


def _first(panel: Panel) -> int | None:
    """The first day with a ticket of anybody, counted from the panel's first; None: there is none."""
    opened = first_sql(panel.cursor, panel.asked.plan)
    found = panel.cursor.execute(f"SELECT min({panel.on('opened_at')}) FROM ({opened})").fetchall()[0][0]
    return None if found is None else (found - panel.first).days


SIGNAL = Signal(unit="count", of_account=read, params=(WINDOW_DAYS,), worst=1.0, best=0.0)
