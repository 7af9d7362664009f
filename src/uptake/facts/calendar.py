"""Calendar: every local day with the week, month and quarter it lies in and the instants it spans.

Periods are cut here once and never inside a metric: weeks begin on the day the plan says, days
begin at local midnight, so a day of 23 or 25 hours is one day.
"""

from __future__ import annotations

from uptake.plan import Plan
from uptake.store.projection import Cursor, meta, set_meta
from uptake.store.sql import day_begins

TABLE = """CREATE TABLE calendar (
    day DATE, week_on DATE, month_on DATE, quarter_on DATE,
    begins_at TIMESTAMP, ends_at TIMESTAMP   -- UTC, [begins_at, ends_at)
)"""
FIRST, LAST = "1970-01-01", "2099-12-31"
SHIFT = {"monday": 0, "sunday": 1, "saturday": 2}
"""Days by which a week begins earlier than Monday."""


def build(cursor: Cursor, plan: Plan) -> None:
    """Makes the calendar, if the plan's time zone or first day of the week is another than it was made with."""
    made_with = f"{plan.product.timezone} {plan.product.week_start}"
    if meta(cursor, "calendar") == made_with:
        return
    cursor.execute("DELETE FROM calendar")
    cursor.execute(
        f"""INSERT INTO calendar
        WITH days AS (
            SELECT day::DATE AS day, {day_begins("day", "$zone")} AS begins_at
            FROM generate_series(DATE '{FIRST}', DATE '{LAST}' + 1, INTERVAL 1 DAY) series(day)
        )
        SELECT day, {week_on(plan.product.week_start)},
            date_trunc('month', day)::DATE, date_trunc('quarter', day)::DATE,
            begins_at, lead(begins_at) OVER (ORDER BY day)
        FROM days QUALIFY day <= DATE '{LAST}' ORDER BY day""",
        {"zone": plan.product.timezone},
    )
    set_meta(cursor, "calendar", made_with)


def week_on(week_start: str) -> str:
    """SQL for the first day of the week that `day` lies in."""
    shift = SHIFT[week_start]
    return f"(date_trunc('week', day + {shift}) - to_days({shift}))::DATE"


def recut(week_start: str) -> str:
    """SQL for the calendar with weeks that begin on another day than the product's; all else is the same."""
    return f"SELECT * REPLACE ({week_on(week_start)} AS week_on) FROM main.calendar"
