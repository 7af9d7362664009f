"""The instant of the n-th event of each, for few and for many events, against events sorted one by one."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pytest

from uptake import plan
from uptake.facts.criteria import FEW, reached_sql
from uptake.plan import Criterion, Selector

BEGIN = datetime(2026, 3, 1)
USERS = {1: FEW + 1, 2: FEW, 3: 2, 4: 1}
"""User -> how many events; user n has one every n minutes, two at the same instant each time."""


@pytest.fixture
def cursor() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute("CREATE TABLE event_names (name_key INTEGER, event_name VARCHAR)")
    found.execute("INSERT INTO event_names VALUES (1, 'Worked'), (2, 'Left')")
    found.execute(
        "CREATE TABLE event (name_key INTEGER, user_key INTEGER, event_at TIMESTAMP, import_id INTEGER, ordinal UBIGINT)"
    )
    rows = [(1, user, at(user, nth), 1, nth) for user, events in USERS.items() for nth in reversed(range(events))]
    found.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", [*rows, (2, 4, BEGIN, 1, 0), (1, None, BEGIN, 1, 0)])
    return found


def at(user: int, nth: int) -> datetime:
    return BEGIN + timedelta(minutes=user * (nth // 2))


@pytest.mark.parametrize("at_least", [1, 2, 3, FEW, FEW + 1])
def test_the_nth_event_is_the_same_whether_few_are_kept_or_all_are_sorted(
    cursor: duckdb.DuckDBPyConnection, at_least: int
) -> None:
    """Of user 1, who has 101 events, the 100th and the 101st lie apart: (99 // 2) = 49 and (100 // 2) = 50 minutes."""
    criteria = Criterion(selector=Selector(events=("Worked",)), at_least=at_least)
    sql = reached_sql(cursor, plan.Plan(), criteria, "user_key", "user_key IS NOT NULL")
    expected = {user: at(user, at_least - 1) for user, events in USERS.items() if events >= at_least}
    assert dict(cursor.execute(sql).fetchall()) == expected
