"""Retention.

The share of those who started in a period that came back in the first, second, third ... unit after.

Formula: members of the cohort with a return in unit n / members of the cohort for whom unit n is over.
    `on`: in exactly that unit; `on_or_after`: in it or later, as far as is known; `brackets`: in runs of units.
    `first_unit` and `last_unit` say which units a column spans.
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

from datetime import timedelta

from uptake.errors import QuestionError
from uptake.facts.active_day import NEVER
from uptake.metrics.activity import ACTIVE, days_sql, instants_sql
from uptake.metrics.kinds.retention import MOST_UNITS, RETENTION
from uptake.metrics.metric import Asked, Metric, Param, Sql
from uptake.metrics.periods import COLUMN, NUMBER
from uptake.metrics.question import begin_of
from uptake.metrics.starts import START_OF_LIFE, starts_sql

MICROSECONDS_A_DAY = 86_400_000_000
BRACKETS = (1, 3, 4)
"""Lengths of the runs where nobody says."""
ROLLING_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90}


def rows(asked: Asked) -> Sql:
    """One row per cohort member: when it started, which units it came back in, how many are over."""
    units = ", ".join(
        f"({index}, {first}, {'NULL::INTEGER' if last is None else last}, {_bits(first, last)}::HUGEINT)"
        for index, (first, last) in enumerate(_spans(asked))
    )
    activity = _calendar(asked) if asked.param("mode") == "calendar" else _rolling(asked)
    return Sql(
        f"""
    SELECT s.entity_key, s.started_at AS anchor_at, s.cohort_on, coalesce(b.mask, 0::HUGEINT) AS mask, s.closed_units
    FROM started s LEFT JOIN ({_came_back(asked, activity)}) b USING (entity_key, started_at)""",
        {"at_least": asked.param("at_least")},
        {"unit(unit_index, first_unit, last_unit, bits)": f"VALUES {units}", "started": _started(asked)},
    )


def totals(asked: Asked) -> Sql | None:
    """The triangle without a row per member.

    A member and a unit it came back in are met once: on its last active day there, whose next active
    day lies in a later unit. So returns are counted as they are read.
    """
    is_life = asked.param("start") in (None, START_OF_LIFE) and asked.param("returns") in (None, ACTIVE)
    if not is_life or asked.param("at_least") > 1 or asked.param("criterion") == "brackets":
        return None
    if asked.param("mode") == "calendar":
        relations = {"last_active": _last_in_calendar_units(asked)}
    elif asked.param("unit") == "day":
        return None  # a day of 25 hours can lie in three units
    else:
        relations = {"moment": _moments(asked), "last_active": _last_in_rolling_units(asked)}
    (_, last), *_ = _spans(asked)
    is_later_enough, last_unit = (">=", "NULL::INTEGER") if last is None else ("=", "unit_index")
    return Sql(
        f"""SELECT m.*, coalesce(r.returned, 0)::BIGINT AS returned,
            coalesce(r.returned, 0) / nullif(m.n, 0) AS estimate
        FROM (
            SELECT cohort_on, unit_index, first_unit, last_unit, sum(members)::BIGINT AS cohort_size,
                coalesce(sum(members) FILTER (closed_units > unit_index), 0)::BIGINT AS n
            FROM (SELECT cohort_on, closed_units, count(*) AS members FROM started GROUP BY ALL) CROSS JOIN unit
            GROUP BY ALL
        ) m LEFT JOIN (
            SELECT l.cohort_on, unit.unit_index, sum(l.members) AS returned
            FROM last_active l JOIN unit ON l.unit_index {is_later_enough} unit.unit_index
            WHERE l.closed_units > unit.unit_index GROUP BY ALL
        ) r ON r.cohort_on = m.cohort_on AND r.unit_index = m.unit_index ORDER BY ALL""",
        relations={
            "unit": f"""SELECT unit_index, unit_index AS first_unit, {last_unit} AS last_unit
        FROM generate_series(0, {asked.param("units")}) series(unit_index)""",
            "started": _started(asked),
            **relations,
        },
    )


def _started(asked: Asked) -> str:
    """SQL for (entity_key, started_at, started_on, unit_on, cohort_on, closed_units): the members of the cohorts."""
    unit, cohort_period = asked.param("unit"), asked.question.period or asked.param("unit")
    return f"""SELECT s.*, c.{COLUMN[unit]} AS unit_on, c.{COLUMN[cohort_period]} AS cohort_on,
            least({_closed_units(asked, unit)}, {MOST_UNITS}) AS closed_units
        FROM ({starts_sql(asked, COLUMN[cohort_period])}) s JOIN calendar c ON c.day = s.started_on
        WHERE s.started_at < $as_of AND s.started_on <= $date_to
          AND ($date_from IS NULL OR c.{COLUMN[cohort_period]} >= (
              SELECT {COLUMN[cohort_period]} FROM calendar WHERE day = $date_from))"""


def _spans(asked: Asked) -> list[tuple[int, int | None]]:
    """First and last unit of every column; no last one where later returns count too."""
    criterion, lengths = asked.param("criterion"), asked.param("brackets")
    if criterion != "brackets":
        if lengths:
            given = ",".join(map(str, lengths))
            do = "Ask with criterion=brackets, or leave brackets out."
            raise QuestionError(f"brackets is {given}, but criterion is '{criterion}'.", do=do)
        is_open = criterion == "on_or_after"
        return [(unit, None if is_open else unit) for unit in range(asked.param("units") + 1)]
    spans, first = list[tuple[int, int | None]](), 0
    for length in lengths or BRACKETS:
        if length < 1:
            raise QuestionError(f"brackets has a length of {length}.", allowed=["1 or more units each"])
        spans.append((first, first + length - 1))
        first += length
    if first > MOST_UNITS:
        raise QuestionError(f"brackets cover {first} units.", allowed=[f"at most {MOST_UNITS}"])
    return spans


def _bits(first: int, last: int | None) -> int:
    return (1 << ((MOST_UNITS if last is None else last) + 1)) - (1 << first)


def _came_back(asked: Asked, activity: str) -> str:
    """SQL for (entity_key, started_at, mask): bit k is set if unit k had enough returns."""
    last = _spans(asked)[-1][1]
    bit, within = "unit_index::INTEGER", f"unit_index BETWEEN 0 AND {last}"
    if last is None:
        # however late a return is, it is one after
        last, bit, within = MOST_UNITS, f"least(unit_index, {MOST_UNITS})::INTEGER", "unit_index >= 0"
    # 64-bit masks are several times quicker than 128-bit ones, and are enough for most triangles
    one = "1::UBIGINT" if last < 64 else "1::HUGEINT"
    mask = f"bit_or({one} << {bit})::HUGEINT AS mask"
    if asked.param("at_least") == 1:
        return f"SELECT entity_key, started_at, {mask} FROM ({activity}) WHERE {within} GROUP BY ALL"
    return f"""SELECT entity_key, started_at, {mask} FROM (
            SELECT entity_key, started_at, unit_index FROM ({activity}) WHERE {within}
            GROUP BY ALL HAVING sum(times) >= $at_least
        ) GROUP BY ALL"""


def _calendar(asked: Asked) -> str:
    """SQL for (entity_key, started_at, unit_index, times): what was done, by calendar unit since the start."""
    unit = asked.param("unit")
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


def _last_in_calendar_units(asked: Asked) -> str:
    """SQL for (cohort_on, closed_units, unit_index, members): members by a unit they were last active in.

    By every unit they came back in, or for `on_or_after` only by the last one known.
    """
    unit = asked.param("unit")
    ends = "$last_day + 1" if asked.param("criterion") == "on_or_after" else f"{COLUMN[unit]} + INTERVAL 1 {unit}"
    # differences of days are compared, as joins on keys alone are several times quicker
    return f"""SELECT s.cohort_on, s.closed_units, d.unit_number - s.unit_number AS unit_index, count(*) AS members
        FROM (
            SELECT d.entity_key, d.day, c.unit_number FROM {asked.grain.day} d JOIN (
                SELECT day, {NUMBER[unit].format(day=COLUMN[unit])} AS unit_number, ({ends})::DATE AS ends_on
                FROM calendar WHERE day <= $last_day
            ) c USING (day) WHERE d.next_day - c.ends_on >= 0
        ) d JOIN (
            SELECT *, {NUMBER[unit].format(day="unit_on")} AS unit_number FROM started
        ) s USING (entity_key) WHERE d.day - s.started_on >= 0 GROUP BY ALL"""


def _moments(asked: Asked) -> str:
    """SQL for (entity_key, first_at, last_at, next_at): first and last activity of every day known at `as_of`."""
    days = f"SELECT entity_key, first_at, last_at, next_at FROM {asked.grain.day} WHERE day <= $last_day"
    if asked.question.as_of == begin_of(asked.question.last_day + timedelta(days=1), asked.plan.product.timezone):
        return days
    return f"""{days} UNION ALL
        SELECT entity_key, min(event_at), max(event_at), {NEVER}::TIMESTAMP FROM ({instants_sql(asked, ACTIVE)})
        WHERE day > $last_day AND event_at < $as_of GROUP BY entity_key"""


def _last_in_rolling_units(asked: Asked) -> str:
    """SQL for the same over `moment`, by units of 24 hours since the start.

    A day lies in one unit or in two; in the first of two its last activity there is not known, nor needed.
    """
    length = ROLLING_DAYS[asked.param("unit")] * MICROSECONDS_A_DAY
    unit_of = {name: f"(epoch_us(d.{name}) - epoch_us(s.started_at)) // {length}" for name in ("first_at", "last_at")}
    placed = f"""SELECT s.cohort_on, s.closed_units, d.first_at >= s.started_at AS is_first_after,
                {unit_of["first_at"]} AS first_unit, {unit_of["last_at"]} AS last_unit,
                (epoch_us(d.next_at) - epoch_us(s.started_at)) // {length} AS next_unit, d.next_at
            FROM moment d JOIN started s USING (entity_key)
            WHERE epoch_us(d.last_at) - epoch_us(s.started_at) >= 0"""
    if asked.param("criterion") == "on_or_after":
        return f"""SELECT cohort_on, closed_units, last_unit AS unit_index, count(*) AS members
        FROM ({placed}) WHERE next_at >= $as_of GROUP BY ALL"""
    return f"""WITH placed AS ({placed})
        SELECT cohort_on, closed_units, last_unit AS unit_index, count(*) AS members
        FROM placed WHERE last_unit < next_unit GROUP BY ALL
        UNION ALL SELECT cohort_on, closed_units, first_unit, count(*)
        FROM placed WHERE first_unit < last_unit AND is_first_after GROUP BY ALL"""


def _rolling(asked: Asked) -> str:
    """SQL for the same as `_calendar`, by units of 24 hours since the start."""
    unit = asked.param("unit")
    return f"""SELECT s.entity_key, s.started_at, 1 AS times,
            ((epoch_us(d.event_at) - epoch_us(s.started_at)) // {ROLLING_DAYS[unit] * MICROSECONDS_A_DAY}) AS unit_index
        FROM ({instants_sql(asked, asked.param("returns"))}) d JOIN started s USING (entity_key)
        WHERE d.event_at >= s.started_at AND d.event_at < $as_of"""


def _closed_units(asked: Asked, unit: str) -> str:
    """SQL for the number of units that are over for a member."""
    if asked.param("mode") == "rolling":
        return f"((epoch_us($as_of) - epoch_us(s.started_at)) // {ROLLING_DAYS[unit] * MICROSECONDS_A_DAY})"
    now = f"(SELECT {COLUMN[unit]} FROM calendar WHERE day = $last_day + 1)"
    return f"{NUMBER[unit].format(day=now)} - {NUMBER[unit].format(day=f'c.{COLUMN[unit]}')}"


METRIC = Metric(
    kind=RETENTION,
    unit="share",
    rows=rows,
    totals=totals,
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
