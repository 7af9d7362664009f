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

from dataclasses import replace
from typing import Any

from uptake.metrics.activity import ACTIVE, days_sql
from uptake.metrics.grain import Grain
from uptake.metrics.kinds.quantile import QUANTILE
from uptake.metrics.metric import Asked, Metric, Param, Source, Sql
from uptake.metrics.population import AT, WINDOW_DAY
from uptake.metrics.windows import typical_gaps, worked_out


def rows(asked: Asked) -> Sql:
    """Everybody who came twice, with the typical gap."""
    gaps = gaps_source(asked, asked.grain, asked.param("active"), asked.param("window_days"))
    return Sql(
        f"""SELECT g.entity_key, {AT} AS anchor_at, p.period_on, g.gap AS value
    FROM {gaps.sql} g JOIN period p ON p.on_day = g.on_day""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY, **gaps.relations},
        tables=dict(gaps.tables),
    )


def gaps_source(
    asked: Asked,
    grain: Grain,
    active: Any,  # noqa: ANN401 - a selector in any form
    window_days: int,
    window: str = "window_day",
) -> Source:
    """Rows (entity_key, period_on, on_day, gap), over a window: the typical gap of all who came twice.

    Args:
        asked: The question.
        grain: Who came.
        active: What counts as coming.
        window_days: How many days the window has.
        window: The relation `window_day`, or one like it.
    """
    if active in (None, ACTIVE):
        gaps = f"""SELECT d.entity_key, p.period_on, p.on_day, d.next_day - d.day AS days
        FROM {window} p JOIN {grain.day} d USING (day) WHERE p.on_day - d.next_day >= 0"""
    else:
        gaps = f"""SELECT d.entity_key, p.period_on, p.on_day,
            lead(d.day) OVER (PARTITION BY d.entity_key, p.period_on ORDER BY d.day) - d.day AS days
        FROM {window} p JOIN ({days_sql(replace(asked, grain=grain), active)}) d USING (day)"""
    return worked_out(
        asked,
        grain,
        active,
        "typical_gap",
        f"""SELECT entity_key, period_on, on_day, ceil(median(days))::INTEGER AS gap
        FROM ({gaps}) WHERE days IS NOT NULL GROUP BY entity_key, period_on, on_day""",
        lambda days: typical_gaps(asked, days, window_days),
    )


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
