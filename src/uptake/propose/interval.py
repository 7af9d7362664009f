"""The usage interval: how often people who get value come back, read from the data (definitions 5.5)."""

from __future__ import annotations

from dataclasses import dataclass

from uptake.store.projection import Cursor

REGULARS, OUT_OF = 4, 5
"""Four of five users come back within the interval."""
MOST_DAYS = 3_660


@dataclass(frozen=True)
class Interval:
    """A usage interval.

    Args:
        days: The interval; None if no user was active on two days.
        n: Users it was read from.
    """

    days: int | None
    n: int


def usage_interval(cursor: Cursor, chosen: str) -> Interval:
    """The smallest number of days within which four of five users typically come back.

    Typical of a user is the median gap between local days with activity; users active on one day only have none.

    Args:
        cursor: A cursor of the projection.
        chosen: SQL that holds for events that are activity.
    """
    rows = cursor.execute(
        f"""WITH active_day AS (
            SELECT DISTINCT user_key, day FROM event WHERE user_key IS NOT NULL AND {chosen}
        ), gap AS (
            SELECT user_key, day - lag(day) OVER (PARTITION BY user_key ORDER BY day) AS days FROM active_day
        ), typical AS (
            SELECT ceil(median(days))::INTEGER AS days FROM gap WHERE days IS NOT NULL GROUP BY user_key
        )
        SELECT days, count(*) FROM typical GROUP BY days ORDER BY days"""
    ).fetchall()
    n = sum(users for _, users in rows)
    regular = 0
    for days, users in rows:
        regular += users
        if regular * OUT_OF >= n * REGULARS:
            return Interval(min(days, MOST_DAYS), n)
    return Interval(None, 0)
