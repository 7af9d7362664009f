"""Adoption velocity.

How long it takes users, or accounts, from activation to proficiency: from having begun to working broadly and often.

Formula: Kaplan-Meier on (proficient - activated, or the last finished day - activated for those who are not);
    the estimate is the median, beside it p25, p75, p90 and the share that got there by day 14, 30, 60, 90. The days
    since activation, its own day the first, are cut into intervals of `interval_days`; proficient is who used at least
    `core_features` different core features on at least `days` active days in each of `intervals` intervals running,
    at the end of the last of them
Unit: seconds, whole days
Grain: user, account (its users together), or user in one account
Population: entities activated in the period, those who are not proficient included as censored
Empty: no median where fewer than half have got there; no share by a day nobody was watched for
Interval: Brookmeyer and Crowley with log-log limits for quantiles, log-log for shares, 95 %; before anybody arrived, where
    that formula has no value, Wilson's limit, so few entities set no lower limit (0).
    Between the groups of a breakdown the log-rank test, `pvalue`
Pitfall: nobody can be proficient before `intervals` intervals are over, so the shortest time is their length. The
    thresholds are the plan's (`proficiency`), not a benchmark's: compare times under the same thresholds only
Source: definitions 5.25 (proficiency), customer adoption for success teams (adoption velocity); requirements B7
"""

import pyarrow as pa

from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.kinds.duration import DURATION
from uptake.metrics.parts.durations import OUTPUT, by_days
from uptake.metrics.parts.features import are_in_first_word, bits_of, core, first_word, sets_of, used_of
from uptake.metrics.parts.milestones import milestone_sql
from uptake.metrics.parts.proficiency import proficient
from uptake.metrics.parts.windows import EPOCH
from uptake.plan import Plan
from uptake.store.sql import literal


def rows(asked: Asked) -> Sql:
    """Everyone activated in the period, with the days to proficiency or the days so far."""
    keys = list(core(asked))
    clock = f"""SELECT entity_key, reached_at, timezone({literal(asked.plan.product.timezone)},
            timezone('UTC', reached_at))::DATE AS activated_on
        FROM ({milestone_sql(asked, "activated", asked.param("criteria"))}) WHERE reached_at < $as_of"""
    given = {name: asked.param(name) for name in ("core_features", "days", "intervals", "interval_days")}

    def table() -> pa.Table:
        activated = asked.cursor.execute(clock, {"as_of": asked.question.as_of}).fetchnumpy()
        last = (asked.question.last_day - EPOCH).days
        return proficient(sets_of(asked), activated, last, first_word(keys), **given)

    number = "(d.day - a.activated_on) // $interval_days::INTEGER"
    return Sql(
        """
    SELECT a.entity_key, a.reached_at AS anchor_at, p.period_on, q.days IS NOT NULL AS is_reached,
        coalesce(q.days, greatest($last_day - a.activated_on + 1, 0)) * 86400 AS duration_s
    FROM activated a JOIN period p ON a.reached_at >= p.begins_at AND a.reached_at < p.ends_at
    LEFT JOIN proficient q USING (entity_key)""",
        dict(given),
        {
            "activated": clock,
            "busy": f"""SELECT a.entity_key, {number} AS number
        FROM {asked.grain.day} d JOIN activated a USING (entity_key)
        WHERE d.day BETWEEN a.activated_on AND $last_day GROUP BY ALL HAVING count(*) >= $days""",
            "broad": f"""SELECT b.entity_key, b.number FROM (
            SELECT a.entity_key, {number} AS number{bits_of("d", keys)}
            FROM {asked.grain.of("feature_set")} d JOIN activated a USING (entity_key)
            WHERE d.day BETWEEN a.activated_on AND $last_day GROUP BY ALL
        ) b WHERE {used_of("b", keys)} >= $core_features""",
            # intervals that are over and good enough; in a run of them the number grows as fast as the position
            "good": f"""SELECT entity_key, number,
            number - row_number() OVER (PARTITION BY entity_key ORDER BY number) AS run
        FROM busy {"SEMI JOIN broad USING (entity_key, number)" if asked.param("core_features") else ""}
        JOIN activated a USING (entity_key) WHERE (number + 1) * $interval_days <= $last_day - a.activated_on + 1""",
            "proficient": """SELECT entity_key, (min(number) + 1) * $interval_days AS days FROM (
            SELECT entity_key, number FROM good
            QUALIFY row_number() OVER (PARTITION BY entity_key, run ORDER BY number) >= $intervals
        ) GROUP BY entity_key""",
        },
        tables={"proficient": table} if are_in_first_word(keys) else {},
    )


def _core_features(plan: Plan) -> int:
    given = plan.proficiency.core_features
    count = sum(feature.tag == "core" for feature in plan.features.values())
    return (count + 1) // 2 if given is None else given


def _interval_days(plan: Plan) -> int:
    return plan.proficiency.interval_days or plan.product.usage_interval_days


METRIC = Metric(
    kind=DURATION,
    unit="seconds",
    rows=rows,
    params=(
        Param("core_features", "integer", "Core features used in an interval.", _core_features, least=0, most=1000),
        Param("days", "integer", "Active days in an interval.", lambda plan: plan.proficiency.days, least=1, most=366),
        Param(
            "intervals", "integer", "Such intervals running.", lambda plan: plan.proficiency.intervals, least=1, most=52
        ),
        Param("interval_days", "integer", "Length of an interval.", _interval_days, least=1, most=3660),
        Param("criteria", "criteria", "Other criteria of activation than the plan's."),
        by_days(14, 30, 60, 90),
        OUTPUT,
    ),
    is_snapshot=False,
)
