"""Consistency.

In how many of the usage intervals behind them active users, or accounts, came at all.

Formula: of the last `intervals` usage intervals up to the end of the period that an entity lived through whole, the
    share with at least one active day, averaged over the entities. Intervals are cut backwards from the last day.
    With `beside=tasks` there are also the tasks begun in the days of these intervals, the share of them done (`success`)
    and who labours, as in `session_duration`
Unit: share
Grain: user, account (days on which any of its users was active), or user in one account
Population: entities active in the intervals looked back on that lived through at least one; with among=present
    everyone who was there and lived through one
Empty: no value where nobody has lived through an interval
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: it says nothing of how much was done in an interval: one active day is enough. Who comes always may get
    nowhere: `beside=tasks` says, and the metric `labouring`
Source: definitions 5.25 (ours)
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.kinds.session_time import MEAN_BESIDE_TASKS
from uptake.metrics.parts import beside, tallies
from uptake.metrics.parts.activity import ACTIVE
from uptake.metrics.parts.beside import TASK, is_asked, kind_of, with_tasks
from uptake.metrics.parts.group_interval import INTERVAL_DAYS, USAGE_INTERVAL, length, measured
from uptake.metrics.parts.observed import AMONG, Counted, are_counted, are_of_activity, days_seen, seen_from, watched
from uptake.metrics.parts.population import AT, WINDOW_DAY


def rows(asked: Asked) -> Sql:
    """Everyone who lived through an interval, with the share of those with activity."""
    intervals = asked.param("intervals")
    interval = length(asked, "interval_days", asked.param("active"))
    came_in = Counted(
        f"count(DISTINCT (p.on_day - d.day) // {interval.days})",
        None if interval.gaps else lambda window: window.intervals(interval.most),
        f"{interval.join('d', 'p')} WHERE p.on_day - d.day < {interval.days} * $intervals::INTEGER",
    )
    seen = days_seen(asked, asked.param("active"), interval.most * intervals, came_in)
    # who came before a whole interval had been lived through came in one that does not count: the oldest, no other
    rows = Sql(
        f"""
    SELECT entity_key, anchor_at, period_on, (coalesce(came_in, 0) - coalesce(oldest >= lived, false)::INT) / lived AS value
    FROM (
        SELECT d.entity_key, {AT} AS anchor_at, d.period_on, d.counted AS came_in,
            (p.on_day - d.first_on) // {interval.days} AS oldest,
            least($intervals::INTEGER, (p.on_day - {seen_from()} + 1) // {interval.days}) AS lived
        FROM {seen.sql} d
        JOIN period p ON p.period_on IS NOT DISTINCT FROM d.period_on {interval.join("d", "d")}
        LEFT JOIN {asked.grain.start} s ON s.entity_key = d.entity_key
    ) WHERE lived > 0""",
        {
            "intervals": intervals,
            "window_days": interval.most * intervals,
            **watched(asked),
        },
        {"window_day": WINDOW_DAY, **seen.relations},
        tables=dict(seen.tables),
    )
    return with_tasks(asked, measured(rows, interval), interval.most * intervals)


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity and period."""
    if asked.param("interval_days") == USAGE_INTERVAL or not are_of_activity(asked):
        return None
    if is_asked(asked):
        return beside.totals(asked, _values(asked), asked.param("interval_days") * asked.param("intervals"))
    return tallies.means(asked, _values(asked))


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of everyone counted, from columns in memory."""
    return tallies.rows_of_each(tallies.numbered(asked), _values(asked))


def _values(asked: Asked) -> Iterator[tallies.Values]:
    days, intervals, facts = asked.param("interval_days"), asked.param("intervals"), tallies.numbered(asked)
    seen = tallies.seen_from(asked, facts)
    for tally in tallies.tallies(asked, facts, f"SELECT entity_key, day FROM {asked.grain.day}", days * intervals):
        came_in, first = tally.intervals(days, intervals), tally.first
        lived = np.minimum((tally.on - np.minimum(first, seen) + 1) // days, intervals)
        who = np.flatnonzero(are_counted(asked, facts, tally, came_in > 0) & (lived > 0))
        oldest = (tally.on - first[who]) // days
        yield tally.end, who, (came_in[who] - (oldest >= lived[who])) / lived[who]


METRIC = Metric(
    kind=kind_of(MEAN, MEAN_BESIDE_TASKS),
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    events="activity",
    params=(
        Param("active", "selector", "What counts as coming: active, or an event or feature.", default=ACTIVE),
        INTERVAL_DAYS,
        Param("intervals", "integer", "How many usage intervals are looked back on.", default=8, least=1, most=366),
        AMONG,
        beside.beside(),
        TASK,
    ),
)
