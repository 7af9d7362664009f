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
    cursor.execute(f"DELETE FROM session WHERE {scope.people()}")  # noqa: S608 - our own SQL
    cursor.execute(
        f"""INSERT INTO session
        WITH gaps AS (
            SELECT account_key, user_key, day, event_at,
                (event_at >= lag(event_at) OVER person + to_minutes($gap)) IS NOT FALSE AS begins
            FROM event WHERE user_key IS NOT NULL AND {scope.people()}
            WINDOW person AS (PARTITION BY user_key, account_key ORDER BY event_at)
        ), numbered AS (
            SELECT account_key, user_key, day, event_at,
                -- events at one instant are peers and get one number, whichever of them begins
                count(*) FILTER (begins) OVER (PARTITION BY user_key, account_key ORDER BY event_at) AS number
            FROM gaps
        )
        SELECT account_key, user_key, min(day), min(event_at), max(event_at), count(*),
            CASE WHEN count(*) > 1 THEN epoch(max(event_at) - min(event_at)) END
        FROM numbered GROUP BY account_key, user_key, number
        ORDER BY min(day), account_key, user_key""",  # noqa: S608 - our own SQL
        {"gap": plan.product.session_gap_minutes},
    )
