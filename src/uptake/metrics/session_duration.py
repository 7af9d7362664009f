"""Session duration.

How long sessions last, on average and typically.

Formula: seconds from a session's first event to its last, averaged over the sessions begun in the `window_days` days
    up to the end of the period that were over at `as_of`; the median of the same sessions is beside it
Unit: seconds
Grain: user, account (sessions of all its users), or user in one account
Population: sessions of at least two events; n counts sessions, `entities` who had them
Empty: no value where no session had two events
Interval: by entity, as one user's sessions resemble each other (linearised ratio, Student's t), 95 %
Pitfall: a session of one event has no duration: it is left out, and never 0. Long is not good: long sessions with
    little task success are labour, not love
Source: requirements C6
"""

from uptake.metrics.kinds.pooled import POOLED
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import AT, WINDOW_DAY


def rows(asked: Asked) -> Sql:
    """Every session with a duration that was over: after a whole gap without a further event."""
    return Sql(
        f"""
    SELECT e.entity_key, {AT} AS anchor_at, p.period_on, e.seconds AS value
    FROM window_day p JOIN {asked.grain.of("session")} e ON e.day = p.day
    WHERE e.seconds IS NOT NULL AND e.ended_at + to_minutes($gap::INTEGER) <= $as_of""",
        {"window_days": asked.param("window_days"), "gap": asked.plan.product.session_gap_minutes},
        {"window_day": WINDOW_DAY},
    )


METRIC = Metric(
    kind=POOLED,
    unit="seconds",
    rows=rows,
    params=(Param("window_days", "integer", "Days looked back on.", default=28, least=1, most=3660),),
)
