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

from functools import partial

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.features import FEATURES
from uptake.metrics.parts.answer_counts import contents
from uptake.metrics.parts.feature_lives import Rule
from uptake.metrics.parts.features import class_of_feature_sql, classes, eligible_classes_sql, shown
from uptake.metrics.parts.feedback import feedback_sql
from uptake.metrics.parts.span_counts import SpanCounts
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.plan import Feature
from uptake.store.sql import literal, name


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


def totals(asked: Asked) -> Sql | None:
    """The counts without a row per entity and period: of spans between first use, adoption, silence and return.

    The day of adoption is a day of use: who had adopted a feature and was not silent for a cadence used it since.
    """
    if asked.grain.is_narrowed:
        return None
    features = shown(asked)
    counts = SpanCounts(asked, features, partial(_rule, asked), are_plans=_is_of_plan(asked))
    labels = [name(label) for label in asked.split.labels] if asked.split else []
    columns, same = "".join(f"e.{label}, " for label in labels), ", ".join(["number", "feature_key", *labels])
    period = "p.period_on, " if asked.question.period else ""
    # over periods, a feature has rows from the first on in which somebody could use it, and so has one of a group
    has_row = "e.members > 0" if period or labels else "true"
    return Sql(
        f"""SELECT {period}{columns}f.feature, f.title, f.tag, e.members AS eligible, t.members AS tried, a.members AS adopted,
            a.members - s.members AS retained, coalesce(k.answered, 0)::BIGINT AS answered,
            coalesce(k.satisfied, 0)::BIGINT AS satisfied
        FROM numbered p JOIN could e USING (number) JOIN feature_class c USING (class) JOIN features f USING (feature_key)
        JOIN used t USING ({same}) JOIN adopted a USING ({same}) JOIN silent s USING ({same})
        LEFT JOIN content k USING ({same})
        WHERE {has_row} ORDER BY ALL""",
        relations={
            "feature_class(feature_key, class)": class_of_feature_sql(features),
            "numbered": "SELECT *, row_number() OVER (ORDER BY on_day)::INTEGER AS number FROM period",
        },
        tables={**counts.tables, "content": lambda: contents(counts, asked.param("favourable"))},
    )


def _rule(asked: Asked, feature: Feature) -> Rule:
    """When a feature is adopted: as asked, or else as the plan says."""
    days, within_days = (
        asked.param("days") or feature.adopted.days,
        asked.param("within_days") or feature.adopted.within_days,
    )
    return Rule(days, within_days, feature.cadence_days)


def _relations(asked: Asked, features: dict[int, Feature]) -> dict[str, str]:
    """Relations: the rules of every feature, who could use it, who tried and adopted it, who used it lately."""
    numbers = {key: number for number, keys in enumerate(classes(features).values()) for key in keys}
    # looked up in a list: with a join the engine may meet entities first and classes last, many times the rows
    class_of = literal([numbers.get(key) for key in range(1, max(numbers, default=0) + 1)]) + "[feature_key]"
    return {
        "feature_class(feature_key, class)": class_of_feature_sql(features),
        "feature_rule(feature_key, days, within_days, cadence_days)": _rules(asked, features),
        "eligible": eligible_classes_sql(asked, features),
        "tried": f"""SELECT e.*, l.feature_key, coalesce(l.adopted_on <= p.on_day, false) AS is_adopted
        FROM (SELECT *, {class_of} AS class FROM ({life_sql(asked, by_plan=_is_of_plan(asked))})) l
        JOIN eligible e ON e.entity_key = l.entity_key AND e.class = l.class
        JOIN period p ON p.period_on IS NOT DISTINCT FROM e.period_on AND l.first_on <= p.on_day""",
        "answer": _answers(asked),
        "cadence_day": """SELECT r.feature_key::SMALLINT AS feature_key, c.day, p.period_on
        FROM feature_rule r CROSS JOIN period p JOIN calendar c
            ON c.day > p.on_day - r.cadence_days AND c.day <= p.on_day""",
        "recent": f"""SELECT d.period_on, u.entity_key, u.feature_key
        FROM cadence_day d JOIN {asked.grain.of("feature_day")} u ON u.feature_key = d.feature_key AND u.day = d.day""",
    }


def _is_of_plan(asked: Asked) -> bool:
    """Whether features are adopted as the plan says, by which the lives were made."""
    return asked.param("days") is None and asked.param("within_days") is None


def _rules(asked: Asked, features: dict[int, Feature]) -> str:
    """SQL for (feature_key, days, within_days, cadence_days)."""
    rules = ", ".join(f"({key}::SMALLINT, {', '.join(map(str, _rule(asked, one)))})" for key, one in features.items())
    return f"VALUES {rules}" if rules else "SELECT 0::SMALLINT, 0, 0, 0 WHERE false"


def _answers(asked: Asked) -> str:
    """SQL for (entity_key, feature_key, period_on, is_satisfied): the latest CES or CSAT answer about each feature."""
    return f"""SELECT a.entity_key, f.feature_key, p.period_on,
            arg_max(a.score >= $favourable::DOUBLE, (a.feedback_at, a.import_id, a.ordinal)) AS is_satisfied
        FROM ({feedback_sql(asked)}) a
        JOIN (SELECT DISTINCT feature_key, unnest([lower(feature), lower(title)]) AS called FROM features) f
            ON f.called = lower(a.feature)
        JOIN period p ON a.feedback_at < p.on_at WHERE a.survey IN ('ces', 'csat') GROUP BY ALL"""


def life_sql(asked: Asked, *, by_plan: bool) -> str:
    """SQL for (entity_key, feature_key, first_on, adopted_on), under rules given over `feature_rule`.

    Args:
        asked: The question.
        by_plan: By the plan as it was made, or under rules given.
    """
    if by_plan:
        return asked.grain.life
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
    splits_totals=is_of_everybody,
    params=(
        Param(
            "days", "integer", "Different days of use that make adoption; the plan's if not given.", least=1, most=366
        ),
        Param("within_days", "integer", "Days from the first use; the plan's if not given.", least=1, most=3660),
        Param("favourable", "number", "The lowest score of a CES or CSAT answer that is favourable.", default=4.0),
    ),
)
