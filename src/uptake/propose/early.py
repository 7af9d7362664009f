"""Early actions of new users and whether those users came back, counted (definitions 5.8).

Who is counted for "within d days": users who were alive at day d, whose start of life lies in the data, and whose
later window is over. Alive means not having left the account, and having been seen in the usage interval up to day d
(at least a week): otherwise whatever is done in the second week would go with coming back, only because the doer is
still there. Nobody is chosen by anything that happened after day d, so nobody gets a longer life as a reward for having
done something in it (immortal time). The later window is the same for all actions and begins after the last of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from uptake.propose.association import Fourfold
from uptake.store.projection import Cursor

AT_LEAST = (1, 2, 3, 5)
WITHIN_DAYS = (1, 3, 7, 14)
SHORTEST_WINDOW = 28
SHORTEST_SILENCE = 7
"""Nobody is gone after a weekend, however short the usage interval."""


@dataclass(frozen=True)
class Window:
    """The days of life in which a user is active or not, `[begins, ends)` times 24 hours after the start."""

    begins: int
    ends: int


@dataclass(frozen=True)
class EarlyAction:
    """An event at least so many times within so many days, and who came back later.

    Args:
        event: The event's key.
        at_least: How many times.
        within_days: Within how many times 24 hours of the start of life.
        discovery: The half of the users in which actions are looked for.
        confirmation: The other half.
    """

    event: int
    at_least: int
    within_days: int
    discovery: Fourfold
    confirmation: Fourfold


def later_window(usage_interval_days: int) -> Window:
    """The second four weeks of life, or the second usage interval where that is longer.

    >>> later_window(7), later_window(90)
    (Window(begins=28, ends=56), Window(begins=90, ends=180))
    """
    days = max(SHORTEST_WINDOW, usage_interval_days)
    return Window(days, 2 * days)


def count(
    cursor: Cursor, events: Iterable[int], chosen: str, usage_interval_days: int, as_of: datetime
) -> list[EarlyAction]:
    """Counts every combination of event, times and days.

    Args:
        cursor: A cursor of the projection.
        events: Keys of the events.
        chosen: SQL that holds for events that are activity.
        usage_interval_days: Who was not seen for so long, or a week, is gone; also decides when coming back counts.
        as_of: Where the data end.

    Returns:
        One early action per event, `AT_LEAST` and `WITHIN_DAYS`; none without events.
    """
    keys = sorted(events)
    if not keys:
        return []
    window = later_window(usage_interval_days)
    silence = max(SHORTEST_SILENCE, usage_interval_days)
    seen = ", ".join(
        f"bool_or(age >= INTERVAL {max(0, days - silence)} DAY AND age < INTERVAL {days} DAY) AS seen_{days}"
        for days in WITHIN_DAYS
    )
    alive = ", ".join(
        f"bool_or(seen_{days} AND valid_from <= started_at + INTERVAL {days} DAY"
        f" AND valid_to > started_at + INTERVAL {days} DAY) AS alive_{days}"
        for days in WITHIN_DAYS
    )
    done = ", ".join(f"count(*) FILTER (age < INTERVAL {days} DAY) AS times_{days}" for days in WITHIN_DAYS)
    always = ", ".join(str(max(AT_LEAST)) for _ in WITHIN_DAYS)
    reached = ", ".join(
        f"count(*) FILTER (alive_{days} AND times_{days} >= {times})" for days in WITHIN_DAYS for times in AT_LEAST
    )
    rows = cursor.execute(
        f"""WITH life AS (
            -- the half is told by the id, so that it stays the same after a rebuild and with more data
            SELECT user_key, started_at, (md5_number(user_id) % 2)::INTEGER AS half
            FROM user_start JOIN users USING (user_key)
            WHERE started_at >= (SELECT min(event_at) FROM event)
              AND started_at + INTERVAL {window.ends} DAY <= $as_of
        ), early AS MATERIALIZED (
            SELECT user_key, name_key, event_at - started_at AS age FROM event JOIN life USING (user_key)
            WHERE event_at >= started_at AND event_at < started_at + INTERVAL {max(WITHIN_DAYS)} DAY
        ), seen AS (
            SELECT user_key, {seen} FROM early GROUP BY user_key
        ), returned AS (
            SELECT DISTINCT user_key FROM event JOIN life USING (user_key)
            WHERE event_at >= started_at + INTERVAL {window.begins} DAY
              AND event_at < started_at + INTERVAL {window.ends} DAY AND {chosen}
        ), person AS MATERIALIZED (
            SELECT user_key, half, user_key IN (FROM returned) AS has_returned, {alive}
            FROM life JOIN seen USING (user_key) JOIN user_presence USING (user_key)
            GROUP BY user_key, half
        ), done AS (
            SELECT user_key, name_key, {done} FROM early
            WHERE name_key IN ({", ".join(str(key) for key in keys)}) GROUP BY user_key, name_key
            UNION ALL
            SELECT user_key, NULL, {always} FROM person  -- everybody, as an event that everybody did
        )
        SELECT name_key, half, has_returned, {reached}
        FROM done JOIN person USING (user_key) GROUP BY name_key, half, has_returned""",
        {"as_of": as_of},
    ).fetchall()
    counts = {(name, half, has_returned): numbers for name, half, has_returned, *numbers in rows}
    cells = [(days, times) for days in WITHIN_DAYS for times in AT_LEAST]
    nobody = [0] * len(cells)

    def fourfold(key: int, half: int, cell: int) -> Fourfold:
        (both, alone), (back, away) = (
            [counts.get((name, half, has_returned), nobody)[cell] for has_returned in (True, False)]
            for name in (key, None)
        )
        return Fourfold(both=both, reached=both + alone, returned=back, n=back + away)

    return [
        EarlyAction(key, times, days, fourfold(key, 0, cell), fourfold(key, 1, cell))
        for key in keys
        for cell, (days, times) in enumerate(cells)
    ]
