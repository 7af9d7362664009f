"""Who uses a feature, account by account."""

from __future__ import annotations

from uptake.directory.listing import Ask, List, Page, page
from uptake.facts.feature_day import keyed
from uptake.facts.selection import feature as known_feature
from uptake.plan import Plan
from uptake.store.projection import Cursor

COLUMNS = ("name", "account_id", "users", "active_users", "share", "uses", "first_on", "last_on")
"""What the list shows and can be sorted by."""


def accounts_of_feature(cursor: Cursor, plan: Plan, name: str, ask: Ask) -> Page:
    """One page of accounts with their use of a feature, also those that do not use it.

    Columns: `users` of the feature and `uses` in the last 30 days, `active_users` with any activity in
    them, `share` of these who used the feature (None where nobody was active), `first_on` and `last_on` of all time.

    Raises:
        QuestionError: The plan has no such feature, or the list cannot be sorted or filtered so.
    """
    feature = known_feature(plan, name)
    key = next(key for key, found in keyed(plan).items() if found == feature)
    sql = """
        WITH said AS (
            SELECT account_key, max(text) FILTER (name = 'name') AS name FROM account_attribute
            WHERE valid_from < $as_of AND valid_to >= $as_of GROUP BY account_key
        ), used AS (
            SELECT account_key, count(DISTINCT user_key) FILTER (day > $last_day - 30) AS users,
                sum(uses) FILTER (day > $last_day - 30) AS uses, min(day) AS first_on, max(day) AS last_on
            FROM feature_day WHERE feature_key = $feature AND day <= $last_day AND account_key IS NOT NULL
            GROUP BY account_key
        ), active AS (
            SELECT account_key, count(*) AS active_users, count(f.user_key) AS active_users_using FROM (
                SELECT DISTINCT account_key, user_key FROM active_day WHERE day > $last_day - 30 AND day <= $last_day
            ) LEFT JOIN (
                SELECT DISTINCT account_key, user_key FROM feature_day
                WHERE feature_key = $feature AND day > $last_day - 30 AND day <= $last_day
            ) f USING (account_key, user_key) GROUP BY account_key
        )
        SELECT a.account_key, a.account_id, coalesce(said.name, a.account_id) AS name,
            coalesce(used.users, 0) AS users, coalesce(active.active_users, 0) AS active_users,
            active.active_users_using / active.active_users AS share, coalesce(used.uses, 0) AS uses,
            used.first_on, used.last_on
        FROM accounts a LEFT JOIN said USING (account_key) LEFT JOIN used USING (account_key)
        LEFT JOIN active USING (account_key)"""
    return page(cursor, plan, ask, List("account", COLUMNS, sql, "-users", {"feature": key}))
