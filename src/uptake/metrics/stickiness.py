"""Stickiness.

How habitual use is: of those active over a month, how many are active on a given day (or week), and on how
many days they are.

Formula: ratio: actives in the `short_days` days up to a day / actives in the `long_days` days up to it, averaged
    over the last `smooth_days` days (30, or 7 at the end of each period). Power curve: share of those active in
    the `window_days` days up to the end of the period who were active on exactly, and on at least, 1, 2, 3 ...
Unit: share
Grain: user, account (any of its users), or user in one account
Population: entities active in the long window (ratio), or in the window of the power curve
Empty: no value where nobody was active in the long window; such days are left out of the mean
Interval: linearised by entity for the mean of ratios; Wilson for the power curve, 95 %
Pitfall: a product used weekly by nature has a low daily ratio and is no worse for it; compare with the usage
    interval. Weekends can be left out of the days averaged over
Source: definitions 5.2; Pendo (30-day mean of the ratio), Amplitude (exactly and at least)
"""

from collections.abc import Mapping
from typing import Any

from uptake.metrics.kinds.power import POWER
from uptake.metrics.kinds.ratio import RATIO
from uptake.metrics.metric import Asked, Kind, Metric, Param, Sql
from uptake.metrics.population import AT


def rows(asked: Asked) -> Sql:
    """The rows of the ratio or of the power curve."""
    return _power(asked) if asked.param("output") == "power" else _ratio(asked)


def _ratio(asked: Asked) -> Sql:
    smooth_days = asked.param("smooth_days") or (7 if asked.question.period else 30)
    weekdays = "" if asked.param("weekends") else "AND isodow(c.day) < 6"
    return Sql(
        f"""
    WITH looked_at AS (
        SELECT c.day, p.period_on, c.ends_at - INTERVAL 1 MICROSECOND AS anchor_at
        FROM period p JOIN calendar c ON c.day BETWEEN p.on_day - ($smooth_days::INTEGER - 1) AND p.on_day {weekdays}
    ), span AS (
        -- an active day covers the days after it until the next one takes over, so nobody counts twice
        SELECT entity_key, day,
            coalesce(lead(day) OVER (PARTITION BY entity_key ORDER BY day), DATE '9999-12-31') AS next_day
        FROM {asked.grain.day}
        WHERE day <= $last_day AND day > (SELECT min(day) FROM looked_at) - $long_days::INTEGER
    )
    SELECT s.entity_key, l.anchor_at, l.period_on, l.day,
        (l.day - s.day < $short_days::INTEGER)::INT AS is_short
    FROM looked_at l JOIN span s
        ON l.day >= s.day AND l.day < s.next_day AND s.day > l.day - $long_days::INTEGER""",
        {name: asked.param(name) for name in ("short_days", "long_days")} | {"smooth_days": smooth_days},
    )


def _power(asked: Asked) -> Sql:
    return Sql(
        f"""
    SELECT d.entity_key, {AT} AS anchor_at, p.period_on, count(*) AS value
    FROM period p JOIN {asked.grain.day} d ON d.day > p.on_day - $window_days::INTEGER AND d.day <= p.on_day
    GROUP BY ALL""",
        {"window_days": asked.param("window_days")},
    )


def kind(params: Mapping[str, Any]) -> Kind:
    """Ratio or power curve."""
    return POWER if params["output"] == "power" else RATIO


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    params=(
        Param("output", "choice", "The ratio, or the power curve.", default="ratio", choices=("ratio", "power")),
        Param("short_days", "integer", "Days of the short window.", default=1, least=1, most=366),
        Param("long_days", "integer", "Days of the long window.", default=30, least=1, most=366),
        Param("smooth_days", "integer", "Days averaged over; 30, or 7 at the end of each period.", least=1, most=366),
        Param("window_days", "integer", "Days of the power curve.", default=28, least=1, most=366),
        Param("weekends", "boolean", "Whether Saturdays and Sundays are averaged over too.", default=True),
    ),
)
