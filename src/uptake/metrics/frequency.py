"""Frequency.

How regularly active users, or accounts, come, held against how often the product is used by its nature.

Formula: days with activity in the `window_days` days up to the end of the period / days expected of the entity,
    at most 1, averaged over the entities. Expected: the days in which it could be seen / `interval_days`, at least 1
Unit: share
Grain: user, account (days on which any of its users was active), or user in one account
Population: entities active in the window; with among=present everyone who was there, who was not active with 0
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: with the interval of a week, who comes on four days of one week and never again reads as 1:
    `consistency` counts the intervals instead
Source: definitions 5.11 (ours); tenure scaling after fight-churn 7.8
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts import tallies
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.group_interval import INTERVAL_DAYS, USAGE_INTERVAL, length, measured
from uptake.metrics.parts.observed import AMONG, are_counted, are_of_activity, days_seen, seen_from, watched
from uptake.metrics.parts.population import AT, WINDOW_DAY


def rows(asked: Asked) -> Sql:
    """Everyone counted, with active days over those expected."""
    window_days = _window_days(asked)
    interval = length(asked, "interval_days", asked.param("active"))
    seen = days_seen(asked, asked.param("active"), window_days)
    rows = Sql(
        f"""
    SELECT d.entity_key, {AT} AS anchor_at, d.period_on, least(1, coalesce(d.counted, 0) * {interval.days}
        / greatest(least($window_days::INTEGER, p.on_day - {seen_from()} + 1), {interval.days})) AS value
    FROM {seen.sql} d
    JOIN period p ON p.period_on IS NOT DISTINCT FROM d.period_on {interval.join("d", "d")}
    LEFT JOIN {asked.grain.start} s ON s.entity_key = d.entity_key""",
        {"window_days": window_days, **watched(asked)},
        {"window_day": WINDOW_DAY, **seen.relations},
        tables=dict(seen.tables),
    )
    return measured(rows, interval)


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity and period."""
    is_of_numbers = asked.param("interval_days") != USAGE_INTERVAL
    return (
        tallies.means(asked, _values(asked, _window_days(asked))) if is_of_numbers and are_of_activity(asked) else None
    )


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of everyone counted, from columns in memory."""
    return tallies.rows_of_each(tallies.numbered(asked), _values(asked, _window_days(asked)))


def _values(asked: Asked, window_days: int) -> Iterator[tallies.Values]:
    interval_days, facts = asked.param("interval_days"), tallies.numbered(asked)
    seen = tallies.seen_from(asked, facts)
    for tally in tallies.tallies(asked, facts, f"SELECT entity_key, day FROM {asked.grain.day}", window_days):
        days = tally.days
        who = np.flatnonzero(are_counted(asked, facts, tally, days > 0))
        lived = tally.on - np.minimum(tally.first, seen)[who] + 1
        yield tally.end, who, np.minimum(1, days[who] * interval_days / lived.clip(interval_days, window_days))


def _window_days(asked: Asked) -> int:
    """The days looked back on.

    Raises:
        QuestionError: They are fewer than those of a usage interval.
    """
    window_days, interval_days = int(asked.param("window_days")), asked.param("interval_days")
    if interval_days != USAGE_INTERVAL and window_days < interval_days:
        raise QuestionError(f"window_days is {window_days}.", allowed=[f"at least interval_days, {interval_days}"])
    return window_days


METRIC = Metric(
    kind=MEAN,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    events="activity",
    params=(
        Param("active", "selector", "What counts as coming: active, or an event or feature.", default=ACTIVE),
        INTERVAL_DAYS,
        Param(
            "window_days",
            "integer",
            "Days looked back on; 28, or four usage intervals of the plan if they are longer.",
            default=lambda plan: max(28, 4 * plan.product.usage_interval_days),
            least=1,
            most=3660,
        ),
        AMONG,
    ),
)
