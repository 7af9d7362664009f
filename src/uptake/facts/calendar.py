"""Calendar: every local day with the week, month and quarter it lies in and the instants it spans.

Periods are cut here once and never inside a metric: weeks begin on the day the plan says, days
begin at local midnight, so a day of 23 or 25 hours is one day.
"""

from __future__ import annotations

from uptake.plan import Plan
from uptake.store.projection import Cursor

TABLE = """CREATE TABLE calendar (
    day DATE, week_on DATE, month_on DATE, quarter_on DATE,
    begins_at TIMESTAMP, ends_at TIMESTAMP   -- UTC, [begins_at, ends_at)
)"""
FIRST, LAST = "1970-01-01", "2199-12-31"
SHIFT = {"monday": 0, "sunday": 1, "saturday": 2}
"""Days by which a week begins earlier than Monday."""


def build(cursor: Cursor, plan: Plan) -> None:
    """Makes the calendar; it depends on the plan alone."""
    cursor.execute("DELETE FROM calendar")
    cursor.execute(
        f"""INSERT INTO calendar
        SELECT day, (date_trunc('week', day + $shift::INTEGER) - to_days($shift::INTEGER))::DATE,
            date_trunc('month', day)::DATE, date_trunc('quarter', day)::DATE,
            timezone('UTC', timezone($zone, day::TIMESTAMP)), timezone('UTC', timezone($zone, (day + 1)::TIMESTAMP))
        FROM (SELECT unnest(generate_series(DATE '{FIRST}', DATE '{LAST}', INTERVAL 1 DAY))::DATE AS day)
        ORDER BY day""",  # noqa: S608 - constants of this file
        {"zone": plan.product.timezone, "shift": SHIFT[plan.product.week_start]},
    )
