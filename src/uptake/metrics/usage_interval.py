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

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.quantile import QUANTILE
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.gaps import SHARE, gaps_source
from uptake.metrics.parts.population import AT, WINDOW_DAY


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
