"""What is worked out before anybody asks: the overview at once, then metrics, scores with their history, the check.

One round for each state of plan and data, one question after the other, and none is begun while a request is served.
The second part begins once nothing was asked for `cache.QUIET_S` seconds.
"""

from __future__ import annotations

from datetime import date

from uptake.scores import written
from uptake.web.cache import Urgency
from uptake.web.pages import metrics, overview
from uptake.web.reader import Reader


def ask_ahead(reader: Reader, last_day: date, first_day: date | None) -> None:
    """Asks it.

    Args:
        reader: Where it is asked.
        last_day: The last finished day.
        first_day: The first day with events; None: there are none.
    """
    overview.ask_ahead(reader, last_day, first_day)
    if first_day is not None:
        metrics.ask_ahead(reader, last_day, first_day)
        for score in written.of_entity(reader.plan, "account"):
            reader.stand_ahead(score.name, "account")
        reader.distances_ahead()
        reader.bring_history_up()
        reader.benchmark({}, Urgency.IDLE)
        reader.findings(Urgency.IDLE)
