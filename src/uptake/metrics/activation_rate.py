"""Activation rate.

The share of new users, or accounts, that reached activation soon enough after their start.
Activation is what the plan says it is; by default the criteria under `activation`.

Formula: entities whose criteria held at most `within_days` x 24 h after their start / entities that
    started in the period and have had that long.
Unit: share
Grain: user, account (when enough of its members are activated, by the plan), or user in one account
Population: entities that started in the period; those whose window is still open are counted beside as open
Empty: no value (never 0) where nobody started or nobody's window has closed
Interval: Wilson, 95 %
Pitfall: sign-ups are not activation; criteria made of sign-in or page views raise a warning in `uptake check`
Source: definitions 5.7; PostHog's activation method (activated if within N days of the first event)
"""

from uptake.metrics.kinds.share import SHARE
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.milestones import milestone_sql


def rows(asked: Asked) -> Sql:
    """Everyone who started in the period, with whether activation came in time."""
    milestone = milestone_sql(asked, "activated", asked.param("criteria"))
    return Sql(
        f"""
    SELECT s.entity_key, s.started_at AS anchor_at, p.period_on,
        coalesce(m.reached_at < $as_of
            AND m.reached_at <= s.started_at + to_days($within_days::INTEGER), false)::INT AS value,
        s.started_at + to_days($within_days::INTEGER) >= $as_of AS is_open
    FROM {asked.grain.start} s
    JOIN period p ON s.started_at >= p.begins_at AND s.started_at < p.ends_at
    LEFT JOIN ({milestone}) m USING (entity_key)
    WHERE s.started_at < $as_of""",
        {"within_days": _within(asked)},
    )


def _within(asked: Asked) -> int:
    given, activation = asked.param("within_days"), asked.plan.activation
    if given is not None:
        return int(given)
    if activation is None:
        return 7
    return activation.account.within_days if asked.grain.name == "account" else activation.user.within_days


METRIC = Metric(
    kind=SHARE,
    unit="share",
    rows=rows,
    params=(
        Param("within_days", "integer", "Days from the start; the plan's if not given.", least=1, most=3660),
        Param("criteria", "criteria", "Other criteria than the plan's."),
    ),
    is_snapshot=False,
)
