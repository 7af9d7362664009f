"""Days of events in another time zone than the product's, worked out as they are read.

The offset of a zone is the same for months, so the day of an instant is a subtraction for each such run of
days. Only the last day of a run has another length: it keeps all of its hours. That is many times quicker
than asking the zone for every event, and agrees with the calendar by construction.
"""

from __future__ import annotations

from uptake.store.projection import Cursor
from uptake.store.sql import literal, name


def build(cursor: Cursor, main: str) -> None:
    """Makes the view `event`, with days by the `calendar` that the cursor finds.

    Args:
        cursor: A cursor that finds a cut before the projection.
        main: The projection's name.
    """
    events = f"{name(main)}.main.event"
    runs = cursor.execute(
        f"""WITH run AS (
            SELECT day, ends_at, begins_at - day::TIMESTAMP AS shift,
                row_number() OVER (ORDER BY day) - row_number() OVER (PARTITION BY shift ORDER BY day) AS number
            FROM calendar JOIN (SELECT min(event_at) AS first_at, max(event_at) AS last_at FROM {events})
                ON ends_at > first_at AND begins_at <= last_at
        )
        SELECT epoch_us(shift)::BIGINT, max(day), max(ends_at) FROM run GROUP BY shift, number ORDER BY max(day)"""
    ).fetchall()
    days = [
        (f"least((event_at - to_microseconds({shift}))::DATE, {literal(last_day)})", literal(ends_at))
        for shift, last_day, ends_at in runs
    ]
    cases = " ".join(f"WHEN event_at < {ends_at} THEN {day}" for day, ends_at in days)
    cursor.execute(
        f"CREATE VIEW event AS SELECT * REPLACE ({f'CASE {cases} END' if days else 'day'} AS day) FROM {events}"
    )
