"""All accounts: who they are, where they stand, how many seats they hold and use, when they were last here and renew."""

from __future__ import annotations

from uptake.benchmarks.distance import distances
from uptake.directory.listing import BANDS, Ask, List, Page, key_of, moment, page, score_sql
from uptake.facts.feature_day import keyed
from uptake.metrics.core.query import fetch
from uptake.plan import Plan
from uptake.scores.written import last_day
from uptake.segments import written
from uptake.store.kept import Kept
from uptake.store.projection import Cursor
from uptake.store.sql import literal, local_day

COLUMNS = (
    "name", "account_id", "plan", "owner", "score", "score_lower", "score_upper", "score_change", "band",
    "seats", "active_users", "active_share", "adopted_users", "adopted_share",
    "features", "value_days", "last_active_on", "started_on", "mrr", "renewal_on", "churned_on", "distance",
)  # fmt: skip
"""What every list can be sorted and filtered by; beside it there are the plan's placements."""
RENEWAL_DAYS = 90
"""How far ahead a renewal is near."""
HERE = "(churned_on IS NULL OR churned_on > $last_day)"
IS_CUSTOMER = f"{HERE} AND (started_on <= $last_day OR seats IS NOT NULL OR mrr IS NOT NULL OR renewal_on IS NOT NULL)"
"""Who has begun, holds seats or pays: a company that the CRM alone knows is no customer yet."""
SLACK = f"{HERE} AND active_share < 0.5"
RENEWING = f"renewal_on > $last_day AND renewal_on <= $last_day + {RENEWAL_DAYS}"
URGENCY = "urgency"
"""The order in which somebody acts: who is still here and renews soon, the next first; then who pays most, falls most."""
SORTS = {
    URGENCY: f"({HERE}) DESC, CASE WHEN {RENEWING} THEN renewal_on END ASC NULLS LAST, mrr DESC NULLS LAST,"
    " score_change ASC NULLS LAST",
}
FALL = 5
"""Points within four weeks from which a score has fallen so that it is said."""
TOTALS = {
    "customers": f"count(*) FILTER ({IS_CUSTOMER})",
    "left": f"count(*) FILTER (NOT {HERE})",
    "active": f"count(*) FILTER ({HERE} AND active_users > 0)",
    "slack": f"count(*) FILTER ({SLACK})",
    "renewing": f"count(*) FILTER ({HERE} AND {RENEWING})",
    "renewing_slack": f"count(*) FILTER ({SLACK} AND {RENEWING})",
    "poor": f"count(*) FILTER ({HERE} AND band = 'poor')",
    "falling": f"count(*) FILTER ({HERE} AND score_change <= -{FALL})",
    "scored": f"count(*) FILTER ({HERE} AND score IS NOT NULL)",
    "mrr_slack": f"sum(mrr) FILTER ({SLACK} AND {RENEWING})",
}
"""What is counted of all accounts that fit: customers still here, and who left; of those here the active, those with fewer
than half of their seats active, those that renew soon, and what they pay; those with a score, with a poor one, with one
that has fallen."""


def accounts(cursor: Cursor, plan: Plan, ask: Ask, kept: Kept | None = None, account_id: str = "") -> Page:
    """One page of accounts; see `listing`."""
    return page(cursor, plan, ask, listing(cursor, plan, ask, kept, account_id))


def columns(plan: Plan) -> tuple[str, ...]:
    """The columns of the list, also of its files."""
    return (*COLUMNS, *written.columns(plan, "account"))


