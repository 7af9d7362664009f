"""Onboarding completion.

The share of new users, or accounts, that finished setting up: all required steps, and each step alone.

Formula: entities that reached the step (or every required step) at most `within_days` x 24 h after their
    start / entities that started in the period, have had that long and are meant by the step. A step with a `role` is
    meant for users who had that role at some time of their set-up. `output=progress`: the share of required steps that
    each has done, averaged
Unit: share
Grain: user, account, or user in one account. An account's step counts when any of its members did it, while in the
    step's role; with `who=every`, when every member did who was there at the end of the time, of that role
Population: entities that started in the period; those whose window is still open are counted beside as open, and left
    out of the progress
Empty: no value (never 0) where nobody started or nobody's window has closed. An account without anybody of the role
    has not done the step
Interval: Wilson, 95 %; Student's t for the progress
Pitfall: completing a checklist is not adoption; look at activation beside it. Optional steps do not count
    towards `complete`, nor towards progress
Source: product adoption glossary ("users completing set-up"); requirements B2 (every stakeholder on schedule)
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uptake.errors import DefinitionMissing, QuestionError
from uptake.facts.day_order import Numbered
from uptake.facts.milestone import STEP
from uptake.metrics.core.grain import ACCOUNT, MEMBER
from uptake.metrics.core.metric import Asked, Kind, Metric, Param, Row, Sql
from uptake.metrics.kinds.mean import MEAN
from uptake.metrics.kinds.share import SHARE
from uptake.metrics.parts.cohorts import NOT_YET, OUTSIDE, Cohorts, Instants
from uptake.metrics.parts.tallies import Sums, instant, is_of_everybody, numbered
from uptake.plan import Onboarding
from uptake.store.sql import literal

COMPLETE = "complete"
ANYBODY, EVERY = "any", "every"
STEPS, PROGRESS = "steps", "progress"


def rows(asked: Asked) -> Sql:
    """One row per newcomer and step, and one for all required steps together; or one with the share of these."""
    onboarding = _onboarding(asked)
    steps = ", ".join(
        f"({literal(step.name)}, {literal(step.required)}, {literal(list(step.role))}::VARCHAR[])"
        for step in onboarding.steps
    )
    every = asked.param("who") == EVERY
    if every and asked.grain is not ACCOUNT:
        what = f"who is 'every', but {asked.grain.noun} have no members."
        raise QuestionError(what, do="Ask with entity=account.")
    if asked.param("output") == PROGRESS:
        select = """SELECT entity_key, anchor_at, period_on, avg(value) AS value FROM done
    WHERE is_required AND NOT is_open GROUP BY ALL"""
    else:
        order = ", ".join(literal(word) for word in (COMPLETE, *(step.name for step in onboarding.steps)))
        select = f"""SELECT entity_key, anchor_at, period_on, step::ENUM({order}) AS step, value, is_open FROM done
    UNION ALL
    SELECT entity_key, anchor_at, period_on, {literal(COMPLETE)}, min(value), is_open FROM done
    WHERE is_required GROUP BY ALL"""
    return Sql(
        select,
        {"within_days": asked.param("within_days") or onboarding.within_days},
        {
            "onboarding_step(step, is_required, roles)": f"VALUES {steps}",
            "newcomer": f"""SELECT s.entity_key, s.started_at, s.started_at + to_days($within_days::INTEGER) AS until,
            p.period_on FROM {asked.grain.start} s
        JOIN period p ON s.started_at >= p.begins_at AND s.started_at < p.ends_at WHERE s.started_at < $as_of""",
            "done": f"""SELECT n.entity_key, n.started_at AS anchor_at, n.period_on, s.step, s.is_required,
            coalesce(m.reached_at < $as_of AND m.reached_at <= n.until, false)::INT AS value, n.until >= $as_of AS is_open
        FROM newcomer n CROSS JOIN onboarding_step s
        LEFT JOIN ({_by_every_member() if every else _reached(asked)}) m ON m.entity_key = n.entity_key AND m.step = s.step
        {_meant(asked)}""",
        },
    )


def _reached(asked: Asked) -> str:
    """SQL for (entity_key, step, reached_at)."""
    return f"""SELECT entity_key, substr(milestone, {len(STEP) + 1}) AS step, reached_at FROM {asked.grain.milestone}
            WHERE starts_with(milestone, {literal(STEP)})"""


def _by_every_member() -> str:
    """SQL for the same of accounts: when the last of the members there in the end, of the roles meant, had done it."""
    return f"""SELECT n.entity_key, s.step, max(m.reached_at) AS reached_at
            FROM newcomer n CROSS JOIN onboarding_step s
            JOIN member_presence there ON there.member_key >> 32 = n.entity_key
                AND there.valid_from < n.until AND there.valid_to >= n.until
            LEFT JOIN member_milestone m ON m.member_key = there.member_key AND m.milestone = {literal(STEP)} || s.step
            WHERE len(s.roles) = 0 OR EXISTS (
                FROM member_role r WHERE r.account_key = n.entity_key
                    AND r.user_key = there.member_key & 4294967295 AND list_contains(s.roles, r.role)
                    AND r.valid_from < n.until AND r.valid_to >= n.until
            ) GROUP BY ALL HAVING count(m.reached_at) = count(*)"""


def _meant(asked: Asked) -> str:
    """SQL that leaves a step to those of its roles: whoever had one of them at some time of the set-up."""
    if asked.grain is ACCOUNT or not any(step.role for step in _onboarding(asked).steps):
        return ""
    same = "r.user_key = n.entity_key"
    if asked.grain is MEMBER:
        same = "r.user_key = n.entity_key & 4294967295 AND r.account_key = n.entity_key >> 32"
    return f"""WHERE len(s.roles) = 0 OR EXISTS (
            FROM member_role r WHERE {same} AND list_contains(s.roles, r.role)
                AND r.valid_from < n.until AND r.valid_to > n.started_at
        )"""


def totals(asked: Asked) -> Sql | None:
    """The same counts without a row per newcomer and step: when each started, and when each had done a step."""
    onboarding = _onboarding(asked)
    if asked.param("who") == EVERY and asked.grain is not ACCOUNT:
        return None  # the rows say what is wrong
    if not any(step.required for step in onboarding.steps) or any(step.role for step in onboarding.steps):
        return None
    return Sql(counted=lambda: _counted(asked, onboarding))


def _counted(asked: Asked, onboarding: Onboarding) -> list[Row]:
    """Newcomers of each period and group who had done a step in time."""
    facts, cohorts = numbered(asked), Cohorts(asked)
    started_at: Instants = facts.told(f"SELECT entity_key, started_at AS value FROM {asked.grain.start}", NOT_YET)
    as_of = instant(asked.question.as_of)
    until = started_at + np.timedelta64(asked.param("within_days") or onboarding.within_days, "D")
    period, group = cohorts.cells(np.arange(len(started_at)), started_at)
    is_in, is_open = (period != OUTSIDE) & (started_at < as_of), until >= as_of
    cell = period * cohorts.groups + group
    # of those whose time is over, in time is before `as_of`
    is_closed, done_by = is_in & ~is_open, _by_every_member_in_time if asked.param("who") == EVERY else _in_time
    done = {name: is_closed & reached for name, reached in done_by(asked, facts, onboarding, until).items()}
    if asked.param("output") == PROGRESS:
        required = [done[step.name] for step in onboarding.steps if step.required]
        share = np.sum(required, axis=0) / len(required)
        return [
            {**cohorts.names(period, group), **Sums.of(share[who])._asdict()}
            for period in range(len(cohorts))
            for _, group in cohorts.in_order(range(cohorts.groups))
            if len(who := np.flatnonzero(is_closed & (cell == period * cohorts.groups + group)))
        ]

    def count(who: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(cell[who], minlength=len(cohorts) * cohorts.groups).reshape(-1, cohorts.groups)

    complete = np.logical_and.reduce([done[step.name] for step in onboarding.steps if step.required])
    counts = {COMPLETE: count(complete), **{step: count(who) for step, who in done.items()}}
    n, still_open = count(is_closed), count(is_in & is_open)
    return [
        {
            **cohorts.names(period, group, step=step),
            "n": int(n[period, group]),
            "count": int(reached[period, group]),
            "open": int(still_open[period, group]),
            "estimate": float(reached[period, group] / n[period, group]) if n[period, group] else None,
        }
        for period in range(len(cohorts))
        for step, reached in counts.items()
        for _, group in cohorts.in_order(range(cohorts.groups))
        if n[period, group] or still_open[period, group]
    ]


def _in_time(asked: Asked, facts: Numbered, onboarding: Onboarding, until: Instants) -> dict[str, NDArray[np.bool_]]:
    """Of each step who had done it in time."""
    return {step.name: _reached_at(facts, asked.grain.milestone, step.name) <= until for step in onboarding.steps}


def _by_every_member_in_time(
    asked: Asked, facts: Numbered, onboarding: Onboarding, until: Instants
) -> dict[str, NDArray[np.bool_]]:
    """The same of accounts: whose members had all done it who were there at the end of the time."""
    members = numbered(asked, MEMBER)
    there = members.spans("SELECT member_key AS entity_key, valid_from, valid_to FROM member_presence")
    account = facts.everyone.numbers(members.everyone.keys >> 32)[there.number]
    ends = until[account]
    is_there = (account >= 0) & (there.valid_from < ends) & (there.valid_to >= ends)
    who, account, ends = there.number[is_there], account[is_there], ends[is_there]
    number = np.bincount(account, minlength=len(until))
    found = {}
    for step in onboarding.steps:
        is_done = _reached_at(members, MEMBER.milestone, step.name)[who] <= ends
        found[step.name] = (number > 0) & (np.bincount(account[is_done], minlength=len(until)) == number)
    return found


def _reached_at(facts: Numbered, milestone: str, step: str) -> Instants:
    sql = f"SELECT entity_key, reached_at AS value FROM {milestone} WHERE milestone = {literal(STEP + step)}"
    found: Instants = facts.told(sql, NOT_YET)
    return found


def _onboarding(asked: Asked) -> Onboarding:
    if asked.plan.onboarding is None:
        raise DefinitionMissing("The plan has no onboarding steps.", do="Describe them in the plan under onboarding.")
    return asked.plan.onboarding


def kind(params: Mapping[str, Any]) -> Kind:
    """Shares of newcomers, or the mean of their own shares."""
    return MEAN if params["output"] == PROGRESS else SHARE


def labels(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Steps, unless they are taken together."""
    return () if params["output"] == PROGRESS else ("step",)


METRIC = Metric(
    kind=kind,
    unit="share",
    rows=rows,
    totals=totals,
    splits_totals=is_of_everybody,
    params=(
        Param("within_days", "integer", "Days from the start; the plan's if not given.", least=1, most=3660),
        Param(
            "who",
            "choice",
            "For accounts: a step counts when any of its members did it, or when every one did who is there in the end.",
            default=ANYBODY,
            choices=(ANYBODY, EVERY),
        ),
        Param(
            "output",
            "choice",
            "Each step, or for each newcomer the share of required steps done, averaged.",
            default=STEPS,
            choices=(STEPS, PROGRESS),
        ),
    ),
    labels=labels,
    is_snapshot=False,
)
