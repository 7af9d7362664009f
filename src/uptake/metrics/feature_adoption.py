"""Feature adoption.

For every feature: how many could use it, tried it, adopted it, and still use it.

Formula: tried: used at least once / eligible. Adopted: used on at least `days` different days within
    `within_days` days, the first use included / eligible. Retained: adopted and used again in the last closed
    cadence of the feature / adopted. Days, window and cadence are the plan's for each feature if not given.
    Satisfied: those whose latest CES or CSAT answer about the feature is at least `favourable` / retained ones who
    answered. `s_per_t` = retained / eligible x satisfied: the target's share that kept it and is content
Unit: share
Grain: user, account (all its users together), or user in one account
Population: everyone who was there at the end of the period and could use the feature, by plan, role or whatever
    the plan says, also those who never came
Empty: no value where nobody is eligible; nobody is satisfied or not who was not asked or did not answer
Interval: Wilson, 95 %
Pitfall: use by somebody who is not eligible (any more) is left out of both numerator and denominator, so no share
    passes 100 %. Who answers is not everybody: `answered` says how many did. A feature launched last week has had no
    time to be adopted: look at its launch date
Source: definitions 5.10; the TARS framework (target, adopted, retained, satisfied)
"""

from uptake.metrics.features import class_of_feature_sql, classes, eligible_classes_sql, shown
from uptake.metrics.feedback import feedback_sql
from uptake.metrics.grain import ACCOUNT
from uptake.metrics.kinds.features import FEATURES
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.plan import Feature
from uptake.store.sql import literal


def rows(asked: Asked) -> Sql:
    """Everyone eligible, once per class of features, and everyone eligible who tried a feature."""
    return Sql(
        """
    SELECT entity_key, anchor_at, period_on, class, NULL::INTEGER AS feature_key, 0 AS adopted, 0 AS retained,
        0 AS answered, 0 AS satisfied
    FROM eligible
    UNION ALL
    SELECT t.entity_key, t.anchor_at, t.period_on, t.class, t.feature_key,
        t.is_adopted::INT, (t.is_adopted AND r.entity_key IS NOT NULL)::INT,
        (t.is_adopted AND r.entity_key IS NOT NULL AND a.is_satisfied IS NOT NULL)::INT,
        (t.is_adopted AND r.entity_key IS NOT NULL AND coalesce(a.is_satisfied, false))::INT
    FROM tried t LEFT JOIN (SELECT DISTINCT * FROM recent) r ON r.entity_key = t.entity_key AND r.feature_key = t.feature_key
        AND r.period_on IS NOT DISTINCT FROM t.period_on
    LEFT JOIN answer a ON a.entity_key = t.entity_key AND a.feature_key = t.feature_key
        AND a.period_on IS NOT DISTINCT FROM t.period_on""",
        {"favourable": asked.param("favourable")},
        relations=_relations(asked, shown(asked)),
    )


def totals(asked: Asked) -> Sql:
    """The counts without a row per entity, feature and period that leaves the query."""
    features = shown(asked)
    # over periods, a feature has rows from the first on in which somebody could use it
    period, join = ("p.period_on, ", "JOIN") if asked.question.period else ("", "LEFT JOIN")
    return Sql(
        f"""SELECT {period}f.feature, f.title, f.tag, coalesce(e.eligible, 0) AS eligible,
            coalesce(t.tried, 0) AS tried, coalesce(t.adopted, 0) AS adopted, coalesce(k.retained, 0) AS retained,
            coalesce(k.answered, 0)::BIGINT AS answered, coalesce(k.satisfied, 0)::BIGINT AS satisfied
        FROM features f JOIN feature_class c USING (feature_key) CROSS JOIN period p
        {join} (SELECT period_on, class, count(*) AS eligible FROM eligible GROUP BY ALL) e
            ON e.class = c.class AND e.period_on IS NOT DISTINCT FROM p.period_on
        LEFT JOIN (
            SELECT period_on, feature_key, count(*) AS tried, count(*) FILTER (is_adopted) AS adopted
            FROM tried GROUP BY ALL
        ) t ON t.feature_key = f.feature_key AND t.period_on IS NOT DISTINCT FROM p.period_on
        LEFT JOIN (
            SELECT t.period_on, t.feature_key, count(*) AS retained, count(a.is_satisfied) AS answered,
                count(*) FILTER (a.is_satisfied) AS satisfied
            FROM (
                FROM tried t SEMI JOIN recent r ON t.entity_key = r.entity_key AND t.feature_key = r.feature_key
                    AND t.period_on IS NOT DISTINCT FROM r.period_on
                WHERE t.is_adopted
            ) t LEFT JOIN answer a ON a.entity_key = t.entity_key AND a.feature_key = t.feature_key
                AND a.period_on IS NOT DISTINCT FROM t.period_on GROUP BY ALL
        ) k ON k.feature_key = f.feature_key AND k.period_on IS NOT DISTINCT FROM p.period_on
        ORDER BY ALL""",
        {"favourable": asked.param("favourable")},
        relations=_relations(asked, features),
    )