def listing(cursor: Cursor, plan: Plan, ask: Ask, kept: Kept | None = None, account_id: str = "") -> List:
    """The list of accounts, or of the one that is named: then nothing is read of the others.

    Columns: `seats` held at `as_of` (members where there is no roster), `active_users` of the last 28
    days, `adopted_users` by the plan's adoption rate, `features` core features used in 30 days,
    `value_days` days with a value event in 30 days, `mrr` of the subscriptions that run, attributes
    `plan` and `owner`; `score` with its interval, `score_change` in 28 days and `band`, as history has
    them; `placement.NAME` and `placement.NAME.since` for each placement of the plan, also from history; `distance`,
    what is missing of the benchmark of their type. Missing is None: an account without seats has no share of them.
    """
    core = [key for key, feature in keyed(plan).items() if feature.tag == "core"]
    interval, zone = plan.product.usage_interval_days, literal(plan.product.timezone)
    renewal_on, churned_on = (local_day(f"said.{name}", zone) for name in ("renewal_on", "churned_on"))
    at, day = moment(cursor, plan, ask.as_of)
    named = key_of(cursor, account_id) if account_id else ""

    def only(key: str) -> str:
        return f"{key} = {named}" if named else "true"

    members = f"v.member_key BETWEEN {named}::BIGINT << 32 AND (({named}::BIGINT + 1) << 32) - 1" if named else "true"

    own = f"AND {only('account_key')}"
    sql = f"""
        WITH said AS (
            SELECT account_key, max(text) FILTER (name = 'name') AS name, max(text) FILTER (name = 'plan') AS plan,
                max(text) FILTER (name = 'owner') AS owner, max(text) FILTER (name = 'renewal_on') AS renewal_on,
                max(text) FILTER (name = 'churned_on') AS churned_on
            FROM account_attribute WHERE valid_from < $as_of AND valid_to >= $as_of {own} GROUP BY account_key
        ), holder AS (
            SELECT DISTINCT account_key, user_key FROM (
                SELECT account_key, user_key, valid_from, valid_to FROM seat
                UNION ALL SELECT account_key, user_key, valid_from, valid_to FROM membership
                WHERE account_key NOT IN (SELECT account_key FROM seat)
            ) WHERE valid_from < $as_of AND valid_to >= $as_of {own}
        ), used AS (
            SELECT account_key, user_key, bool_or(day > $last_day - 28) AS is_active,
                count(DISTINCT ($last_day - day) // {interval}) FILTER ($last_day - day < {4 * interval}) AS intervals
            FROM active_day WHERE day <= $last_day AND day > $last_day - {max(28, 4 * interval)} {own} GROUP BY ALL
        ), seats AS (
            SELECT h.account_key, count(*) AS seats, count(*) FILTER (u.is_active) AS active_seats,
                count(*) FILTER (u.intervals >= 2 AND v.reached_at < $as_of) AS adopted_users
            FROM holder h LEFT JOIN used u USING (account_key, user_key)
            LEFT JOIN member_milestone v ON v.member_key = (h.account_key::BIGINT << 32) | h.user_key
                AND v.milestone = 'value' AND {members}
            GROUP BY h.account_key
        ), active AS (
            SELECT account_key, count(*) FILTER (is_active) AS active_users FROM used GROUP BY account_key
        ), breadth AS (
            SELECT account_key, count(DISTINCT feature_key) AS features FROM feature_day
            WHERE day > $last_day - 30 AND day <= $last_day
                AND list_contains({literal(core)}::INTEGER[], feature_key) {own}
            GROUP BY account_key
        ), value AS (
            SELECT account_key, count(DISTINCT day) AS value_days FROM value_day
            WHERE day > $last_day - 30 AND day <= $last_day {own} GROUP BY account_key
        ), last AS (
            SELECT account_key, max(day) AS last_active_on FROM account_day
            WHERE day <= $last_day {own} GROUP BY account_key
        ), money AS (
            -- amounts of several currencies are never added
            SELECT account_key, sum(mrr) AS mrr FROM contract
            WHERE valid_from < $as_of AND valid_to >= $as_of {own} GROUP BY account_key
            HAVING count(DISTINCT coalesce(currency, {literal(plan.product.currency or "")})) = 1
        ), scored AS ({score_sql(cursor, plan, ask, "account", only("entity_key"))}
        ), placed AS ({written.on_day_sql(cursor, plan, "account", last_day(cursor, day), only("entity_key"))})
        SELECT a.account_key, a.account_id, coalesce(said.name, a.account_id) AS name, said.plan, said.owner,
            scored.score, scored.score_lower, scored.score_upper, scored.score_change, scored.band,
            seats.seats, coalesce(active.active_users, 0) AS active_users,
            seats.active_seats / seats.seats AS active_share, seats.adopted_users,
            seats.adopted_users / seats.seats AS adopted_share, coalesce(breadth.features, 0) AS features,
            coalesce(value.value_days, 0) AS value_days, last.last_active_on, start.started_on, money.mrr,
            {renewal_on} AS renewal_on, {churned_on} AS churned_on, apart.distance, placed.* EXCLUDE (account_key)
        FROM accounts a LEFT JOIN said USING (account_key) LEFT JOIN seats USING (account_key)
        LEFT JOIN active USING (account_key) LEFT JOIN breadth USING (account_key)
        LEFT JOIN value USING (account_key) LEFT JOIN last USING (account_key)
        LEFT JOIN account_start start USING (account_key) LEFT JOIN money USING (account_key)
        LEFT JOIN scored USING (account_key) LEFT JOIN placed USING (account_key)
        LEFT JOIN benchmark_distance apart USING (account_key)
        WHERE {only("a.account_key")}"""
    return List(
        "account", columns(plan), sql, "-active_users", totals=TOTALS,
        orders={"band": BANDS, **written.orders(plan, "account")}, sorts=SORTS,
        tables={"benchmark_distance": distances(cursor, plan, at, kept).to_arrow()},
    )  # fmt: skip


def weekly_active(cursor: Cursor, found: Page, weeks: int = 12) -> dict[str, list[int]]:
    """Active users of each listed account in the last weeks, oldest first, for a small line beside it."""
    rows = fetch(
        cursor,
        """SELECT account_id, ($last_day - day) // 7 AS weeks_ago, count(DISTINCT user_key) AS users
        FROM active_day JOIN accounts USING (account_key)
        WHERE account_id IN (SELECT unnest($ids)) AND day <= $last_day AND day > $last_day - 7 * $weeks::INTEGER
        GROUP BY ALL""",
        {"ids": [row["account_id"] for row in found.rows], "last_day": found.last_day, "weeks": weeks},
    )
    lines: dict[str, list[int]] = {str(row["account_id"]): [0] * weeks for row in found.rows}
    for row in rows:
        lines[row["account_id"]][weeks - 1 - row["weeks_ago"]] = row["users"]
    return lines


def owners(cursor: Cursor, plan: Plan) -> list[str]:
    """Who look after accounts now: the values of their attribute `owner`."""
    rows = cursor.execute(
        """SELECT DISTINCT text FROM account_attribute
        WHERE name = 'owner' AND valid_from < $as_of AND valid_to >= $as_of AND text <> '' ORDER BY lower(text), text""",
        {"as_of": moment(cursor, plan, None)[0]},
    ).fetchall()
    return [str(row[0]) for row in rows]
