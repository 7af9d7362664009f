"""Units of retention: the columns of a triangle, who is in its cohorts, and in which unit something was done.

A calendar unit is a day, a week, a month or a quarter of the product's calendar. Elapsed units are counted from one's
own start: so many hours at a time, from instants as they are or as the clock's last full hour has them, or from days.
"""

from __future__ import annotations

from uptake.errors import QuestionError
from uptake.metrics.core.metric import Asked
from uptake.metrics.core.periods import COLUMN, NUMBER
from uptake.metrics.kinds.retention import MOST_UNITS
from uptake.metrics.parts.activity import ACTIVE, days_sql, instants_sql
from uptake.metrics.parts.starts import START_OF_LIFE, starts_sql

HOUR = 3_600_000_000
"""Microseconds."""
DAY = 24 * HOUR
LENGTH = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY, "quarter": 90 * DAY}
"""Unit -> its length after one's own start, microseconds."""
BRACKETS = (1, 3, 4)
"""Lengths of the runs where nobody says."""


def is_elapsed(asked: Asked) -> bool:
    """Whether units are counted from one's own start. Hours of a calendar are hours since the start's full hour."""
    return bool(asked.param("mode") == "rolling" or asked.param("unit") == "hour")


def cohort_period(asked: Asked) -> str:
    """The period whose starters are one cohort."""
    unit = str(asked.param("unit"))
    return asked.question.period or ("day" if unit == "hour" else unit)


def spans(asked: Asked) -> list[tuple[int, int | None]]:
    """First and last unit of every column; no last one where later returns count too."""
    criterion, lengths = asked.param("criterion"), asked.param("brackets")
    if criterion != "brackets":
        if lengths:
            given = ",".join(map(str, lengths))
            do = "Ask with criterion=brackets, or leave brackets out."
            raise QuestionError(f"brackets is {given}, but criterion is '{criterion}'.", do=do)
        is_open = criterion == "on_or_after"
        return [(unit, None if is_open else unit) for unit in range(asked.param("units") + 1)]
    found, first = list[tuple[int, int | None]](), 0
    for length in lengths or BRACKETS:
        if length < 1:
            raise QuestionError(f"brackets has a length of {length}.", allowed=["1 or more units each"])
        found.append((first, first + length - 1))
        first += length
    if first > MOST_UNITS:
        raise QuestionError(f"brackets cover {first} units.", allowed=[f"at most {MOST_UNITS}"])
    return found


def started_sql(asked: Asked) -> str:
    """SQL for (entity_key, started_at, started_on, unit_on, counts_from, cohort_on, closed_units): who is in the cohorts.

    Periods are whole: a range that ends on a Wednesday holds the starts of that week, as far as days are over.
    """
    unit, column = str(asked.param("unit")), COLUMN[cohort_period(asked)]
    once = ""
    if asked.param("entry") == "every":
        # of starts with the same units the first has the returns of all
        same = "counts_from" if is_elapsed(asked) else "unit_on"
        once = f"QUALIFY row_number() OVER (PARTITION BY entity_key, cohort_on, {same} ORDER BY started_at) = 1"
    return f"""SELECT *, least({_closed_units(asked)}, {MOST_UNITS}) AS closed_units FROM (
            SELECT s.*, c.{COLUMN.get(unit, "day")} AS unit_on, c.{column} AS cohort_on,
                {_counted(asked, "s.started_at")} AS counts_from
            FROM ({starts_sql(asked, column)}) s JOIN calendar c ON c.day = s.started_on
            WHERE s.started_at < $as_of AND s.started_on <= $last_day
              AND c.{column} <= (SELECT {column} FROM calendar WHERE day = $date_to)
              AND ($date_from IS NULL OR c.{column} >= (SELECT {column} FROM calendar WHERE day = $date_from))
        ) {once}"""


def activity_sql(asked: Asked) -> str:
    """SQL for (entity_key, started_at, unit_index, times), over `started`: what was done, by unit since the start."""
    return _elapsed(asked) if is_elapsed(asked) else _calendar(asked)


def _elapsed(asked: Asked) -> str:
    # the calendar says where days and their hours begin; without need nobody joins it
    local = "" if _floor(asked) == "none" else "JOIN calendar c ON c.day = d.day"
    return f"""SELECT s.entity_key, s.started_at, 1 AS times,
            (({_counted(asked, "d.event_at")} - s.counts_from) // {LENGTH[asked.param("unit")]}) AS unit_index
        FROM ({instants_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key) {local}
        WHERE d.event_at >= s.started_at AND d.event_at < $as_of"""


def _calendar(asked: Asked) -> str:
    unit = asked.param("unit")
    later, sooner = NUMBER[unit].format(day=f"c.{COLUMN[unit]}"), NUMBER[unit].format(day="s.unit_on")
    index = f"{later} - {sooner} AS unit_index"
    # life begins before anything is done, so whole days tell as much as instants; any other start is met by the
    # last instant of a day, which facts have for activity
    is_life = asked.param("start") in (None, START_OF_LIFE)
    if is_life or (asked.param("returns") in (None, ACTIVE) and asked.param("at_least") == 1):
        after = "d.day >= s.started_on" if is_life else "d.last_at >= s.started_at"
        return f"""SELECT s.entity_key, s.started_at, {index}, d.events AS times
        FROM ({days_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key)
        JOIN calendar c ON c.day = d.day
        WHERE {after} AND d.day <= $last_day"""
    return f"""SELECT s.entity_key, s.started_at, {index}, 1 AS times
        FROM ({instants_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key)
        JOIN calendar c ON c.day = d.day
        WHERE d.event_at >= s.started_at AND d.day <= $last_day"""


def _floor(asked: Asked) -> str:
    """What instants are moved back to. Days are whole: a day of 23 hours is as long as any other."""
    floor, unit = str(asked.param("floor")), str(asked.param("unit"))
    if asked.param("mode") == "rolling":
        if floor == "day" and unit == "hour":
            raise QuestionError("floor is 'day', but units are hours.", allowed=["none", "hour"])
        return floor
    if floor != "none":
        raise QuestionError(
            f"floor is '{floor}', but units of the calendar have no instants.", do="Ask with mode=rolling."
        )
    return "hour" if unit == "hour" else "none"


def _counted(asked: Asked, at: str) -> str:
    """SQL for the microseconds of an instant, or of the last full hour, or of the whole days, of its local day `c`."""
    match _floor(asked):
        case "hour":
            return f"(epoch_us({at}) - (epoch_us({at}) - epoch_us(c.begins_at)) % {HOUR})"
        case "day":
            return "epoch_us(c.day::TIMESTAMP)"
    return f"epoch_us({at})"


def _closed_units(asked: Asked) -> str:
    """SQL for the number of units that are over for a member."""
    unit = str(asked.param("unit"))
    if is_elapsed(asked):
        now = "($last_day + 1)::TIMESTAMP" if _floor(asked) == "day" else "$as_of"
        return f"((epoch_us({now}) - counts_from) // {LENGTH[unit]})"
    now = f"(SELECT {COLUMN[unit]} FROM calendar WHERE day = $last_day + 1)"
    return f"{NUMBER[unit].format(day=now)} - {NUMBER[unit].format(day='unit_on')}"
