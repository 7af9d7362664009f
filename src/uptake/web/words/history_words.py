"""What pages say of the history that scores come from, where it is not complete."""

from __future__ import annotations

from datetime import date, timedelta

from uptake.charts import dates, words
from uptake.scores import written
from uptake.web.reader import Reader


def of_list(reader: Reader) -> str:
    """What a page with scores of history has to say; empty where all is there.

    Where history has not been made, or not to its end, it is being made behind the pages.
    """
    if not written.of_entity(reader.plan, "account") or not reader.has_events() or reader.history_is_current():
        return ""
    reader.bring_history_up()
    until = reader.history[1]
    far = f" ({words.share(reader.making.share)} done)" if reader.making.share else ""
    if not until:
        return f"The history of scores is being made{far}. Load the page again in a while."
    if reader.history[0] != reader.plan.version:
        return f"The history of scores is by the plan before. It is being made again{far}."
    last = dates.day(date.fromisoformat(until) - timedelta(days=1))
    return f"Scores are as they were worked out up to {last}. They are being brought up to date{far}."
