"""Feature adoption.

For every feature: how many could use it, tried it, adopted it, and still use it.

Formula: tried: used at least once / eligible. Adopted: used on at least `days` different days within
    `within_days` days, the first use included / eligible. Retained: adopted and used again in the last closed
    cadence of the feature / adopted. Days, window and cadence are the plan's for each feature if not given
Unit: share
Grain: user, account (all its users together), or user in one account
Population: everyone who was there at the end of the period and could use the feature, by plan, role or whatever
    the plan says, also those who never came
Empty: no value where nobody is eligible
Interval: Wilson, 95 %
Pitfall: use by somebody who is not eligible (any more) is left out of both numerator and denominator, so no share
    passes 100 %. A feature launched last week has had no time to be adopted: look at its launch date
Source: definitions 5.10; the TARS framework (target, adopted, retained, satisfied)
"""

from uptake.metrics.features import class_of_feature_sql, eligible_classes_sql, shown
from uptake.metrics.kinds.features import FEATURES
from uptake.metrics.metric import Asked, Metric, Param, Sql


def rows(asked: Asked) -> Sql:
    """Everyone eligible, once per class of features, and everyone eligible who tried a feature."""
    features = shown(asked)
    rules = ", ".join(
        f"({key}, {asked.param('days') or feature.adopted.days}, "
        f"{asked.param('within_days') or feature.adopted.within_days}, {feature.cadence_days})"
        for key, feature in features.items()
    )
    return Sql(
        f"""
    WITH eligible AS (
        {eligible_classes_sql(asked, features)}
    ), used AS (
        SELECT DISTINCT entity_key, feature_key, day FROM {asked.grain.of("feature_day")}
        WHERE day <= $last_day AND feature_key IN (SELECT feature_key FROM feature_rule)
    ), first_use AS (
        SELECT entity_key, feature_key, min(day) AS first_day FROM used GROUP BY ALL
    ), life AS (
        SELECT p.period_on, u.entity_key, u.feature_key,
            count(*) FILTER (u.day < f.first_day + r.within_days) >= any_value(r.days) AS adopted,
            max(u.day) > any_value(p.on_day) - any_value(r.cadence_days) AS is_recent
        FROM used u JOIN first_use f USING (entity_key, feature_key) JOIN feature_rule r USING (feature_key)
        JOIN period p ON u.day <= p.on_day
        GROUP BY ALL
    )
    SELECT entity_key, anchor_at, period_on, class, NULL::INTEGER AS feature_key, 0 AS adopted, 0 AS retained
    FROM eligible
    UNION ALL
    SELECT e.entity_key, e.anchor_at, e.period_on, e.class, l.feature_key,
        l.adopted::INT, (l.adopted AND l.is_recent)::INT
    FROM life l JOIN feature_class c USING (feature_key)
    JOIN eligible e ON e.entity_key = l.entity_key AND e.class = c.class
        AND e.period_on IS NOT DISTINCT FROM l.period_on""",
        {},
        {
            "feature_class(feature_key, class)": class_of_feature_sql(features),
            "feature_rule(feature_key, days, within_days, cadence_days)": (
                f"VALUES {rules}" if rules else "SELECT 0, 0, 0, 0 WHERE false"
            ),
        },
    )


METRIC = Metric(
    kind=FEATURES,
    unit="share",
    rows=rows,
    params=(
        Param(
            "days", "integer", "Different days of use that make adoption; the plan's if not given.", least=1, most=366
        ),
        Param("within_days", "integer", "Days from the first use; the plan's if not given.", least=1, most=3660),
    ),
)
