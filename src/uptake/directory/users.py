"""All users: who they are, where they belong, how far they got and how they come."""

from __future__ import annotations

from uptake.directory.listing import BANDS, Ask, List, Page, key_of, moment, page, score_sql
from uptake.facts.feature_day import keyed
from uptake.metrics.core.names import called_sql
from uptake.plan import Plan
from uptake.scores.written import last_day
from uptake.segments import written
from uptake.store.projection import Cursor
from uptake.store.sql import literal

COLUMNS = (
    "name", "user_id", "accounts", "role", "started_on", "activated_on", "value_on", "active_days", "features",
    "sessions", "last_active_on", "score", "score_change", "band",
)  # fmt: skip
"""What every list can be sorted and filtered by; beside it there are the plan's placements."""
TOTALS = {
    "active": "count(*) FILTER (active_days > 0)",
    "lapsed": "count(*) FILTER (activated_on IS NOT NULL AND active_days = 0)",
}
"""What is counted of all users that fit: who was active in the last 28 days, who was activated and was not."""


def users(cursor: Cursor, plan: Plan, ask: Ask, account_id: str = "") -> Page:
    """One page of users, of one account if it is named; see `listing`."""
    return page(cursor, plan, ask, listing(cursor, plan, ask, account_id))


def columns(plan: Plan) -> tuple[str, ...]:
    """The columns of the list, also of its files."""
    return (*COLUMNS, *written.columns(plan, "user"))


def listing(cursor: Cursor, plan: Plan, ask: Ask, account_id: str = "") -> List:
    """The list of users, of one account if it is named.

    Columns: `accounts` names of those the user is in, `activated_on` and `value_on` when the plan's
    activation and first value were reached, `active_days`, `sessions` of the last 28 days, `features`
    core features of the last 30, the score, its change and band, and `placement.NAME` with `placement.NAME.since` for
    each placement of the plan, as history has them. Who holds a seat and never came is there, with nothing.
    """
    day = moment(cursor, plan, ask.as_of)[1]
    core = [key for key, feature in keyed(plan).items() if feature.tag == "core"]
    # of one account, nothing is read of anybody else
    of_it = f"FROM membership WHERE account_key = {key_of(cursor, account_id)}" if account_id else ""
    chosen = f"chosen AS MATERIALIZED (SELECT DISTINCT user_key {of_it})," if account_id else ""
    everyone = "(FROM users SEMI JOIN chosen USING (user_key))" if account_id else "users"
    only = "entity_key IN (SELECT user_key FROM chosen)" if account_id else "true"
    of_account = "AND user_key IN (SELECT user_key FROM chosen)" if account_id else ""
    sql = f"""
        WITH {chosen} said AS (
            SELECT user_key, {called_sql("user")} AS name, max(text) FILTER (name = 'role') AS role
            FROM user_attribute WHERE valid_from < $as_of AND valid_to >= $as_of {of_account} GROUP BY user_key
        ), belongs AS (
            SELECT user_key, max(role) AS role,
                string_agg(DISTINCT coalesce(t.text, account_id), ', ' ORDER BY coalesce(t.text, account_id)) AS accounts
            FROM membership m JOIN accounts a USING (account_key)
            LEFT JOIN account_attribute t ON t.account_key = a.account_key AND t.name = 'name'
                AND t.valid_from < $as_of AND t.valid_to >= $as_of
            WHERE m.valid_from < $as_of AND m.valid_to >= $as_of {of_account} GROUP BY user_key
        ), came AS (
            SELECT user_key, count(*) AS active_days FROM user_day
            WHERE day > $last_day - 28 AND day <= $last_day {of_account} GROUP BY user_key
        ), latest AS (
            SELECT user_key, day AS last_active_on FROM user_day
            WHERE day <= $last_day AND next_day > $last_day {of_account}
        ), visits AS (
            SELECT user_key, count(*) AS sessions FROM session
            WHERE day > $last_day - 28 AND day <= $last_day {of_account} GROUP BY user_key
        ), breadth AS (
            SELECT user_key, count(DISTINCT feature_key) AS features FROM feature_day
            WHERE day > $last_day - 30 AND day <= $last_day
                AND list_contains({literal(core)}::INTEGER[], feature_key) {of_account}
            GROUP BY user_key
        ), reached AS (
            SELECT user_key, min(reached_at) FILTER (milestone = 'activated')::DATE AS activated_on,
                min(reached_at) FILTER (milestone = 'value')::DATE AS value_on
            FROM user_milestone WHERE reached_at < $as_of AND milestone IN ('activated', 'value') {of_account}
            GROUP BY user_key
        ), scored AS ({score_sql(cursor, plan, ask, "user", only)}
        ), placed AS ({written.on_day_sql(cursor, plan, "user", last_day(cursor, day), only)})
        SELECT p.user_key, p.user_id, coalesce(said.name, p.user_id) AS name, belongs.accounts,
            coalesce(said.role, belongs.role) AS role, start.started_on, reached.activated_on, reached.value_on,
            coalesce(came.active_days, 0) AS active_days, coalesce(breadth.features, 0) AS features,
            coalesce(visits.sessions, 0) AS sessions, latest.last_active_on, scored.score, scored.score_change, scored.band,
            placed.* EXCLUDE (user_key)
        FROM {everyone} p ANTI JOIN person ON person.actor_key = p.user_key
        LEFT JOIN said USING (user_key) LEFT JOIN belongs USING (user_key) LEFT JOIN came USING (user_key)
        LEFT JOIN latest USING (user_key)
        LEFT JOIN visits USING (user_key) LEFT JOIN breadth USING (user_key) LEFT JOIN reached USING (user_key)
        LEFT JOIN user_start start USING (user_key) LEFT JOIN scored USING (user_key)
        LEFT JOIN placed USING (user_key)"""
    return List(
        "user", columns(plan), sql, "-active_days",
        totals=TOTALS, orders={"band": BANDS, **written.orders(plan, "user")},
    )  # fmt: skip
