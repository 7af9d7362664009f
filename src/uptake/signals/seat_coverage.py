"""Seat coverage.

How many of the seats an account pays for have users who adopted the product: the metric `adoption_rate` of an account.

Formula: seats whose user has adopted / seats held by those to whom a value moment is open; without a seat roster,
    members instead of seats
Account: its own
Missing: the account has no seats, or none whose user can reach value, or fewer than two usage intervals of data are over
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.grain import MEMBER
from uptake.signals import adopted
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.signal import read as signal
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The share of seats that adopted."""
    values = signal(panel.members, "adopted", params)
    if panel.cursor.execute("SELECT EXISTS (FROM seat)").fetchall()[0][0]:
        held = panel.members.spans(f"SELECT entity_key, valid_from, valid_to FROM {MEMBER.of('seat')}")
        values = np.where(held, values, np.nan)
    return panel.mean_of_members(values)[0]


SIGNAL = Signal(unit="share", of_account=read, params=adopted.SIGNAL.params, best=1.0)
