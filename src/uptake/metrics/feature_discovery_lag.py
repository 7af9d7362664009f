"""Feature discovery lag.

How long it takes people to use a feature for the first time, from the moment they could: how old a user, or an
account, is when a feature is discovered.

Formula: Kaplan-Meier on (first use - when it was open, or `as_of` - that for those who have not used it); the estimate
    is the median, beside it p25, p75, p90 and the share that found it by day 1, 7, 14, 30. A feature is open to an
    entity from its start, but not before the feature's launch, nor before the plan, role or whatever makes it eligible
Unit: seconds
Grain: user, account (any of its users), or user in one account
Population: entities to whom the feature was opened in the period, those who never used it included as censored;
    those to whom it never was open are not in it
Empty: no median where fewer than half have used it; no row for a feature that was open to nobody
Interval: Brookmeyer and Crowley with log-log limits for quantiles, log-log for shares, 95 %. Between the groups of a
    breakdown the log-rank test, `pvalue`, for each feature
Pitfall: a mean over those who found it flatters a feature that few find. First use says nothing of a second one: look
    at adoption. Use before it was open counts as 0 seconds
Source: product adoption glossary (feature discovery); fight-churn (tenure); requirements C14
"""

from datetime import date

from uptake.errors import DefinitionMissing, QuestionError
from uptake.metrics.durations import LEFT, OUTPUT, WAITING, by_days, durations_of
from uptake.metrics.features import classes, shown
from uptake.metrics.kinds.first_uses import FirstUses
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.moments import moment_sql
from uptake.metrics.population import open_from_sql
from uptake.metrics.question import begin_of
from uptake.metrics.starts import START_OF_LIFE
from uptake.plan import Conditions, Feature
from uptake.store.sql import literal


def rows(asked: Asked) -> Sql:
    """Everyone to whom a feature was opened in the period, with the time to the first use or the time so far."""
    features = _chosen(asked)
    started = moment_sql(asked, START_OF_LIFE)
    numbers = {key: number for number, keys in enumerate(classes(features).values()) for key in keys}
    named = ", ".join(
        f"({key}, {literal(feature.name)}, {numbers[key]}, {_launch(asked, feature.launched_on)})"
        for key, feature in features.items()
    )
    openings = " UNION ALL ".join(
        f"SELECT entity_key, open_at, {number} AS class FROM ({open_from_sql(asked, conditions, started)})"
        for number, conditions in enumerate(classes(features))
    )
    clock = """SELECT o.entity_key, f.feature, greatest(o.open_at, f.launched_at) AS reached_at
        FROM opening o JOIN named_feature f USING (class)"""
    used = f"""SELECT u.entity_key, f.feature, u.first_at AS reached_at
        FROM {asked.grain.life} u JOIN named_feature f USING (feature_key)"""
    sql = durations_of(asked, clock, used, own=("feature",))
    sql.relations = {
        "named_feature(feature_key, feature, class, launched_at)": f"VALUES {named}",
        "opening": openings,
        **sql.relations,
    }
    return sql


def totals(asked: Asked) -> Sql | None:
    """The first uses with how long each entity was watched: who is waiting is known without a row for each."""
    if asked.param("output") != "summary" or asked.param("left") != WAITING:
        return None
    features = _chosen(asked)
    started = moment_sql(asked, START_OF_LIFE)
    # features that were opened to everybody at the same moments are looked at together
    crowds: dict[tuple[Conditions, str], list[int]] = {}
    for key, one in features.items():
        crowds.setdefault((one.eligible, _launch(asked, one.launched_on)), []).append(key)
    # keys of features go by name, so places go by period and feature
    place, crowd_place = f"p.number * {max(features) + 1}", f"p.number * {len(crowds)}"
    relations = {"numbered": "SELECT *, row_number() OVER (ORDER BY begins_at)::INTEGER AS number FROM period"}
    parts, named = [], []
    for crowd, ((conditions, launched_at), keys) in enumerate(crowds.items()):
        relations[
            f"opened_{crowd}"
        ] = f"""SELECT o.entity_key, o.open_at, {_seconds("$as_of - o.open_at")} AS watched_s,
            p.number
        FROM (SELECT entity_key, greatest(open_at, {launched_at}) AS open_at
            FROM ({open_from_sql(asked, conditions, started)})) o
        JOIN numbered p ON o.open_at >= p.begins_at AND o.open_at < p.ends_at WHERE o.open_at < $as_of"""
        parts += [
            f"""SELECT 1 AS part, {place} + u.feature_key AS place, {_seconds("u.first_at - p.open_at")} AS duration_s,
            p.watched_s, NULL::DATE AS period_on, NULL AS feature
        FROM {asked.grain.life} u JOIN opened_{crowd} p USING (entity_key)
        WHERE u.first_at < $as_of AND u.feature_key IN ({", ".join(map(str, keys))})""",
            f"SELECT 2, {crowd_place} + {crowd}, 0, p.watched_s, NULL, NULL FROM opened_{crowd} p",
        ]
        named += [f"({key}, {crowd}, {literal(features[key].name)})" for key in keys]
    parts.append(
        f"""SELECT 0, {place} + f.feature_key, {crowd_place} + f.crowd, 0, p.period_on, f.feature
        FROM numbered p CROSS JOIN (VALUES {", ".join(named)}) f(feature_key, crowd, feature)"""
    )
    return Sql(" UNION ALL ".join(parts), relations=relations, is_raw=True)


def _seconds(interval: str) -> str:
    return f"greatest(epoch({interval}), 0)::BIGINT"


def _chosen(asked: Asked) -> dict[int, Feature]:
    word = asked.param("feature")
    found = {key: one for key, one in shown(asked).items() if word in (None, one.name)}
    if not asked.plan.features:
        raise DefinitionMissing("The plan has no features.", do="Describe them in the plan under features.")
    if not found:
        raise QuestionError(f"feature is '{word}'.", allowed=[one.name for one in shown(asked).values()])
    return found


def _launch(asked: Asked, launched_on: date | None) -> str:
    return literal(begin_of(launched_on or date(1970, 1, 1), asked.plan.product.timezone))


METRIC = Metric(
    kind=FirstUses("feature"),
    unit="seconds",
    rows=rows,
    totals=totals,
    params=(
        Param("feature", "text", "One feature of the plan; all that are not hidden if not given."),
        LEFT,
        by_days(1, 7, 14, 30),
        OUTPUT,
    ),
    labels=("feature",),
    is_snapshot=False,
)
