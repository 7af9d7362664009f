"""Retention.

The share of those who started in a period that came back in the first, second, third ... unit after.

Formula: members of the cohort with a return in unit n / members of the cohort for whom unit n is over.
    `on`: in exactly that unit; `on_or_after`: in it or later, as far as is known; `brackets`: in runs of units.
    Calendar units are days, weeks (by the plan's first day), months and quarters of the product's time
    zone; rolling units are n x 24 h (week 7, month 30, quarter 90 days) after one's own start.
Unit: share
Grain: user, account (any of its users came back), or user in one account
Population: entities whose start lies in the range; the start is the start of life, or an event
Empty: no value in a cell whose unit is over for nobody: "in progress", never 0
Interval: Wilson for cells; the weighted mean pools members; the simple mean gives each cohort one vote
Pitfall: unit 0 is the share that returned in the unit of the start itself; it is 100 % only where the start
    is itself a return. Attributes are those of the start: a later change moves nobody to another row
Source: definitions 5.3; Amplitude, Mixpanel and PostHog differ ("Where peers disagree" 1-3)
"""

from uptake.errors import QuestionError
from uptake.metrics.activity import days_sql, instants_sql
from uptake.metrics.kinds.retention import MOST_UNITS, RETENTION
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.periods import COLUMN
from uptake.metrics.starts import START_OF_LIFE, starts_sql

ROLLING_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90}
NUMBER = {
    "day": "({day} - DATE '1970-01-01')",
    "week": "(({day} - DATE '1970-01-01') // 7)",
    "month": "(year({day}) * 12 + month({day}))",
    "quarter": "(year({day}) * 4 + quarter({day}))",
}
"""First day of a calendar unit -> a number that grows by one from unit to unit."""


def rows(asked: Asked) -> Sql:
    """One row per cohort member: when it started, which units it came back in, how many are over."""
    unit, cohort_period = asked.param("unit"), asked.question.period or asked.param("unit")
    spans = _spans(asked)
    units = ", ".join(
        f"({index}, {last}, {_bits(asked, first, last)}::HUGEINT)" for index, (first, last) in enumerate(spans)
    )
    activity = _calendar(asked, unit) if asked.param("mode") == "calendar" else _rolling(asked, unit)
    return Sql(
        f"""
    WITH started AS (
        SELECT s.entity_key, s.started_at, s.started_on,
            c.{COLUMN[unit]} AS unit_on, c.{COLUMN[cohort_period]} AS cohort_on
        FROM ({starts_sql(asked, COLUMN[cohort_period])}) s JOIN calendar c ON c.day = s.started_on
        WHERE s.started_at < $as_of AND s.started_on <= $date_to
          AND ($date_from IS NULL OR c.{COLUMN[cohort_period]} >= (
              SELECT {COLUMN[cohort_period]} FROM calendar WHERE day = $date_from))
    ), came_back AS (
        {_came_back(asked, activity)}
    )
    SELECT s.entity_key, s.started_at AS anchor_at, s.cohort_on, coalesce(b.mask, 0::HUGEINT) AS mask,
        least({_closed_units(asked, unit)}, {MOST_UNITS}) AS closed_units
    FROM started s LEFT JOIN came_back b USING (entity_key, started_at)""",
        {"at_least": asked.param("at_least")},
        {"unit(unit_index, last_unit, bits)": f"VALUES {units}"},
    )


def _spans(asked: Asked) -> list[tuple[int, int]]:
    """First and last unit of every column."""
    if asked.param("criterion") != "brackets":
        return [(unit, unit) for unit in range(asked.param("units") + 1)]
    lengths = asked.param("brackets") or [1, 3, 4]
    spans, first = [], 0
    for length in lengths:
        if length < 1:
            raise QuestionError(f"brackets has a length of {length}.", allowed=["1 or more units each"])
        spans.append((first, first + length - 1))
        first += length
    if first > MOST_UNITS:
        raise QuestionError(f"brackets cover {first} units.", allowed=[f"at most {MOST_UNITS}"])
    return spans


def _bits(asked: Asked, first: int, last: int) -> int:
    if asked.param("criterion") == "on_or_after":
        last = MOST_UNITS
    return (1 << (last + 1)) - (1 << first)


