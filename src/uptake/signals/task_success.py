"""Task success.

Whether somebody gets done what was begun: the metric `task_success` of everyone who is there.

Formula: of the tasks of the plan begun in the `window_days` days up to the day whose time was over, the share that was
    finished in time
Account: of those that any of its users began
Missing: the plan has no tasks, or fewer than `least_tries` were begun and over
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.metrics.core.metric import Param
from uptake.signals.looking_back import WINDOW_DAYS
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.tries import SUCCESS, tries_sql
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Tasks done over tasks begun."""
    if not panel.asked.plan.tasks:
        return panel.filled(np.nan)
    window = params["window_days"]
    begun = f"""{tries_sql(panel, window)}
        SELECT {panel.grain.key} AS entity_key, {panel.day_of("t.event_at + l.within")} AS begins,
            {panel.day_of("t.event_at")} + {window} AS ends, {SUCCESS} AS is_success
        FROM try t JOIN task_limit l USING (task) WHERE {panel.grain.needs}"""
    tries, done = panel.totals(begun, "1", "is_success::INTEGER")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(tries >= params["least_tries"], done / tries, np.nan)


SIGNAL = Signal(
    unit="share",
    of_user=read,
    of_account=read,
    params=(
        WINDOW_DAYS,
        Param("least_tries", "integer", "The fewest tasks on which success is told.", default=3, least=1, most=1000),
    ),
    best=1.0,
)
