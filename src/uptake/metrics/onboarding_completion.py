"""Onboarding completion.

The share of new users, or accounts, that finished setting up: all required steps, and each step alone.

Formula: entities that reached the step (or every required step) at most `within_days` x 24 h after their
    start / entities that started in the period and have had that long
Unit: share
Grain: user, account (a step counts when any of its users did it), or user in one account
Population: entities that started in the period; those whose window is still open are counted beside as open
Empty: no value (never 0) where nobody started or nobody's window has closed
Interval: Wilson, 95 %
Pitfall: completing a checklist is not adoption; look at activation beside it. Optional steps do not count
    towards `complete`
Source: product adoption glossary ("users completing set-up"); requirements B2
"""

from uptake.errors import DefinitionMissing
from uptake.facts.milestone import STEP
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.plan import Onboarding
from uptake.store.sql import literal

COMPLETE = "complete"


def rows(asked: Asked) -> Sql:
    """One row per newcomer and step, and one for all required steps together."""
    onboarding = _onboarding(asked)
    order = ", ".join(literal(word) for word in (COMPLETE, *(step.name for step in onboarding.steps)))
    steps = ", ".join(f"({literal(step.name)}, {literal(step.required)})" for step in onboarding.steps)
    within = asked.param("within_days") or onboarding.within_days
    return Sql(
        f"""
    WITH newcomer AS (
        SELECT s.entity_key, s.started_at, p.period_on FROM {asked.grain.start} s
        JOIN period p ON s.started_at >= p.begins_at AND s.started_at < p.ends_at WHERE s.started_at < $as_of
    ), done AS (
        SELECT n.entity_key, n.started_at AS anchor_at, n.period_on, s.step, s.is_required,
            coalesce(m.reached_at < $as_of
                AND m.reached_at <= n.started_at + to_days($within_days::INTEGER), false)::INT AS value,
            n.started_at + to_days($within_days::INTEGER) >= $as_of AS is_open
        FROM newcomer n CROSS JOIN onboarding_step s
        LEFT JOIN {asked.grain.milestone} m ON m.entity_key = n.entity_key AND m.milestone = {literal(STEP)} || s.step
    )
    SELECT entity_key, anchor_at, period_on, step::ENUM({order}) AS step, value, is_open FROM done
    UNION ALL
    SELECT entity_key, anchor_at, period_on, {literal(COMPLETE)}, min(value), is_open FROM done
    WHERE is_required GROUP BY ALL""",
        {"within_days": within},
        {"onboarding_step(step, is_required)": f"VALUES {steps}"},
    )


def totals(asked: Asked) -> Sql | None:
    """The same counts without a row per newcomer and step: only steps that were reached are looked at."""
    onboarding = _onboarding(asked)
    required = [step.name for step in onboarding.steps if step.required]
    if not required:
        return None
    order = ", ".join(literal(word) for word in (COMPLETE, *(step.name for step in onboarding.steps)))
    period = "n.period_on, " if asked.question.period else ""
    return Sql(
        f"""SELECT {period}s.step::ENUM({order}) AS step, n.n, coalesce(d.count, 0)::BIGINT AS count, n.open,
            coalesce(d.count, 0) / nullif(n.n, 0) AS estimate
        FROM (
            SELECT period_on, count(*) FILTER (NOT is_open) AS n, count(*) FILTER (is_open) AS open
            FROM newcomer GROUP BY period_on
        ) n CROSS JOIN (SELECT unnest([{order}]) AS step) s LEFT JOIN (
            SELECT period_on, step, count(*) AS count FROM done GROUP BY ALL
            UNION ALL SELECT period_on, {literal(COMPLETE)}, count(*) FROM (
                SELECT entity_key, period_on FROM done WHERE list_contains({literal(required)}, step)
                GROUP BY ALL HAVING count(*) = {len(required)}
            ) GROUP BY period_on
        ) d ON d.step = s.step AND d.period_on IS NOT DISTINCT FROM n.period_on ORDER BY ALL""",
        {"within_days": asked.param("within_days") or onboarding.within_days},
        {
            "newcomer": f"""SELECT s.entity_key, p.period_on, s.started_at + to_days($within_days::INTEGER) AS until,
            until >= $as_of AS is_open
        FROM {asked.grain.start} s
        JOIN period p ON s.started_at >= p.begins_at AND s.started_at < p.ends_at WHERE s.started_at < $as_of""",
            "done": f"""SELECT n.entity_key, n.period_on, substr(m.milestone, {len(STEP) + 1}) AS step
        FROM {asked.grain.milestone} m JOIN newcomer n USING (entity_key)
        WHERE list_contains({literal([STEP + step.name for step in onboarding.steps])}, m.milestone)
            AND m.reached_at <= n.until AND m.reached_at < $as_of AND NOT n.is_open""",
        },
    )


def _onboarding(asked: Asked) -> Onboarding:
    if asked.plan.onboarding is None:
        raise DefinitionMissing("The plan has no onboarding steps.", do="Describe them in the plan under onboarding.")
    return asked.plan.onboarding


METRIC = Metric(
    kind=SHARE,
    unit="share",
    rows=rows,
    totals=totals,
    params=(Param("within_days", "integer", "Days from the start; the plan's if not given.", least=1, most=3660),),
    labels=("step",),
    is_snapshot=False,
)
