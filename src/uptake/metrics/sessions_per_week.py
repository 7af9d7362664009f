"""Sessions per week.

How often active users, or accounts, come: sessions in the last weeks, per week they have been there.

Formula: sessions begun in the `window_days` days up to the end of the period / weeks of them since the
    entity's start (at least one week), averaged over active entities. With `beside=tasks` there are also the tasks
    begun in the window, the share of them done (`success`) and who labours, as in `session_duration`
Unit: per_week
Grain: user, account (sessions of all its users), or user in one account
Population: entities active in the window
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: many sessions may be labour, not love: `beside=tasks` says. Data that knows days only
    has one session a day
Source: product adoption glossary ("3-5 a week for daily-use products"); tenure scaling after fight-churn 7.8
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.kinds.session_time import MEAN_BESIDE_TASKS
from uptake.metrics.parts import beside, tallies
from uptake.metrics.parts.beside import TASK, is_asked, kind_of, with_tasks
from uptake.metrics.parts.population import AT, WINDOW_DAY
from uptake.metrics.parts.sessions import counts_source, sessions_sql

NOBODY_KNOWS = -(2**20)
"""A start so long ago that the window is whole, of who has none."""


def rows(asked: Asked) -> Sql:
    """Every active entity with its sessions per week of tenure within the window."""
    window_days = asked.param("window_days")
    counts = counts_source(asked, window_days)
    sql = Sql(
        f"""
    SELECT a.entity_key, {AT} AS anchor_at, a.period_on, a.sessions
        / (greatest(least($window_days::INTEGER, p.on_day - s.started_on + 1), 7) / 7) AS value
    FROM {counts.sql} a JOIN period p ON p.period_on IS NOT DISTINCT FROM a.period_on
    LEFT JOIN {asked.grain.start} s ON s.entity_key = a.entity_key""",
        {"window_days": window_days},
        {"window_day": WINDOW_DAY, **counts.relations},
        tables=dict(counts.tables),
    )
    return with_tasks(asked, sql, window_days)


def totals(asked: Asked) -> Sql | None:
    """The sums without a row for each entity and period."""
    if is_asked(asked):
        return beside.totals(asked, _values(asked), asked.param("window_days"))
    return tallies.means(asked, _values(asked)) if tallies.is_possible(asked) else None


def of_each(asked: Asked) -> pa.Table:
    """Rows (entity_key, period_on, value) of everyone who came, from columns in memory."""
    return tallies.rows_of_each(tallies.numbered(asked), _values(asked))


def _values(asked: Asked) -> Iterator[tallies.Values]:
    window_days, facts = asked.param("window_days"), tallies.numbered(asked)
    started = facts.told(
        f"SELECT entity_key, (started_on - DATE '1970-01-01')::INTEGER AS value FROM {asked.grain.start}", NOBODY_KNOWS
    )
    active, begun = (
        tallies.tallies(asked, facts, sql, window_days)
        for sql in (f"SELECT entity_key, day FROM {asked.grain.day}", sessions_sql(asked))
    )
    for tally, sessions in zip(active, begun, strict=True):
        came = np.flatnonzero(tally.days)
        lived = (tally.on - started[came] + 1).clip(7, window_days)
        yield tally.end, came, sessions.days[came] / (lived / 7)


METRIC = Metric(
    kind=kind_of(MEAN, MEAN_BESIDE_TASKS),
    unit="per_week",
    rows=rows,
    totals=totals,
    splits_totals=tallies.is_possible,
    params=(
        Param("window_days", "integer", "Days looked back on.", default=28, least=7, most=3660),
        beside.beside(),
        TASK,
    ),
)
