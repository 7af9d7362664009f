"""Activation rate.

The share of new users, or accounts, that reached activation soon enough after their start.
Activation is what the plan says it is; by default the criteria under `activation`.

Formula: entities whose criteria held at most `within_days` x 24 h after their start / entities that
    started in the period and have had that long. Criteria are counts of events joined by `all` and `any`. An account's
    is a quorum: so many members, of the roles named, who each met criteria; parts are joined by `all` and `any`
Unit: share
Grain: user, account (by the quorum of the plan or of the question; criteria given with the question are held against
    what its users did together), or user in one account
Population: entities that started in the period; those whose window is still open are counted beside as open
Empty: no value (never 0) where nobody started or nobody's window has closed
Interval: Wilson, 95 %
Pitfall: a role counts at each event: what somebody did before becoming an admin is not what an admin did. One member
    may serve several parts of a quorum. Sign-ups are not activation; criteria made of sign-in or page views raise a
    warning in `uptake check`
Source: definitions 5.7; PostHog's activation method (activated if within N days of the first event)
"""

from uptake.errors import QuestionError
from uptake.facts.quorum import quorum_sql
from uptake.metrics.core.grain import ACCOUNT
from uptake.metrics.core.metric import Asked, Metric, Param, Sql
from uptake.metrics.core.query import kept
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.parts.milestones import milestone_sql
from uptake.plan import quorum


def rows(asked: Asked) -> Sql:
    """Everyone who started in the period, with whether activation came in time."""
    reached = _reached(asked)
    # of criteria given with the question nothing else bears on when they were met: raw events are read for it once
    is_given = asked.param("criteria") is not None or asked.param("quorum") is not None
    return Sql(
        f"""
    SELECT s.entity_key, s.started_at AS anchor_at, p.period_on,
        coalesce(m.reached_at < $as_of
            AND m.reached_at <= s.started_at + to_days($within_days::INTEGER), false)::INT AS value,
        s.started_at + to_days($within_days::INTEGER) >= $as_of AS is_open
    FROM {asked.grain.start} s
    JOIN period p ON s.started_at >= p.begins_at AND s.started_at < p.ends_at
    LEFT JOIN reached m USING (entity_key)
    WHERE s.started_at < $as_of""",
        {"within_days": _within(asked)},
        {"reached": reached},
        tables={"reached": lambda: kept(asked, reached)} if is_given else {},
    )


def _reached(asked: Asked) -> str:
    given = asked.param("quorum")
    if given is None:
        return milestone_sql(asked, "activated", asked.param("criteria"))
    if asked.grain is not ACCOUNT:
        raise QuestionError(
            f"A quorum is of the members of an account, not of {asked.grain.noun}.", do="Ask with entity=account."
        )
    if asked.param("criteria") is not None:
        raise QuestionError("Both criteria and quorum are given.", do="Write the criteria into the quorum.")
    return f"SELECT account_key AS entity_key, reached_at FROM ({quorum_sql(asked.cursor, asked.plan, quorum(given))})"


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
        Param(
            "criteria",
            "criteria",
            "Other criteria than the plan's: {all: [...]}, {any: [...]}, {event: ..., at_least: 3}.",
        ),
        Param(
            "quorum",
            "quorum",
            "For accounts, how many members, of which roles, must have done what:"
            " {all: [{role: admin, event: ...}, {members: 2, event: ...}]}.",
        ),
    ),
    is_snapshot=False,
)
