"""One user: what is known, where the user belongs, what was reached, how often and with what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from uptake.directory.listing import moment
from uptake.errors import QuestionError
from uptake.metrics.core.query import fetch
from uptake.plan import Plan
from uptake.store.projection import Cursor

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class User:
    """Everything the page of a user shows.

    Args:
        user_id: The id asked for.
        started_at: Start of life, or None.
        attributes: name, text, valid_from: what is known at `as_of`.
        memberships: account_id, name, role, valid_from, valid_to.
        milestones: milestone, reached_at, in the order they were reached.
        features: feature, title, tag, days, uses, first_on, last_on, over all time.
        weeks: week_on, days, events: active days per calendar week.
        events: event_at, event_name, account_id, properties of the last events, newest first.
        as_of: The instant everything is told for, UTC.
        last_day: The last local day that was over then.
    """

    user_id: str
    started_at: datetime | None
    attributes: Rows
    memberships: Rows
    milestones: Rows
    features: Rows
    weeks: Rows
    events: Rows
    as_of: datetime
    last_day: date


def user(cursor: Cursor, plan: Plan, user_id: str, as_of: object = None, events: int = 100) -> User:
    """The profile of a user; an id that was merged shows the person it became.

    Raises:
        QuestionError: There is no such user.
    """
    row = cursor.execute(
        """SELECT coalesce(p.user_key, u.user_key) FROM users u LEFT JOIN person p ON p.actor_key = u.user_key
        WHERE u.user_id = ? ORDER BY u.is_anonymous LIMIT 1""",
        [user_id],
    ).fetchone()
    if row is None:
        raise QuestionError(f"There is no user '{user_id}'.", do="Search for it, or look at the list of users.")
    at, last_day = moment(cursor, plan, as_of)
    values = {"key": int(row[0]), "as_of": at}
    days = {"key": int(row[0]), "last_day": last_day}
    started = cursor.execute("SELECT started_at FROM user_start WHERE user_key = ?", [row[0]]).fetchone()
    return User(
        user_id=user_id,
        started_at=started[0] if started else None,
        attributes=fetch(
            cursor,
            """SELECT name, text, valid_from FROM user_attribute
            WHERE user_key = $key AND valid_from < $as_of AND valid_to >= $as_of ORDER BY name""",
            values,
        ),
        memberships=fetch(
            cursor,
            """SELECT account_id, coalesce(t.text, account_id) AS name, role, m.valid_from, m.valid_to
            FROM membership m JOIN accounts USING (account_key) LEFT JOIN account_attribute t
                ON t.account_key = m.account_key AND t.name = 'name' AND t.valid_from < $as_of AND t.valid_to >= $as_of
            WHERE user_key = $key AND m.valid_from < $as_of ORDER BY m.valid_from, account_id""",
            values,
        ),
        milestones=fetch(
            cursor,
            """SELECT milestone, reached_at FROM user_milestone
            WHERE user_key = $key AND reached_at < $as_of ORDER BY reached_at, milestone""",
            values,
        ),
        features=fetch(
            cursor,
            """SELECT feature, title, tag, count(DISTINCT day) AS days, sum(uses) AS uses, min(day) AS first_on,
                max(day) AS last_on
            FROM feature_day JOIN features USING (feature_key)
            WHERE user_key = $key AND day <= $last_day AND tag <> 'hidden' GROUP BY ALL ORDER BY last_on DESC, title""",
            days,
        ),
        weeks=fetch(
            cursor,
            """WITH used AS (
                SELECT week_on, count(*) AS days, sum(events)::BIGINT AS events
                FROM user_day JOIN calendar USING (day) WHERE user_key = $key AND day <= $last_day GROUP BY week_on
            )
            SELECT DISTINCT c.week_on, coalesce(u.days, 0) AS days, coalesce(u.events, 0) AS events
            FROM calendar c LEFT JOIN used u USING (week_on)
            WHERE c.day BETWEEN greatest((SELECT min(week_on) FROM used), $last_day - 364) AND $last_day
            ORDER BY c.week_on""",
            days,
        ),
        events=fetch(
            cursor,
            """SELECT event_at, event_name, account_id, properties FROM event JOIN event_names USING (name_key)
            LEFT JOIN accounts USING (account_key)
            WHERE user_key = $key AND event_at < $as_of
            ORDER BY event_at DESC, import_id DESC, ordinal DESC LIMIT $limit""",
            values | {"limit": events},
        ),
        as_of=at,
        last_day=last_day,
    )