def _came_back(asked: Asked, activity: str) -> str:
    """SQL for (entity_key, started_at, mask): bit k is set if unit k had enough returns."""
    last = max(last for _, last in _spans(asked))
    if asked.param("criterion") == "on_or_after":
        last = MOST_UNITS
    # 64-bit masks are several times quicker than 128-bit ones, and are enough for most triangles
    one = "1::UBIGINT" if last < 64 else "1::HUGEINT"
    within = f"unit_index BETWEEN 0 AND {last}"
    if asked.param("at_least") == 1:
        return f"""SELECT entity_key, started_at, bit_or({one} << unit_index::INTEGER)::HUGEINT AS mask
        FROM ({activity}) WHERE {within} GROUP BY ALL"""
    return f"""SELECT entity_key, started_at, bit_or({one} << unit_index::INTEGER)::HUGEINT AS mask FROM (
            SELECT entity_key, started_at, unit_index FROM ({activity}) WHERE {within}
            GROUP BY ALL HAVING sum(times) >= $at_least
        ) GROUP BY ALL"""


def _calendar(asked: Asked, unit: str) -> str:
    """SQL for (entity_key, started_at, unit_index, times): what was done, by calendar unit since the start."""
    later, sooner = NUMBER[unit].format(day=f"c.{COLUMN[unit]}"), NUMBER[unit].format(day="s.unit_on")
    index = f"{later} - {sooner} AS unit_index"
    if asked.param("start") in (None, START_OF_LIFE):
        # life begins before anything is done, so whole days tell as much as instants
        return f"""SELECT s.entity_key, s.started_at, {index}, d.events AS times
        FROM ({days_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key)
        JOIN calendar c ON c.day = d.day
        WHERE d.day BETWEEN s.started_on AND $last_day"""
    return f"""SELECT s.entity_key, s.started_at, {index}, 1 AS times
        FROM ({instants_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key)
        JOIN calendar c ON c.day = d.day
        WHERE d.event_at >= s.started_at AND d.event_at < $as_of"""


def _rolling(asked: Asked, unit: str) -> str:
    """SQL for the same, by units of 24 hours since the start."""
    return f"""SELECT s.entity_key, s.started_at, 1 AS times,
            ((epoch_us(d.event_at) - epoch_us(s.started_at)) // {ROLLING_DAYS[unit] * 86_400_000_000}) AS unit_index
        FROM ({instants_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key)
        WHERE d.event_at >= s.started_at AND d.event_at < $as_of"""


def _closed_units(asked: Asked, unit: str) -> str:
    """SQL for the number of units that are over for a member."""
    if asked.param("mode") == "rolling":
        return f"((epoch_us($as_of) - epoch_us(s.started_at)) // {ROLLING_DAYS[unit] * 86_400_000_000})"
    now = f"(SELECT {COLUMN[unit]} FROM calendar WHERE day = $last_day + 1)"
    return f"{NUMBER[unit].format(day=now)} - {NUMBER[unit].format(day='s.unit_on')}"


METRIC = Metric(
    kind=RETENTION,
    unit="share",
    rows=rows,
    params=(
        Param("unit", "choice", "Length of a unit.", default="week", choices=("day", "week", "month", "quarter")),
        Param("units", "integer", "Units after the start.", default=12, least=1, most=MOST_UNITS - 1),
        Param("start", "selector", "What begins a member's time: start_of_life, or an event.", default=START_OF_LIFE),
        Param(
            "entry",
            "choice",
            "With an event as start: the first match ever, the first of that name if it matches, or every period's.",
            default="first_time",
            choices=("first_time", "first_ever", "recurring"),
        ),
        Param("returns", "selector", "What counts as coming back: active, or an event or feature.", default="active"),
        Param(
            "criterion",
            "choice",
            "In exactly the unit, in it or later, or in runs of units.",
            default="on",
            choices=("on", "on_or_after", "brackets"),
        ),
        Param("brackets", "list", "Lengths of the runs in units, from unit 0; for instance 1,3,4.", least=1),
        Param("mode", "choice", "Calendar units, or units after one's own start.", default="calendar",
              choices=("calendar", "rolling")),
        Param("at_least", "integer", "Times a return must happen within a unit.", default=1, least=1),
    ),
    is_snapshot=False,
)  # fmt: skip
