"""Usage interval.

How often people come by the nature of the product: the number of days within which most of them are back.

Formula: an entity's typical gap is the median number of days from one active day to the next, rounded up; the
    interval is the smallest number of days that at least `share` of entities' typical gaps do not exceed
Unit: days
Grain: user, account (days on which any of its users was active), or user in one account
Population: entities with at least two active days in the `window_days` days up to the end of the period
Empty: no value where nobody came twice
Interval: between two order statistics, 95 %, which assumes nothing about the distribution
Pitfall: who came once has no gap and is not in it; that is what retention is for. Use the interval as the window of
    activity instead of a month for everybody: in the plan, `product.usage_interval_days` and `cadence_days`; or ask
    `active_users` with `window=usage_interval`, and `adoption_rate`, `consistency`, `frequency` and `value_realisation`
    with `usage_interval` for the number of days, where every group has its own
Source: definitions 5.5; Amplitude (median gap of users with two days or more); the share of 0.8 is ours
"""

from typing import Any

from uptake.metrics.activity import ACTIVE, days_sql
from uptake.metrics.kinds.quantile import QUANTILE
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import AT, WINDOW_DAY


def rows(asked: Asked) -> Sql:
    """Everybody who came twice, with the typical gap."""
    return Sql(
        f"""SELECT entity_key, {AT} AS anchor_at, period_on, gap AS value
    FROM ({gaps_sql(asked, asked.param("active"))}) p""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY},
    )


def gaps_sql(asked: Asked, active: Any, window: str = "window_day") -> str:  # noqa: ANN401 - a selector in any form
    """SQL for (entity_key, period_on, on_day, on_at, gap), over a window: the typical gap of all who came twice.

    Args:
        asked: The question.
        active: What counts as coming.
        window: The relation `window_day`, or one like it.
    """
    if active in (None, ACTIVE):
        gaps = f"""SELECT d.entity_key, p.period_on, p.on_day, p.on_at, d.next_day - d.day AS days
        FROM {window} p JOIN {asked.grain.day} d USING (day) WHERE p.on_day - d.next_day >= 0"""
    else:
        gaps = f"""SELECT d.entity_key, p.period_on, p.on_day, p.on_at,
            lead(d.day) OVER (PARTITION BY d.entity_key, p.period_on ORDER BY d.day) - d.day AS days
        FROM {window} p JOIN ({days_sql(asked, active)}) d USING (day)"""
    return f"""SELECT entity_key, period_on, on_day, on_at, ceil(median(days))::INTEGER AS gap
        FROM ({gaps}) p WHERE days IS NOT NULL GROUP BY entity_key, period_on, on_day, on_at"""


SHARE = 0.8
"""The share of entities that come at least that often, where nobody says."""
METRIC = Metric(
    kind=QUANTILE,
    unit="days",
    rows=rows,
    events="activity",
    params=(
        Param("active", "selector", "What counts as coming: active, or an event or feature.", default=ACTIVE),
        Param(
            "share",
            "number",
            "The share of entities that come at least that often.",
            default=SHARE,
            least=0.01,
            most=0.99,
        ),
        Param("window_days", "integer", "Days looked back on.", default=180, least=2, most=3660),
    ),
)
