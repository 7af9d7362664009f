"""Champions: who carries each account, whether they still come, and how much would go with them.

The champion is who the CRM, or the roster, calls so; where nobody is called so, the member with the most of the account's
activity is proposed. Activity is counted in active events of the last `window_days` days.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uptake.errors import QuestionError
from uptake.facts.membership import NEVER
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.names import said_sql
from uptake.metrics.core.query import fetch
from uptake.metrics.core.question import read_names
from uptake.metrics.core.reading import after_the_last_import
from uptake.metrics.core.result import Column
from uptake.plan import Plan
from uptake.roles.moment import moment
from uptake.signals.roles_covered import roles_of
from uptake.store.projection import Cursor

WINDOW_DAYS, COVERED_DAYS, SILENT_INTERVALS = 90, 28, 2
CHAMPION, OWNER = "champion", "owner"
GIVEN = ("account", "champion_roles", "owner_roles", "roles", "window_days", "as_of")
COLUMNS = (
    Column("account_id", "text"),
    Column("account_name", "text"),
    Column("state", "text"),
    Column("champion_id", "text"),
    Column("champion_name", "text"),
    Column("source", "text"),
    Column("last_active_on", "date"),
    Column("share", "number", "share"),
    Column("removed_on", "date"),
    Column("proposed_id", "text"),
    Column("proposed_name", "text"),
    Column("proposed_share", "number", "share"),
    Column("active_users", "integer", "count"),
    Column("bus_factor", "integer", "count"),
    Column("owner_id", "text"),
    Column("owner_name", "text"),
    Column("owner_state", "text"),
    Column("owner_removed_on", "date"),
    Column("roles_missing", "text"),
    Column("roles_covered", "number", "share"),
)
NOTE = (
    "Champions that nobody named are proposed: the member with the largest share of the account's activity. Activity says"
    " who works in the product, not who decides."
)
ORDER = {"removed": 0, "silent": 1, "never came": 2, "nobody": 3, "active": 4}


def champions(cursor: Cursor, plan: Plan, given: Mapping[str, Any]) -> Listed:
    """The champion of every account, those who have gone first.

    Args:
        cursor: A cursor of the projection.
        plan: The plan.
        given: `account` (an id: only that one), `champion_roles` and `owner_roles` (what they are called), `roles` (those
            every account needs; the plan's if not given), `window_days`, `as_of`.

    Raises:
        QuestionError: A value is not known.
    """
    as_of, last = moment(cursor, plan, "Champions", given, GIVEN)
    titles = {
        name: [role.lower() for role in read_names(name, given.get(name)) or (default,)]
        for name, default in (("champion_roles", CHAMPION), ("owner_roles", OWNER))
    }
    roles = list(read_names("roles", given.get("roles")) or roles_of(plan))
    days = _window(given.get("window_days"))
    silent = SILENT_INTERVALS * plan.product.usage_interval_days
    account = str(given.get("account") or "")
    rows = fetch(
        cursor,
        _sql(of_one=bool(account)),
        {
            "as_of": as_of, "last": last, "days": days, "silent": silent, "covered": COVERED_DAYS, "roles": roles,
            **titles, **({"account": account} if account else {}),
        },
    )  # fmt: skip
    rows.sort(key=lambda row: (ORDER[row["state"]], -(row["share"] or 0.0), row["account_name"], row["account_id"]))
    gone = sum(row["state"] in ("removed", "silent") for row in rows)
    params = {"window_days": days, "roles": roles, "as_of": last, **titles} | ({"account": account} if account else {})
    title = (
        f"{len(rows):,} account{'' if len(rows) == 1 else 's'}, {gone:,} of them with a champion who is silent or gone"
    )
    notes = [NOTE] if any(row["source"] == "proposed" for row in rows) else []
    if not roles:
        notes.append("The plan asks for no roles, so none can be missing: name them in onboarding or activation.")
    notes += after_the_last_import(cursor, as_of)
    return Listed("champions", title, params, COLUMNS, rows, as_of, plan.version, tuple(notes))


def _window(value: object) -> int:
    try:
        days = int(str(value or WINDOW_DAYS))
    except ValueError:
        days = 0
    if not 1 <= days <= 366:
        raise QuestionError(f"window_days is {value}.", allowed=("a whole number from 1 to 366",))
    return days


def _sql(*, of_one: bool) -> str:
    """Accounts that are there, with who carries them; `$roles` may be empty."""
    return f"""
    WITH chosen AS (
        SELECT DISTINCT account_key FROM account_presence JOIN accounts USING (account_key)
        WHERE valid_from < $as_of AND valid_to >= $as_of {"AND account_id = $account" if of_one else ""}
    ), did AS (
        SELECT account_key, user_key, max(day) AS last_active_on,
            coalesce(sum(events) FILTER (day > $last - $days::INTEGER), 0)::DOUBLE AS events,
            bool_or(day > $last - $covered::INTEGER) AS is_lately
        FROM active_day SEMI JOIN chosen USING (account_key)
        WHERE day <= $last AND user_key IS NOT NULL GROUP BY ALL
    ), belongs AS (
        SELECT account_key, user_key, bool_or(valid_to >= $as_of) AS is_member, max(valid_to) AS left_at
        FROM membership SEMI JOIN chosen USING (account_key) WHERE valid_from < $as_of GROUP BY ALL
    ), ranked AS (
        SELECT *, sum(events) OVER (account) AS total, sum(events) OVER (
                PARTITION BY account_key ORDER BY events DESC, user_key ROWS UNBOUNDED PRECEDING) - events AS before
        FROM did WHERE events > 0 WINDOW account AS (PARTITION BY account_key)
    ), whole AS (
        SELECT account_key, any_value(total) AS total, count(*) AS active_users,
            count(*) FILTER (before < total / 2) AS bus_factor
        FROM ranked GROUP BY account_key
    ), proposed AS (
        SELECT account_key, arg_max(user_key, (events, -user_key)) AS user_key, max(events) AS events
        FROM ranked JOIN belongs USING (account_key, user_key) WHERE is_member GROUP BY account_key
    ), called AS (
        SELECT account_key, user_key, lower(role) AS role, bool_or(valid_to >= $as_of) AS holds, max(valid_to) AS until
        FROM member_role SEMI JOIN chosen USING (account_key) WHERE valid_from < $as_of GROUP BY ALL
    ), holder AS (
        SELECT c.account_key, c.user_key, c.role, last_active_on, coalesce(events, 0) AS events, left_at,
            CASE WHEN c.holds AND is_member THEN CASE WHEN last_active_on IS NULL THEN 'never came'
                    WHEN last_active_on <= $last - $silent::INTEGER THEN 'silent' ELSE 'active' END
                WHEN c.holds AND is_member IS NULL THEN 'never came'
                WHEN NOT is_member AND c.until >= left_at THEN 'removed' END AS state
        FROM called c LEFT JOIN belongs USING (account_key, user_key) LEFT JOIN did USING (account_key, user_key)
    ), place AS (
        SELECT *, CASE state WHEN 'active' THEN 3 WHEN 'silent' THEN 2 WHEN 'never came' THEN 1 ELSE 0 END AS rank
        FROM holder WHERE state IS NOT NULL
    ), champion AS ({_best("$champion_roles")}), owner AS ({_best("$owner_roles")}
    ), covered AS (
        SELECT account_key, list(DISTINCT role) AS roles FROM member_role
        JOIN belongs USING (account_key, user_key) JOIN did USING (account_key, user_key)
        WHERE is_member AND is_lately AND valid_from < $as_of AND valid_to >= $as_of GROUP BY account_key
    ), missing AS (
        SELECT account_key, list_filter($roles::VARCHAR[], role -> NOT list_contains(coalesce(roles, []), role)) AS roles
        FROM chosen LEFT JOIN covered USING (account_key)
    ), named AS (
        SELECT {_named("account")}
    ), person AS (
        SELECT {_named("user")}
    )
    SELECT a.account_id, a.name AS account_name,
        CASE WHEN h.state IS NOT NULL THEN h.state WHEN p.user_key IS NULL THEN 'nobody'
            WHEN pd.last_active_on <= $last - $silent::INTEGER THEN 'silent' ELSE 'active' END AS state,
        u.user_id AS champion_id, u.name AS champion_name,
        CASE WHEN h.state IS NOT NULL THEN 'named' WHEN p.user_key IS NOT NULL THEN 'proposed' END AS source,
        CASE WHEN h.state IS NOT NULL THEN h.last_active_on ELSE pd.last_active_on END AS last_active_on,
        CASE WHEN h.state IS NOT NULL THEN h.events ELSE p.events END / w.total AS share,
        {_local("h.left_at", "h.state")} AS removed_on,
        pu.user_id AS proposed_id, pu.name AS proposed_name, p.events / w.total AS proposed_share,
        coalesce(w.active_users, 0) AS active_users, w.bus_factor,
        ou.user_id AS owner_id, ou.name AS owner_name, o.state AS owner_state,
        {_local("o.left_at", "o.state")} AS owner_removed_on,
        nullif(array_to_string(m.roles, ', '), '') AS roles_missing,
        CASE WHEN len($roles::VARCHAR[]) > 0 THEN 1 - len(m.roles) / len($roles::VARCHAR[]) END AS roles_covered
    FROM chosen c JOIN named a USING (account_key) LEFT JOIN whole w USING (account_key)
    LEFT JOIN champion h USING (account_key) LEFT JOIN proposed p USING (account_key)
    LEFT JOIN did pd ON pd.account_key = c.account_key AND pd.user_key = p.user_key
    LEFT JOIN person u ON u.user_key = coalesce(h.user_key, p.user_key)
    LEFT JOIN person pu ON pu.user_key = p.user_key
    LEFT JOIN owner o ON o.account_key = c.account_key LEFT JOIN person ou ON ou.user_key = o.user_key
    LEFT JOIN missing m ON m.account_key = c.account_key"""


def _best(roles: str) -> str:
    """Of those who are called so the one who is there; of several the most active; of those who left the last."""
    return f"""SELECT account_key, unnest(max_by(place, (rank, events, coalesce(left_at, {NEVER}), -user_key)))
        FROM place WHERE list_contains({roles}::VARCHAR[], role) GROUP BY account_key"""


def _named(side: str) -> str:
    return f"""e.{side}_key, e.{side}_id, coalesce(t.called, e.{side}_id) AS name
        FROM {side}s e LEFT JOIN ({said_sql(side)}) t USING ({side}_key)"""


def _local(instant: str, state: str) -> str:
    return f"CASE WHEN {state} = 'removed' THEN ({instant})::DATE END"
