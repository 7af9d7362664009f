"""Active days per week.

On how many days of a week active users, or accounts, come.

Formula: days with activity in the `window_days` days up to the end of the period / weeks of them in which the
    entity could be seen (at least one week), averaged over the entities
Unit: per_week
Grain: user, account (days on which any of its users was active), or user in one account
Population: entities active in the window; with among=present everyone who was there, who was not active with 0
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: seven is the most there can be, and for many products two is daily work: hold it against the usage
    interval, as `frequency` does. With active=signin, or whatever signing in is called, it is login frequency
Source: product adoption glossary ("3-5 a week for daily-use products"); tenure scaling after fight-churn 7.8
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.parts import tallies
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.observed import AMONG, are_counted, are_of_activity, days_seen, seen_from, watched
from uptake.metrics.parts.population import AT, WINDOW_DAY


def rows(asked: Asked) -> Sql:
    """Everyone counted, with active days per week seen."""
    seen = days_seen(asked, asked.param("active"), asked.param("window_days"))
    return Sql(
        f"""
    SELECT d.entity_key, {AT} AS anchor_at, d.period_on,
        coalesce(d.counted, 0) / (greatest(least($window_days::INTEGER, p.on_day - {seen_from()} + 1), 7) / 7) AS value
    FROM {seen.sql} d
    JOIN period p ON p.period_on IS NOT DISTINCT FROM d.period_on
    LEFT JOIN {asked.grain.start} s ON s.entity_key = d.entity_key""",
        {"window_days": asked.param("window_days"), **watched(asked)},
        {"window_day": WINDOW_DAY, **seen.relations},
        tables=dict(seen.tables),
    )


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity and period."""
    return tallies.means(asked, _values(asked)) if are_of_activity(asked) else None


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of everyone counted, from columns in memory."""
    return tallies.rows_of_each(tallies.numbered(asked), _values(asked))


def _values(asked: Asked) -> Iterator[tallies.Values]:
    window_days, facts = asked.param("window_days"), tallies.numbered(asked)
    seen = tallies.seen_from(asked, facts)
    for tally in tallies.tallies(asked, facts, f"SELECT entity_key, day FROM {asked.grain.day}", window_days):
        days = tally.days
        who = np.flatnonzero(are_counted(asked, facts, tally, days > 0))
        lived = tally.on - np.minimum(tally.first, seen)[who] + 1
        yield tally.end, who, days[who] / (lived.clip(7, window_days) / 7)


METRIC = Metric(
    kind=MEAN,
    unit="per_week",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    events="activity",
    params=(
        Param("active", "selector", "What counts as coming: active, or an event or feature.", default=ACTIVE),
        Param("window_days", "integer", "Days looked back on.", default=28, least=7, most=3660),
        AMONG,
    ),
)
