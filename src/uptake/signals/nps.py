"""Net promoter score.

Whether somebody would recommend the product, by the latest answer: the mean of many is their NPS.

Formula: the latest answer to the survey `nps` of the `holds_days` days up to the day: 100 for a promoter (9 or 10), -100
    for a detractor (0 to 6), 0 for 7 and 8
Account: the mean of its users, which is the NPS of those who answered; answers that name no user are left out
Missing: no answer, or none for so long
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.core.metric import Param
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.told import latest_sql
from uptake.signals.windows import Floats

VALUE = "CASE WHEN score BETWEEN 9 AND 10 THEN 100 WHEN score BETWEEN 0 AND 6 THEN -100 WHEN score BETWEEN 6 AND 9 THEN 0 END"


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """The latest answer, as promoters are counted."""
    return panel.held(latest_sql(panel, "feedback", VALUE, "lower(survey) = 'nps'", params["holds_days"]))


SIGNAL = Signal(
    unit="points",
    of_user=read,
    params=(Param("holds_days", "integer", "Days for which an answer holds.", default=365, least=1, most=3660),),
    worst=-100.0,
    best=100.0,
)
