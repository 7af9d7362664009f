"""Pulse.

How those who look after a customer feel about it: an opinion, kept apart from use, and forgotten when it grows old.

Formula: the latest rating from 1 to 5 of the `holds_days` days up to the day: a row of feedback that names the account,
    with the survey `pulse`
Account: its own
Missing: nobody gave one, or not for so long
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.told import latest_sql
from uptake.signals.windows import Floats

VALUE = "CASE WHEN score BETWEEN 1 AND 5 THEN score END"


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The latest rating that still holds."""
    return panel.held(
        latest_sql(panel, "feedback", VALUE, "lower(survey) = 'pulse' AND account_id IS NOT NULL", params["holds_days"])
    )


SIGNAL = Signal(
    unit="points",
    of_account=read,
    params=(Param("holds_days", "integer", "Days for which a rating holds.", default=90, least=1, most=3660),),
    worst=1.0,
    best=5.0,
)
