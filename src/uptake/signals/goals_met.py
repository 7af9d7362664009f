"""Goals met.

How many of the goals whose time has come a customer has met.

Formula: goals met by the day / goals met or due by the day, as they were written down then; one that was met before it
    was due is among both
Account: its own
Missing: no goal was met or due yet
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.facts.membership import ALWAYS, NEVER
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.windows import Floats

GOALS = f"""
    WITH said AS (
        SELECT account_id, coalesce(goal_id, goal) AS goal, met_on, due_on, import_id, ordinal,
            coalesce(valid_from, CASE WHEN row_number() OVER (
                PARTITION BY account_id, coalesce(goal_id, goal) ORDER BY import_id, ordinal
            ) = 1 THEN {ALWAYS} ELSE received_at END) AS said_from
        FROM raw.goals
    ), state AS (
        SELECT *, coalesce(lead(said_from) OVER (
            PARTITION BY account_id, goal ORDER BY said_from, import_id, ordinal), {NEVER}) AS valid_to FROM said
    )
    SELECT account_key AS entity_key, greatest(said_from, {{since}}) AS valid_from, valid_to
    FROM state JOIN accounts USING (account_id) WHERE {{since}} IS NOT NULL"""
"""SQL for the spans of goals, from the day on that `since` says."""


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Met over met or due."""
    del params
    met = panel.total(panel.by_day(GOALS.format(since="met_on")))
    ripe = panel.total(panel.by_day(GOALS.format(since="least(met_on, due_on)")))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(ripe > 0, met / ripe, np.nan)


SIGNAL = Signal(unit="share", of_account=read, best=1.0)
