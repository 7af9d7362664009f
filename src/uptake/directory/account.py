"""One account: what is known of it, what it uses and what it does not, what happened and who works in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from uptake.benchmarks.distance import distances
from uptake.directory.accounts import accounts
from uptake.directory.listing import Ask, beside, moment
from uptake.directory.recent_use import recent_use
from uptake.errors import QuestionError
from uptake.facts import tickets
from uptake.facts.feature_day import keyed
from uptake.metrics.core.query import fetch
from uptake.plan import Plan
from uptake.store.kept import Kept
from uptake.store.projection import Cursor
from uptake.store.sql import literal

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Account:
    """Everything the page of an account shows.

    Args:
        account_id: Its id.
        summary: Its row in the list of accounts.
        attributes: name, text, valid_from: what is known at `as_of`.
        history: Earlier values: name, text, valid_from, valid_to, newest first.
        weeks: week_on, users, events: active users per calendar week, gaps filled with 0.
        features: feature, title, tag, users, uses, last_on of the last 30 days, and `share_of_accounts`
            that use it, for what is not used; `share_of_users`, of the users active then, and `exemplary_share`, the
            median of the same at the exemplary accounts of its type, `exemplary_using` of `exemplary` of which use it.
        timeline: at, kind, title, detail: outcomes, subscriptions, tickets, feedback, touches,
            opportunities, goals, newest first.
        as_of: The instant everything is told for, UTC.
        last_day: The last local day that was over then.
    """

    account_id: str
    summary: dict[str, Any]
    attributes: Rows
    history: Rows
    weeks: Rows
    features: Rows
    timeline: Rows
    as_of: datetime
    last_day: date


def account(cursor: Cursor, plan: Plan, account_id: str, as_of: object = None, kept: Kept | None = None) -> Account:
    """The profile of an account.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        account_id: Which.
        as_of: The day or the instant; None: the end of the data.
        kept: Where what is worked out of all accounts is kept; None: nowhere.

    Raises:
        QuestionError: There is no such account.
    """
    row = cursor.execute("SELECT account_key FROM accounts WHERE account_id = ?", [account_id]).fetchone()
    if row is None:
        raise QuestionError(
            f"There is no account '{account_id}'.", do="Search for it, or look at the list of accounts."
        )
    key = int(row[0])
    at, last_day = moment(cursor, plan, as_of)
    values = {"key": key, "as_of": at}
    return Account(
        account_id=account_id,
        summary=accounts(cursor, plan, Ask(limit=1, as_of=at), kept, account_id).rows[0],
        attributes=fetch(
            cursor,
            """SELECT name, text, valid_from FROM account_attribute
            WHERE account_key = $key AND valid_from < $as_of AND valid_to >= $as_of ORDER BY name""",
            values,
        ),
        history=fetch(
            cursor,
            """SELECT name, text, valid_from, valid_to FROM account_attribute
            WHERE account_key = $key AND valid_to < $as_of ORDER BY valid_to DESC, name""",
            values,
        ),
        weeks=_weeks(cursor, key, last_day),
        features=_features(cursor, plan, key, last_day, distances(cursor, plan, at, kept).exemplars_of(key), kept),
        timeline=_timeline(cursor, account_id, at),
        as_of=at,
        last_day=last_day,
    )


def _weeks(cursor: Cursor, key: int, last_day: date, weeks: int = 52) -> Rows:
    return fetch(
        cursor,
        """WITH used AS (
            SELECT c.week_on, count(DISTINCT user_key) AS users, sum(events)::BIGINT AS events
            FROM active_day JOIN calendar c USING (day) WHERE account_key = $key AND day <= $last_day GROUP BY ALL
        )
        SELECT c.week_on, coalesce(any_value(u.users), 0) AS users, coalesce(any_value(u.events), 0) AS events,
            max(c.day) <= $last_day AS is_closed
        FROM calendar c LEFT JOIN used u USING (week_on)
        WHERE c.week_on BETWEEN greatest(
                (SELECT min(week_on) FROM used),
                (SELECT week_on FROM calendar WHERE day = $last_day) - 7 * $weeks::INTEGER
            ) AND (SELECT week_on FROM calendar WHERE day = $last_day)
        GROUP BY c.week_on ORDER BY c.week_on""",
        {"key": key, "last_day": last_day, "weeks": weeks},
    )


def _features(cursor: Cursor, plan: Plan, key: int, last_day: date, exemplars: list[int], kept: Kept | None) -> Rows:
    shown = [feature for feature, found in keyed(plan).items() if found.tag != "hidden"]
    with beside(cursor, recent_use(cursor, plan, last_day, kept).of([key, *exemplars])):
        return fetch(
            cursor,
            f"""WITH own AS (
                FROM recent_use WHERE account_key = $key
            ), exemplary AS (
                SELECT f.feature_key, median(coalesce(r.users, 0) / active) AS exemplary_share,
                    count(r.users) AS exemplary_using, count(*) AS exemplary
                FROM features f CROSS JOIN recent_active LEFT JOIN recent_use r USING (feature_key, account_key)
                WHERE account_key <> $key GROUP BY f.feature_key
            ), ever AS (
                SELECT feature_key, max(day) AS last_on FROM feature_day
                WHERE account_key = $key AND day <= $last_day GROUP BY feature_key
            )
            SELECT feature, title, tag, coalesce(users, 0) AS users, coalesce(uses, 0) AS uses, last_on,
                coalesce(share_of_accounts, 0) AS share_of_accounts,
                coalesce(users, 0) / (SELECT active FROM recent_active WHERE account_key = $key) AS share_of_users,
                exemplary_share, coalesce(exemplary_using, 0) AS exemplary_using, coalesce(exemplary, 0) AS exemplary
            FROM features LEFT JOIN own USING (feature_key) LEFT JOIN recent_share USING (feature_key)
            LEFT JOIN exemplary USING (feature_key)
            LEFT JOIN ever USING (feature_key)
            WHERE list_contains({literal(shown)}::INTEGER[], feature_key)
            ORDER BY users DESC, share_of_accounts DESC, title""",
            {"key": key, "last_day": last_day},
        )


def _timeline(cursor: Cursor, account_id: str, at: datetime, limit: int = 200) -> Rows:
    return fetch(
        cursor,
        f"""SELECT * FROM (
            SELECT outcome_at AS "at", 'outcome' AS kind, outcome AS title, value::VARCHAR AS detail
            FROM raw.outcomes WHERE account_id = $account_id
            UNION ALL SELECT started_on, 'subscription', concat_ws(' ', 'Subscription', plan),
                concat_ws(', ', format('{{:,.0f}} a month', mrr), format('{{}} seats', seats))
            FROM raw.subscriptions WHERE account_id = $account_id
            UNION ALL SELECT ended_on, 'subscription', concat_ws(' ', 'Subscription ended', plan), NULL
            FROM raw.subscriptions WHERE account_id = $account_id AND ended_on IS NOT NULL
            UNION ALL SELECT opened_at, 'ticket', coalesce(subject, ticket_id),
                concat_ws(', ', priority, status, feature)
            FROM {tickets.LATEST} WHERE account_id = $account_id
            UNION ALL SELECT feedback_at, 'feedback', concat_ws(' ', survey, printf('%g', score)), comment
            FROM raw.feedback WHERE account_id = $account_id
            UNION ALL SELECT touch_at, 'touch', concat_ws(': ', touch, title), owner
            FROM raw.touches WHERE account_id = $account_id
            UNION ALL SELECT coalesce(valid_from, received_at), 'opportunity', concat_ws(': ', 'Opportunity', stage),
                amount::VARCHAR
            FROM raw.opportunities WHERE account_id = $account_id
            UNION ALL SELECT coalesce(met_on, valid_from, received_at), 'goal',
                concat_ws(': ', CASE WHEN met_on IS NULL THEN 'Goal' ELSE 'Goal met' END, goal), metric
            FROM raw.goals WHERE account_id = $account_id
        ) WHERE "at" < $as_of ORDER BY "at" DESC, kind, title LIMIT $limit""",
        {"account_id": account_id, "as_of": at, "limit": limit},
    )
