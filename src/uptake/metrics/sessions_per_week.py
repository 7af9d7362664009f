"""Sessions per week.

How often active users, or accounts, come: sessions in the last weeks, per week they have been there.

Formula: sessions begun in the `window_days` days up to the end of the period / weeks of them since the
    entity's start (at least one week), averaged over active entities
Unit: per_week
Grain: user, account (sessions of all its users), or user in one account
Population: entities active in the window
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %; the median is beside it
Pitfall: many sessions may be labour, not love: look at task success beside them. Data that knows days only
    has one session a day
Source: product adoption glossary ("3-5 a week for daily-use products"); tenure scaling after fight-churn 7.8
"""

from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import AT, WINDOW_DAY
from uptake.metrics.sessions import counts_source


def rows(asked: Asked) -> Sql:
    """Every active entity with its sessions per week of tenure within the window."""
    counts = counts_source(asked, asked.param("window_days"))
    return Sql(
        f"""
    SELECT a.entity_key, {AT} AS anchor_at, a.period_on, a.sessions
        / (greatest(least($window_days::INTEGER, p.on_day - s.started_on + 1), 7) / 7) AS value
    FROM {counts.sql} a JOIN period p ON p.period_on IS NOT DISTINCT FROM a.period_on
    LEFT JOIN {asked.grain.start} s ON s.entity_key = a.entity_key""",
        {"window_days": asked.param("window_days")},
        {"window_day": WINDOW_DAY, **counts.relations},
        tables=dict(counts.tables),
    )


METRIC = Metric(
    kind=MEAN,
    unit="per_week",
    rows=rows,
    params=(Param("window_days", "integer", "Days looked back on.", default=28, least=7, most=3660),),
)
