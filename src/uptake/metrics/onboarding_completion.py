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

from uptake.errors import QuestionError
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
        LEFT JOIN {asked.grain.milestone} m ON m.entity_key = n.entity_key AND m.milestone = 'step:' || s.step
    )
    SELECT entity_key, anchor_at, period_on, step::ENUM({order}) AS step, value, is_open FROM done
    UNION ALL
    SELECT entity_key, anchor_at, period_on, {literal(COMPLETE)}, min(value), is_open FROM done
    WHERE is_required GROUP BY ALL""",
        {"within_days": within},
        {"onboarding_step(step, is_required)": f"VALUES {steps}"},
    )


def _onboarding(asked: Asked) -> Onboarding:
    if asked.plan.onboarding is None:
        raise QuestionError("The plan has no onboarding steps.", do="Describe them in the plan under onboarding.")
    return asked.plan.onboarding


METRIC = Metric(
    kind=SHARE,
    unit="share",
    rows=rows,
    params=(Param("within_days", "integer", "Days from the start; the plan's if not given.", least=1, most=3660),),
    labels=("step",),
    is_snapshot=False,
)
