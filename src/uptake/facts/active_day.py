"""Active days: one row per account, user and local day with at least one active event.

`user_day` and `account_day` are the same days counted once per user and once per account: a user
who works in two accounts on one day is one active user that day.
"""

from __future__ import annotations

from uptake.facts.scope import Scope
from uptake.facts.selection import active_sql
from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """
CREATE TABLE active_day (account_key INTEGER, user_key INTEGER, day DATE, events UINTEGER);
CREATE TABLE user_day (user_key INTEGER, day DATE, events UINTEGER);
CREATE TABLE account_day (account_key INTEGER, day DATE, events UINTEGER, users UINTEGER);
CREATE VIEW member_day AS SELECT (account_key::BIGINT << 32) | user_key AS member_key, day, events FROM active_day
    WHERE account_key IS NOT NULL AND user_key IS NOT NULL;
"""


def build(cursor: Cursor, plan: Plan, scope: Scope) -> None:
    """Makes the active days of the scope again."""
    days = "true"
    if not scope.everything:
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE changed_day AS
            SELECT day FROM scope_day UNION SELECT DISTINCT day FROM active_day WHERE {scope.rows()}
            UNION SELECT DISTINCT day FROM event WHERE {scope.rows()}"""  # noqa: S608 - our own SQL
        )
        days = "day IN (SELECT day FROM changed_day)"
    cursor.execute(f"DELETE FROM active_day WHERE {scope.rows()}")  # noqa: S608 - our own SQL
    cursor.execute(
        f"""INSERT INTO active_day
        SELECT account_key, user_key, day, count(*) FROM event
        WHERE {active_sql(cursor, plan)} AND {scope.rows()}
        GROUP BY ALL ORDER BY day, account_key, user_key"""  # noqa: S608 - our own SQL
    )
    cursor.execute(f"DELETE FROM user_day WHERE {days}")  # noqa: S608 - our own SQL
    cursor.execute(
        f"""INSERT INTO user_day SELECT user_key, day, sum(events) FROM active_day
        WHERE {days} AND user_key IS NOT NULL GROUP BY ALL ORDER BY day, user_key"""  # noqa: S608 - our own SQL
    )
    cursor.execute(f"DELETE FROM account_day WHERE {days}")  # noqa: S608 - our own SQL
    cursor.execute(
        f"""INSERT INTO account_day SELECT account_key, day, sum(events), count(user_key) FROM active_day
        WHERE {days} AND account_key IS NOT NULL GROUP BY ALL ORDER BY day, account_key"""  # noqa: S608 - our own SQL
    )
