"""Breadth.

The share of the core features open to them that active users, or accounts, use.

Formula: distinct core features used in the `window_days` days up to the end of the period / core features
    the entity could use then, averaged over active entities
Unit: share
Grain: user, account (all its users together), or user in one account
Population: entities active in the window that could use at least one core feature
Empty: no value where nobody was active
Interval: Student's t for the mean, 95 %
Pitfall: features behind a plan or role count only for those who have it; use of a feature one is not
    eligible for does not count, so a share never passes 100 %
Source: definitions 5.11; Pendo's feature adoption is the same share without eligibility
"""

from uptake.metrics.features import class_of_feature_sql, core, eligible_classes_sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.population import active_sql


def rows(asked: Asked) -> Sql:
    """Every active entity with used / eligible core features."""
    features = core(asked)
    return Sql(
        f"""
    WITH eligible AS (
        SELECT e.entity_key, e.period_on, c.feature_key FROM ({eligible_classes_sql(asked, features)}) e
        JOIN feature_class c USING (class)
    ), used AS (
        SELECT DISTINCT f.entity_key, p.period_on, f.feature_key
        FROM period p JOIN {asked.grain.of("feature_day")} f
            ON f.day > p.on_day - $window_days::INTEGER AND f.day <= p.on_day
    ), shares AS (
        SELECT e.entity_key, e.period_on, count(u.feature_key) / count(*) AS value
        FROM eligible e LEFT JOIN used u ON u.entity_key = e.entity_key AND u.feature_key = e.feature_key
            AND u.period_on IS NOT DISTINCT FROM e.period_on
        GROUP BY ALL
    )
    SELECT a.entity_key, a.anchor_at, a.period_on, s.value
    FROM ({active_sql(asked)}) a JOIN shares s
        ON s.entity_key = a.entity_key AND s.period_on IS NOT DISTINCT FROM a.period_on""",
        {"window_days": asked.param("window_days")},
        {"feature_class(feature_key, class)": class_of_feature_sql(features)},
    )


METRIC = Metric(
    kind=MEAN,
    unit="share",
    rows=rows,
    params=(Param("window_days", "integer", "Days looked back on.", default=30, least=1, most=3660),),
)
