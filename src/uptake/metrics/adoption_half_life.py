"""Adoption half-life.

How long the adoption of a feature lasts: after how many days half of those who adopted it have let go.

Formula: Kaplan-Meier on the time from adoption to the end of the first silence, which is `quiet_intervals` cadences of
    the feature without use, counted from the last one. Who has not fallen silent, or left before, is censored. The
    estimate is the median, beside it p25, p75, p90 and the share that had let go by days 30, 90, 180
Unit: seconds
Grain: user, account (all its users together), or user in one account
Population: entities that adopted the feature in the period
Empty: no half-life where fewer than half have let go so far
Interval: Brookmeyer and Crowley with log-log limits for the median, 95 %; before anybody let go Wilson's limit
Pitfall: it looks at the first silence alone: who came back after one had let go all the same. Half of what was adopted
    is not half of those who tried
Source: definitions 5.10; requirements N13 (ours); Kaplan and Meier 1958
"""

from uptake.metrics.adoption_decay import FEATURE, QUIET, rules
from uptake.metrics.core.metric import Asked, Metric, Sql
from uptake.metrics.depth import chosen
from uptake.metrics.kinds.duration import DAY, Duration
from uptake.metrics.parts.durations import OUTPUT, by_days


def rows(asked: Asked) -> Sql:
    """Everyone who adopted a feature in the period, with the days until they let go, or those known so far."""
    return Sql(
        f"""
    SELECT entity_key, anchor_at, period_on, feature, silent_on <= until_day AS is_reached,
        (greatest(least(silent_on, until_day) - adopted_on, 0) * {DAY})::BIGINT AS duration_s
    FROM (
        SELECT s.entity_key, d.begins_at AS anchor_at, d.period_on, r.feature, s.adopted_on,
            s.last_on + r.quiet_days AS silent_on, least($last_day::DATE, l.left_at::DATE) AS until_day
        FROM {asked.grain.silence} s JOIN feature_rule r USING (feature_key) JOIN adoption_day d ON d.day = s.adopted_on
        LEFT JOIN (SELECT entity_key, max(valid_to) AS left_at FROM {asked.grain.present} GROUP BY entity_key) l
            ON l.entity_key = s.entity_key
        -- of all silences of an adoption the first that is long enough
        WHERE s.next_on - s.last_on > r.quiet_days AND s.longest_before <= r.quiet_days
    )""",
        relations={
            "feature_rule(feature_key, feature, quiet_days)": rules(asked, chosen(asked, asked.param("feature"))),
            "adoption_day": """SELECT c.day, c.begins_at, p.period_on FROM period p
        JOIN calendar c ON c.day BETWEEN p.first_day AND p.last_day WHERE c.day <= $last_day::DATE""",
        },
    )


METRIC = Metric(
    kind=Duration("feature"),
    unit="seconds",
    rows=rows,
    params=(FEATURE, QUIET, by_days(30, 90, 180), OUTPUT),
    labels=("feature",),
)
