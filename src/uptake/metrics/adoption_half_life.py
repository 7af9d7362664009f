"""Adoption half-life.

How long the adoption of a feature lasts: after how many days half of those who adopted it have let go.

Formula: Kaplan-Meier on the time from adoption to the end of the first silence, which is `quiet_intervals` cadences of
    the feature without use, counted from the last one. Who has not fallen silent, or left before, is censored. The
    estimate is the median, beside it p25, p75, p90 and the share that had let go by days 30, 90, 180
Unit: seconds
Grain: user, account (all its users together), or user in one account
Population: entities that adopted the feature in the period
Empty: no half-life where fewer than half have let go so far
Interval: Brookmeyer and Crowley with log-log limits for the median, 95 %
Pitfall: it looks at the first silence alone: who came back after one had let go all the same. Half of what was adopted
    is not half of those who tried
Source: definitions 5.10; requirements N13 (ours); Kaplan and Meier 1958
"""

from uptake.metrics.adoption_decay import FEATURE, QUIET, used_since_adoption
from uptake.metrics.depth import chosen
from uptake.metrics.durations import OUTPUT, by_days
from uptake.metrics.kinds.duration import DAY, Duration
from uptake.metrics.metric import Asked, Metric, Sql


def rows(asked: Asked) -> Sql:
    """Everyone who adopted a feature in the period, with the days until they let go, or those known so far."""
    return Sql(
        f"""
    SELECT entity_key, anchor_at, period_on, feature, silent_on IS NOT NULL AS is_reached,
        (greatest(coalesce(silent_on, until_day) - adopted_on, 0) * {DAY})::BIGINT AS duration_s
    FROM (
        SELECT entity_key, anchor_at, period_on, feature, adopted_on, until_day, min(day + quiet_days) FILTER (
                coalesce(next_day > day + quiet_days, true) AND day + quiet_days <= until_day
            ) AS silent_on
        FROM (
            SELECT u.*, c.begins_at AS anchor_at, p.period_on, least($last_day::DATE, l.left_at::DATE) AS until_day,
                lead(u.day) OVER (PARTITION BY u.entity_key, u.feature_key ORDER BY u.day) AS next_day
            FROM used u JOIN calendar c ON c.day = u.adopted_on
            JOIN period p ON u.adopted_on >= p.first_day AND u.adopted_on <= p.last_day
            LEFT JOIN (SELECT entity_key, max(valid_to) AS left_at FROM {asked.grain.present} GROUP BY entity_key) l
                ON l.entity_key = u.entity_key
        ) GROUP BY entity_key, anchor_at, period_on, feature, adopted_on, until_day
    )""",
        relations=used_since_adoption(asked, chosen(asked, asked.param("feature"))),
    )


METRIC = Metric(
    kind=Duration("feature"),
    unit="seconds",
    rows=rows,
    params=(FEATURE, QUIET, by_days(30, 90, 180), OUTPUT),
    labels=("feature",),
)
