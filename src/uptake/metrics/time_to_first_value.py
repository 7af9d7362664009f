"""Time to first value.

How long it takes new users, or accounts, from their start to the first moment of value.

Formula: Kaplan-Meier on (first value - start, or `as_of` - start for those who have not got there);
    the estimate is the median, beside it p25, p75, p90 and the share that got there by day 1, 7, 14, 30
Unit: seconds
Grain: user, account (any of its users), or user in one account
Population: entities that started in the period, the ones who never got there included as censored
Empty: no median where fewer than half have got there; no share by a day nobody was watched for
Interval: Brookmeyer and Crowley with log-log limits for the median, 95 %
Pitfall: a mean over those who finished flatters the number and is not offered; value before the start
    counts as 0 seconds
Source: definitions 5.9; Kaplan and Meier 1958
"""

from uptake.metrics.kinds.duration import DURATION
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.milestones import milestone_sql


def rows(asked: Asked) -> Sql:
    """Everyone who started in the period, with the time to value or the time waited so far."""
    milestone = milestone_sql(asked, asked.param("milestone"), asked.param("criteria"))
    return Sql(
        f"""
    SELECT s.entity_key, s.started_at AS anchor_at, p.period_on,
        coalesce(m.reached_at < $as_of, false) AS is_reached,
        greatest(
            epoch(CASE WHEN m.reached_at < $as_of THEN m.reached_at ELSE $as_of END - s.started_at), 0
        )::BIGINT AS duration_s
    FROM {asked.grain.start} s
    JOIN period p ON s.started_at >= p.begins_at AND s.started_at < p.ends_at
    LEFT JOIN ({milestone}) m USING (entity_key)
    WHERE s.started_at < $as_of"""
    )


METRIC = Metric(
    kind=DURATION,
    unit="seconds",
    rows=rows,
    params=(
        Param("milestone", "text", "A milestone of the plan; value is the first of any value moment.", default="value"),
        Param("criteria", "criteria", "Other criteria than a milestone's."),
        Param("output", "choice", "The numbers, or the curve.", default="summary", choices=("summary", "curve")),
    ),
    is_snapshot=False,
)
