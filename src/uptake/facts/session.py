"""Sessions: runs of a user's events in one account with gaps shorter than the plan's (30 minutes by default).

A session belongs to the local day it began on. A gap of exactly the setting or more splits. A
session of one event has no duration: `seconds` is missing, not 0.
"""

from __future__ import annotations

from uptake.facts.scope import Scope
from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """CREATE TABLE session (
    account_key INTEGER, user_key INTEGER, day DATE, started_at TIMESTAMP, ended_at TIMESTAMP,
    events UINTEGER, seconds DOUBLE
)"""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the sessions of everyone in the scope again: one late event can join two sessions into one."""
    cursor.execute(f"DELETE FROM session WHERE {scope.people()}")
    cursor.execute(
        f"""INSERT INTO session
        WITH neighbours AS (
            SELECT account_key, user_key, day, event_at, row_number() OVER person AS position,
                (event_at >= lag(event_at) OVER person + to_minutes($gap)) IS NOT FALSE AS begins,
                (lead(event_at) OVER person >= event_at + to_minutes($gap)) IS NOT FALSE AS ends
            FROM event WHERE user_key IS NOT NULL AND {scope.people()}
            WINDOW person AS (PARTITION BY user_key, account_key ORDER BY event_at)
        ), edges AS (
            -- what begins and does not end is followed by the row that ends it
            SELECT account_key, user_key, day, event_at AS started_at, begins, position,
                CASE WHEN ends THEN event_at ELSE lead(event_at) OVER person END AS ended_at,
                CASE WHEN ends THEN position ELSE lead(position) OVER person END AS last_position
            FROM neighbours WHERE begins OR ends
            WINDOW person AS (PARTITION BY user_key, account_key ORDER BY position)
        )
        SELECT account_key, user_key, day, started_at, ended_at, last_position - position + 1,
            CASE WHEN last_position > position THEN epoch(ended_at - started_at) END
        FROM edges WHERE begins ORDER BY day, account_key, user_key""",
        {"gap": plan.product.session_gap_minutes},
    )
