"""Active days: one row per account, user and local day with at least one active event.

`user_day`, `member_day` and `account_day` are the same days counted once per entity: a user who works
in two accounts on one day is one active user that day. `next_day` is the entity's next active day, so
that "active in the days up to D" is a filter that meets each entity once, at its last active day:
`day > D - window AND day <= D AND next_day > D`. `first_at` and `last_at` are the instants of the day's
first and last active event, `next_at` of the first on the next active day: time that is cut at any hour,
into pieces longer than a day, needs no more, as a day lies in two of them at most.
"""

from __future__ import annotations

from uptake.facts.scope import Scope
from uptake.facts.selection import active_sql
from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE active_day (
    account_key INTEGER, user_key INTEGER, day DATE, events UINTEGER, first_at TIMESTAMP, last_at TIMESTAMP
);
CREATE TABLE user_day (
    user_key INTEGER, day DATE, next_day DATE, events UINTEGER,
    first_at TIMESTAMP, last_at TIMESTAMP, next_at TIMESTAMP
);
CREATE TABLE member_day (
    member_key BIGINT, day DATE, next_day DATE, events UINTEGER,
    first_at TIMESTAMP, last_at TIMESTAMP, next_at TIMESTAMP
);
CREATE TABLE account_day (
    account_key INTEGER, day DATE, next_day DATE, events UINTEGER,
    first_at TIMESTAMP, last_at TIMESTAMP, next_at TIMESTAMP
);
"""
NEVER = "DATE '9999-12-31'"
"""The next active day, and its first instant, of whoever has not come back."""
GRAINS = {
    "user": "user_key",
    "member": "(account_key::BIGINT << 32) | user_key",
    "account": "account_key",
}
"""Entity -> its key in `active_day`; NULL where a row has no such entity."""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the active days of the scope again, and the spans to the next one of everyone touched."""
    cursor.execute(f"DELETE FROM active_day WHERE {scope.rows()}")
    cursor.execute(
        f"""INSERT INTO active_day
        SELECT account_key, user_key, day, count(*), min(event_at), max(event_at) FROM event
        WHERE {active_sql(cursor, plan)} AND {scope.rows()}
        GROUP BY ALL ORDER BY day, account_key, user_key"""
    )
    for entity, key in GRAINS.items():
        cursor.execute(f"DELETE FROM {entity}_day WHERE {scope.stale(entity)}")
        cursor.execute(
            f"""INSERT INTO {entity}_day
            SELECT entity_key, day, coalesce(lead(day) OVER days, {NEVER}), events,
                first_at, last_at, coalesce(lead(first_at) OVER days, {NEVER})
            FROM (
                SELECT {key} AS entity_key, day, sum(events)::UINTEGER AS events,
                    min(first_at) AS first_at, max(last_at) AS last_at
                FROM active_day WHERE {scope.of(entity)} GROUP BY ALL HAVING entity_key IS NOT NULL
            ) WINDOW days AS (PARTITION BY entity_key ORDER BY day) ORDER BY day, entity_key"""
        )
