"""Session time.

How much time somebody spends with the product: where the plan has tasks, only in sessions in which one was done, as time
lost is no engagement.

Formula: seconds of the sessions begun in the `window_days` days up to the day that were over by its end, from the first
    event of each to the last; with tasks in the plan, of those in which one was finished in time. Scaled to the whole
    window for who could be seen for a part of it only (at least `least_days` days)
Account: the mean of its users
Missing: there were sessions, but none with a duration or, with tasks in the plan, none in which one was begun; who did
    not come has 0
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from uptake.signals.looking_back import LEAST_DAYS, WINDOW_DAYS, scaled
from uptake.signals.panel import Panel
from uptake.signals.signal import Signal
from uptake.signals.tries import SUCCESS, tries_sql
from uptake.signals.windows import Floats


def read(panel: Panel, params: Mapping[str, Any]) -> Floats:
    """Seconds in sessions that count."""
    window, gap = params["window_days"], panel.asked.plan.product.session_gap_minutes
    # most are over on the day they began on, and telling the day of an instant takes long
    over = f"s.ended_at + to_minutes({gap}) - INTERVAL 1 MICROSECOND"
    begun, joined, counts, tells = "", "", "true", "true"
    if panel.asked.plan.tasks:
        begun = f"""{tries_sql(panel, window)}, tried AS (
            SELECT s.account_key AS account, s.user_key AS person, s.started_at AS begun_at,
                bool_or({SUCCESS} AND t.ended_at BETWEEN s.started_at AND s.ended_at) AS is_done
            FROM session s JOIN try t ON t.user_key = s.user_key AND t.account_key IS NOT DISTINCT FROM s.account_key
            JOIN task_limit l USING (task)
            WHERE s.day > $first::DATE - {window} AND (t.event_at BETWEEN s.started_at AND s.ended_at
                OR t.ended_at BETWEEN s.started_at AND s.ended_at) GROUP BY ALL
        )"""
        joined = """LEFT JOIN tried ON person = s.user_key AND begun_at = s.started_at
            AND account IS NOT DISTINCT FROM s.account_key"""
        counts, tells = "is_done IS TRUE", "person IS NOT NULL"
    sessions = f"""{begun} SELECT {panel.grain.key} AS entity_key, s.seconds,
            CASE WHEN {over} < c.ends_at THEN s.day - $first::DATE ELSE {panel.day_of(over)} END AS begins,
            s.day - $first::DATE + {window} AS ends, {counts} AS counts, {tells} AND s.seconds IS NOT NULL AS tells
        FROM session s JOIN calendar c ON c.day = s.day {joined}
        WHERE {panel.grain.needs} AND s.day > $first::DATE - {window} AND s.day <= $last::DATE"""
    # in microseconds: only whole numbers add up exactly
    time, known, all_ = panel.totals(
        sessions, "CASE WHEN counts THEN round(seconds * 1e6)::BIGINT END", "tells::INTEGER", "1"
    )
    seconds = time / 1e6
    seconds[(all_ > 0) & (known == 0)] = np.nan
    return scaled(seconds, panel, window, params["least_days"])


SIGNAL = Signal(unit="seconds", of_user=read, params=(WINDOW_DAYS, LEAST_DAYS), is_ranked=True)
