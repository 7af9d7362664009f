"""Milestones: when a user, or an account, first had done what a criterion of the plan asks.

A criterion is a count of events ("three tasks"), or several joined by all or any. Reaching all of
them is reaching the last; reaching any is reaching the first. Names: `activated`, `step:NAME`,
`value:NAME`, `value` (the first of any value moment), and the plan's further milestones.

`value_day` keeps the days of each count that value moments are made of, so that a question can ask
whether a moment was reached inside a window and not only ever.
"""

from __future__ import annotations

from itertools import count

from uptake.facts.criteria import MEMBER_KEY, leaves, reached_sql
from uptake.facts.quorum import events_of_roles, quorum_sql
from uptake.facts.scope import Scope
from uptake.facts.selection import events_sql
from uptake.plan import All, Criteria, Criterion, Plan, ValueMoment
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE user_milestone (user_key INTEGER, milestone VARCHAR, reached_at TIMESTAMP);
CREATE TABLE account_milestone (account_key INTEGER, milestone VARCHAR, reached_at TIMESTAMP);
CREATE TABLE member_milestone (member_key BIGINT, milestone VARCHAR, reached_at TIMESTAMP);
CREATE TABLE value_day (account_key INTEGER, user_key INTEGER, leaf SMALLINT, day DATE, events UINTEGER);
"""
STEP, VALUE = "step:", "value:"
"""What the milestones of onboarding steps, and those of value moments, begin with."""


def named(plan: Plan) -> dict[str, Criteria]:
    """Every milestone the plan names, at the grain of one entity's own events."""
    found: dict[str, Criteria] = {}
    if plan.activation is not None and plan.activation.user is not None:
        found["activated"] = plan.activation.user.criteria
    for step in plan.onboarding.steps if plan.onboarding else ():
        found[STEP + step.name] = step.criteria
    for name, moment in plan.value_moments.items():
        found[f"{VALUE}{name}"] = moment.criteria
    for name, milestone in plan.milestones.items():
        found[name] = milestone.criteria
    return found


def _roles(plan: Plan, milestone: str) -> tuple[str, ...]:
    """The roles in which an account's members have to do a step; empty for anything else."""
    steps = plan.onboarding.steps if plan.onboarding else ()
    return next((step.role for step in steps if STEP + step.name == milestone), ())


def value_leaves(plan: Plan) -> list[Criterion]:
    """The counts of all value moments; the position in this list is `value_day.leaf`."""
    return [leaf for moment in value_moments(plan) for leaf in leaves(moment.criteria)]


def value_moments(plan: Plan) -> list[ValueMoment]:
    """By name, so that another order in the plan changes no leaf."""
    return [plan.value_moments[name] for name in sorted(plan.value_moments)]


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the milestones of everyone in the scope again."""
    _build_value_days(cursor, plan, scope)
    for table in ("user_milestone", "account_milestone", "member_milestone"):
        cursor.execute(f"DELETE FROM {table} WHERE {_stale(table, scope)}")
    people = scope.people()
    pair = f"account_key IS NOT NULL AND user_key IS NOT NULL AND {people}"
    for name, criteria in named(plan).items():
        _insert(
            cursor, "user", name, reached_sql(cursor, plan, criteria, "user_key", f"user_key IS NOT NULL AND {people}")
        )
        _insert(cursor, "member", name, reached_sql(cursor, plan, criteria, f"{MEMBER_KEY} AS member_key", pair))
        if name != "activated":
            _insert(
                cursor,
                "account",
                name,
                reached_sql(
                    cursor,
                    plan,
                    criteria,
                    "account_key",
                    "account_key IS NOT NULL",
                    events_of_roles(_roles(plan, name)),
                ),
            )
    for entity in ("user", "member", "account"):
        # everybody's first value again: cheap, and the same whichever part was made again
        cursor.execute(f"DELETE FROM {entity}_milestone WHERE milestone = 'value'")
        cursor.execute(
            f"""INSERT INTO {entity}_milestone SELECT {entity}_key, 'value', min(reached_at) FROM {entity}_milestone
            WHERE milestone LIKE 'value:%' GROUP BY 1 ORDER BY 1"""
        )
    if plan.activation is not None and plan.activation.account is not None:
        # an account activates when enough of its members did, each by what was done there
        _insert(cursor, "account", "activated", quorum_sql(cursor, plan, plan.activation.account.quorum))


def _stale(table: str, scope: Scope) -> str:
    if table == "account_milestone" or scope.everything:
        return "true"
    key = "user_key" if table == "user_milestone" else "(member_key & 4294967295)::INTEGER"
    return f"{key} IN (SELECT user_key FROM touched_user)"


def _insert(cursor: Cursor, entity: str, name: str, reached: str) -> None:
    cursor.execute(
        f"INSERT INTO {entity}_milestone SELECT {entity}_key, $name, reached_at FROM ({reached}) ORDER BY 1",
        {"name": name},
    )


def _build_value_days(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    cursor.execute(f"DELETE FROM value_day WHERE {scope.rows()}")
    for number, leaf in enumerate(value_leaves(plan)):
        cursor.execute(
            f"""INSERT INTO value_day SELECT account_key, user_key, {number}, day, count(*) FROM event
            WHERE {events_sql(cursor, plan, [leaf.selector])} AND {scope.rows()}
            GROUP BY ALL ORDER BY day, account_key, user_key"""
        )


def met_in_window(plan: Plan) -> list[str]:
    """SQL that holds where each value moment is met, over columns `leaf_0`, `leaf_1` ... with counts of a window."""
    numbers = count()

    def met(criteria: Criteria) -> str:
        if isinstance(criteria, Criterion):
            return f"leaf_{next(numbers)} >= {criteria.at_least}"
        joint = " AND " if isinstance(criteria, All) else " OR "
        return "(" + joint.join(met(part) for part in criteria.of) + ")"

    return [met(moment.criteria) for moment in value_moments(plan)]
