"""Adoption decay.

Who had adopted a feature and has let go of it, and since when.

Formula: entities with no use in the last `quiet_intervals` cadences of the feature / entities that had adopted it by
    then. The list behind the number says for how many days each has been silent
Unit: share
Grain: user, account (all its users together), or user in one account
Population: everyone there at the end of the period who could use the feature and had adopted it by then
Empty: no value where nobody had adopted it
Interval: Wilson, 95 %
Pitfall: who comes back counts as kept again, so this is what is lost now; how long adoption lasts is told by
    `adoption_half_life`. A feature used by nature once a quarter decays within weeks only if its cadence is wrong
Source: definitions 5.10 (decay flag); requirements C15 (ours)
"""

from functools import partial

from uptake.metrics.core.metric import Asked, Cells, Metric, Param, Sql
from uptake.metrics.core.result import Side
from uptake.metrics.depth import chosen
from uptake.metrics.feature_adoption import life_sql
from uptake.metrics.kinds.share import Share
from uptake.metrics.parts import span_counts, spans
from uptake.metrics.parts.feature_lives import Rule
from uptake.metrics.parts.features import class_of_feature_sql, eligible_classes_sql
from uptake.metrics.parts.tallies import is_of_everybody
from uptake.plan import Feature
from uptake.store.sql import literal, name


class Decayed(Share):
    """A share of those who had adopted; of each it is known how long they have been silent."""

    def cells(self, labels: tuple[str, ...], asked: Asked) -> Cells:
        """Those who let go and those who kept it, with the days since their last use."""
        del labels, asked
        return Cells(
            (
                Side("decayed", "let go of it", "value = 1", "count"),
                Side("kept", "still use it", "value = 0", "n", less="count"),
                Side("adopted", "had adopted it", "true", "n"),
            ),
            value="silent_days",
            value_title="Days since the last use",
            value_unit="days",
        )


def rows(asked: Asked) -> Sql:
    """Everyone who had adopted a feature and could use it, with whether they let go of it."""
    features = chosen(asked, asked.param("feature"))
    return Sql(
        """
    SELECT e.entity_key, e.anchor_at, e.period_on, s.feature, (s.silent_days >= s.quiet_days)::INT AS value,
        s.silent_days, false AS is_open
    FROM eligible e JOIN feature_class c USING (class) JOIN (
        SELECT u.entity_key, u.feature_key, u.feature, u.quiet_days, p.period_on, p.on_day - max(u.day) AS silent_days
        FROM used u JOIN period p ON u.day <= p.on_day
        GROUP BY u.entity_key, u.feature_key, u.feature, u.quiet_days, p.period_on, p.on_day
    ) s ON s.entity_key = e.entity_key AND s.feature_key = c.feature_key AND s.period_on IS NOT DISTINCT FROM e.period_on""",
        relations={
            **used_since_adoption(asked, features),
            "feature_class(feature_key, class)": class_of_feature_sql(features),
            "eligible": eligible_classes_sql(asked, features),
        },
    )


def totals(asked: Asked) -> Sql:
    """The counts without a row per entity and period: of spans between adoption, silence and return."""
    features = chosen(asked, asked.param("feature"))
    period = "p.period_on, " if asked.question.period else ""
    labels = [name(label) for label in asked.split.labels] if asked.split else []
    columns, same = "".join(f", a.{label}" for label in labels), ", ".join(["number", "feature_key", *labels])
    counted = span_counts.tables(asked, features, partial(_rule, asked))
    return Sql(
        f"""SELECT {period}r.feature{columns}, a.members AS n, l.members AS count, 0 AS open,
            l.members / a.members AS estimate
        FROM adopted a JOIN silent l USING ({same}) JOIN feature_rule r USING (feature_key)
        JOIN numbered p USING (number) WHERE a.members > 0 ORDER BY ALL""",
        relations={
            **spans.relations(asked, features),
            "feature_rule(feature_key, feature, quiet_days)": rules(asked, features),
            "adopted": spans.counted(spans.lives(asked, features, "adopted_on")),
            "silent": spans.counted(spans.silences(asked, features, "quiet_days")),
        },
        tables={one: counted[one] for one in ("adopted", "silent") if one in counted},
    )


def _rule(asked: Asked, feature: Feature) -> Rule:
    return Rule(
        feature.adopted.days, feature.adopted.within_days, feature.cadence_days * int(asked.param("quiet_intervals"))
    )


def rules(asked: Asked, features: dict[int, Feature]) -> str:
    """SQL for (feature_key, feature, quiet_days).

    Args:
        asked: The question; has the parameter `quiet_intervals`.
        features: Which features.
    """
    found = [
        f"({key}::SMALLINT, {literal(one.name)}, {one.cadence_days * asked.param('quiet_intervals')})"
        for key, one in features.items()
    ]
    return f"VALUES {', '.join(found)}" if found else "SELECT 0::SMALLINT, '', 0 WHERE false"


def used_since_adoption(asked: Asked, features: dict[int, Feature]) -> dict[str, str]:
    """Relations, the last of them `used`: every day from adoption on, on which who adopted a feature used it.

    An account has a row for each of its users. Rows that differ in nothing cost less than telling all of them apart.

    Args:
        asked: The question; has the parameter `quiet_intervals`.
        features: Which features.
    """
    quiet = asked.param("quiet_intervals")
    rules = ", ".join(
        f"({key}, {one.adopted.days}, {one.adopted.within_days}, {one.cadence_days * quiet})"
        for key, one in features.items()
    )
    return {
        "feature_rule(feature_key, days, within_days, quiet_days)": (
            f"VALUES {rules}" if rules else "SELECT 0, 0, 0, 0 WHERE false"
        ),
        "adopted": f"""SELECT l.*, r.quiet_days, f.feature FROM ({life_sql(asked, by_plan=True)}) l
        JOIN feature_rule r USING (feature_key) JOIN features f USING (feature_key)
        WHERE l.adopted_on <= $last_day::DATE""",
        "used": f"""SELECT a.entity_key, a.feature_key, a.feature, a.adopted_on, a.quiet_days, u.day
        FROM adopted a JOIN {asked.grain.of("feature_day")} u
            ON u.entity_key = a.entity_key AND u.feature_key = a.feature_key
        WHERE u.day >= a.adopted_on AND u.day <= $last_day::DATE""",
    }


FEATURE = Param("feature", "text", "A feature of the plan, or core, advanced or all.", default="all")
QUIET = Param("quiet_intervals", "integer", "Cadences without use that make a silence.", default=2, least=1, most=52)
METRIC = Metric(
    kind=Decayed(),
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(FEATURE, QUIET),
    labels=("feature",),
)