def _relations(asked: Asked, features: dict[int, Feature]) -> dict[str, str]:
    """Relations: the rules of every feature, who could use it, who tried and adopted it, who used it lately."""
    rules = ", ".join(
        f"({key}, {asked.param('days') or feature.adopted.days}, "
        f"{asked.param('within_days') or feature.adopted.within_days}, {feature.cadence_days})"
        for key, feature in features.items()
    )
    is_of_plan = asked.param("days") is None and asked.param("within_days") is None
    numbers = {key: number for number, keys in enumerate(classes(features).values()) for key in keys}
    # looked up in a list: with a join the engine may meet entities first and classes last, many times the rows
    class_of = literal([numbers.get(key) for key in range(1, max(numbers, default=0) + 1)]) + "[feature_key]"
    return {
        "feature_class(feature_key, class)": class_of_feature_sql(features),
        "feature_rule(feature_key, days, within_days, cadence_days)": (
            f"VALUES {rules}" if rules else "SELECT 0, 0, 0, 0 WHERE false"
        ),
        "eligible": eligible_classes_sql(asked, features),
        "tried": f"""SELECT e.*, l.feature_key, coalesce(l.adopted_on <= p.on_day, false) AS is_adopted
        FROM (SELECT *, {class_of} AS class FROM ({life_sql(asked, by_plan=is_of_plan)})) l
        JOIN eligible e ON e.entity_key = l.entity_key AND e.class = l.class
        JOIN period p ON p.period_on IS NOT DISTINCT FROM e.period_on AND l.first_on <= p.on_day""",
        "answer": _answers(asked),
        "cadence_day": """SELECT r.feature_key::SMALLINT AS feature_key, c.day, p.period_on
        FROM feature_rule r CROSS JOIN period p JOIN calendar c
            ON c.day > p.on_day - r.cadence_days AND c.day <= p.on_day""",
        "recent": f"""SELECT d.period_on, u.entity_key, u.feature_key
        FROM cadence_day d JOIN {asked.grain.of("feature_day")} u ON u.feature_key = d.feature_key AND u.day = d.day""",
    }


def _answers(asked: Asked) -> str:
    """SQL for (entity_key, feature_key, period_on, is_satisfied): the latest CES or CSAT answer about each feature."""
    return f"""SELECT a.entity_key, f.feature_key, p.period_on,
            arg_max(a.score >= $favourable::DOUBLE, (a.feedback_at, a.import_id, a.ordinal)) AS is_satisfied
        FROM ({feedback_sql(asked)}) a
        JOIN features f ON lower(a.feature) IN (lower(f.feature), lower(f.title))
        JOIN period p ON a.feedback_at < p.on_at WHERE a.survey IN ('ces', 'csat') GROUP BY ALL"""


def life_sql(asked: Asked, *, by_plan: bool) -> str:
    """SQL for (entity_key, feature_key, first_on, adopted_on), where accounts or rules given over `feature_rule`.

    Args:
        asked: The question.
        by_plan: By the plan as it was made, or under rules given.
    """
    if asked.grain is not ACCOUNT and by_plan:
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
        Param("favourable", "number", "The lowest score of a CES or CSAT answer that is favourable.", default=4.0),
    ),
)
