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
from uptake.metrics.grain import ACCOUNT
from uptake.metrics.kinds.features import FEATURES
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.plan import Feature


def rows(asked: Asked) -> Sql:
    """Everyone eligible, once per class of features, and everyone eligible who tried a feature."""
    features = shown(asked)
    return Sql(
        f"""
    WITH eligible AS (
        {eligible_classes_sql(asked, features)}
    ), life AS (
        {_life(asked)}
    ), recent AS (
        SELECT DISTINCT p.period_on, u.entity_key, u.feature_key
        FROM period p JOIN {asked.grain.of("feature_day")} u ON u.day <= p.on_day
        JOIN feature_rule r ON r.feature_key = u.feature_key AND u.day > p.on_day - r.cadence_days
    )
    SELECT entity_key, anchor_at, period_on, class, NULL::INTEGER AS feature_key, 0 AS adopted, 0 AS retained
    FROM eligible
    UNION ALL
    SELECT e.entity_key, e.anchor_at, e.period_on, e.class, l.feature_key,
        coalesce(l.adopted_on <= p.on_day, false)::INT,
        (coalesce(l.adopted_on <= p.on_day, false) AND u.entity_key IS NOT NULL)::INT
    FROM life l JOIN period p ON l.first_on <= p.on_day
    JOIN feature_class c USING (feature_key)
    JOIN eligible e ON e.entity_key = l.entity_key AND e.class = c.class
        AND e.period_on IS NOT DISTINCT FROM p.period_on
    LEFT JOIN recent u ON u.entity_key = l.entity_key AND u.feature_key = l.feature_key
        AND u.period_on IS NOT DISTINCT FROM p.period_on""",
        relations=_rules(asked, features),
    )


def totals(asked: Asked) -> Sql | None:
    """The counts of one moment without a row per entity and feature."""
    if asked.question.period:
        return None
    features = shown(asked)
    return Sql(
        """SELECT f.feature, f.title, f.tag, coalesce(e.eligible, 0) AS eligible,
            coalesce(t.tried, 0) AS tried, coalesce(t.adopted, 0) AS adopted, coalesce(k.retained, 0) AS retained
        FROM features f JOIN feature_class c USING (feature_key)
        LEFT JOIN (SELECT class, count(*) AS eligible FROM eligible GROUP BY class) e USING (class)
        LEFT JOIN (
            SELECT feature_key, count(*) AS tried, count(adopted_on) FILTER (adopted_on <= on_day) AS adopted
            FROM life GROUP BY feature_key
        ) t USING (feature_key)
        LEFT JOIN (
            SELECT feature_key, count(*) AS retained FROM life SEMI JOIN recent USING (entity_key, feature_key)
            WHERE adopted_on <= on_day GROUP BY feature_key
        ) k USING (feature_key)
        ORDER BY ALL""",
        relations=_rules(asked, features)
        | {
            "eligible": eligible_classes_sql(asked, features),
            "life": f"""SELECT l.*, p.on_day FROM ({_life(asked)}) l
        JOIN feature_class c USING (feature_key) JOIN period p ON l.first_on <= p.on_day
        SEMI JOIN eligible e ON e.entity_key = l.entity_key AND e.class = c.class""",
            "recent": f"""SELECT u.entity_key, u.feature_key FROM {asked.grain.of("feature_day")} u
        JOIN feature_rule r USING (feature_key) JOIN period p ON u.day <= p.on_day AND u.day > p.on_day - r.cadence_days
        WHERE u.day > (SELECT on_day FROM period) - {max((f.cadence_days for f in features.values()), default=1)}""",
        },
    )


def _rules(asked: Asked, features: dict[int, Feature]) -> dict[str, str]:
    """Relations: the class of every feature, and what makes adoption and retention of it."""
    rules = ", ".join(
        f"({key}, {asked.param('days') or feature.adopted.days}, "
        f"{asked.param('within_days') or feature.adopted.within_days}, {feature.cadence_days})"
        for key, feature in features.items()
    )
    return {
        "feature_class(feature_key, class)": class_of_feature_sql(features),
        "feature_rule(feature_key, days, within_days, cadence_days)": (
            f"VALUES {rules}" if rules else "SELECT 0, 0, 0, 0 WHERE false"
        ),
    }


def _life(asked: Asked) -> str:
    """SQL for (entity_key, feature_key, first_on, adopted_on): by the plan as it was made, or under rules given."""
    if asked.grain is not ACCOUNT and asked.param("days") is None and asked.param("within_days") is None:
        return f"SELECT {asked.grain.name}_key AS entity_key, * FROM {asked.grain.name}_feature"
    return f"""SELECT entity_key, feature_key, first_on,
            list_sort(list_distinct(list(day) FILTER (day < first_on + r.within_days)))[any_value(r.days)] AS adopted_on
        FROM (
            SELECT entity_key, feature_key, day, min(day) OVER (PARTITION BY entity_key, feature_key) AS first_on
            FROM {asked.grain.of("feature_day")} WHERE day <= $last_day
        ) JOIN feature_rule r USING (feature_key) GROUP BY entity_key, feature_key, first_on"""


METRIC = Metric(
    kind=FEATURES,
    unit="share",
    rows=rows,
    totals=totals,
    params=(
        Param(
            "days", "integer", "Different days of use that make adoption; the plan's if not given.", least=1, most=366
        ),
        Param("within_days", "integer", "Days from the first use; the plan's if not given.", least=1, most=3660),
    ),
)
