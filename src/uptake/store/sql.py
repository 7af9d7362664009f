"""The few ways text becomes SQL: quoted names and literals, parameters written out, times and days cut.

Values are bound as parameters wherever the engine allows it. Names (columns of a file, attributes)
cannot be bound; they are quoted here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime

TOKEN = re.compile(r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | \$([a-z_][a-z0-9_]*)""", re.VERBOSE)
"""A text, a quoted name, a comment, or a parameter: `$name` inside one of the first three is none."""


def name(text: str) -> str:
    """A quoted identifier, whatever the text holds.

    >>> name('a"b')
    '"a""b"'
    """
    return '"' + text.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A value written as SQL, for queries that are shown to people and run outside Uptake.

    >>> literal("O'Brien"), literal(None), literal(True), literal(["a"])
    ("'O''Brien'", 'NULL', 'true', "['a']")
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case datetime():
            return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case list() | tuple():
            return "[" + ", ".join(literal(item) for item in value) + "]"
    quoted = "'" + str(value).replace("'", "''") + "'"
    # The parser takes a NUL for the end of the query.
    return "(" + quoted.replace("\0", "' || chr(0) || '") + ")" if "\0" in quoted else quoted


def parameters(sql: str) -> set[str]:
    """The names of the parameters that a query takes.

    >>> sorted(parameters("SELECT $day, $to, '$as_of' -- $not"))
    ['day', 'to']
    """
    return {found[1] for found in TOKEN.finditer(sql) if found[1]}


def expand(sql: str, values: Mapping[str, object]) -> str:
    """The query with its `$name` parameters written out, so that it runs anywhere.

    Only parameters are: a text that looks like one, in the query or among the values, stays as it is.

    >>> expand("SELECT $day, '$day', $days", {"day": "$days", "days": 2})
    "SELECT '$days', '$day', 2"
    """
    return TOKEN.sub(lambda found: literal(values[found[1]]) if found[1] in values else found[0], sql)


def renamed(sql: str, names: Collection[str], prefix: str) -> str:
    """The query with some of its `$name` parameters called otherwise, so that it can stand inside another one.

    >>> renamed("SELECT $days, '$days', $as_of", {"days"}, "x_")
    "SELECT $x_days, '$days', $as_of"
    """
    return TOKEN.sub(lambda found: f"${prefix}{found[1]}" if found[1] in names else found[0], sql)


def day_begins(day: str, zone: str) -> str:
    """SQL for the instant (UTC) at which a local day begins.

    Midnight can come twice (Havana, the Azores in autumn) or never (the clock jumps over it): the day
    begins where the day before ends.

    Args:
        day: SQL for the day, a date or a timestamp at midnight.
        zone: SQL for the time zone.
    """
    midnight = f"({day})::TIMESTAMP"
    if zone == literal("UTC"):
        return midnight
    before = f"{midnight} - INTERVAL 1 MICROSECOND"
    return (
        f"least(timezone('UTC', timezone({zone}, {midnight})),"
        f" timezone('UTC', timezone({zone}, {before})) + INTERVAL 1 MICROSECOND)"
    )


def instant(text: str, zone: str) -> str:
    """SQL for the instant (UTC) that an ISO 8601 text says, NULL where it says none (or infinity, or epoch).

    Without an offset a time is UTC; a bare date begins in the time zone.

    Args:
        text: SQL for the text.
        zone: SQL for the time zone.
    """
    # The engine reads `10:00:00Z` but neither `10:00Z` nor a comma before the fraction.
    completed = rf"regexp_replace(replace({text}, ',', '.'), '([T ]\d\d:\d\d) ?(Z|[+-]\d[\d:]*)$', '\1:00\2')"
    read = ", ".join(f"try_cast({form} AS TIMESTAMPTZ)" for form in (text, completed, _extended(text)))
    time = f"timezone('UTC', coalesce({read}))"
    day = f"try_cast({text} AS DATE)"
    # Beyond these years the engine cannot tell local times; nobody counts with them either.
    return (
        f"CASE WHEN {text} NOT BETWEEN '0' AND ':' THEN NULL WHEN length({text}) > 10 THEN {time}"
        f" WHEN {day} BETWEEN DATE '1000-01-01' AND DATE '9999-12-30' THEN {day_begins(day, zone)} ELSE {day}::TIMESTAMP END"
    )


def local_day(text: str, zone: str) -> str:
    """SQL for the day that an ISO 8601 text says in a time zone; see `instant`."""
    return f"timezone({zone}, timezone('UTC', {instant(text, zone)}))::DATE"


def no_such_day(text: str) -> str:
    """SQL that holds for an ISO 8601 text whose date is in no calendar, such as 30 February.

    Args:
        text: SQL for the text.
    """
    is_dated = rf"regexp_full_match({text}, '(\d\d\d\d-\d\d-\d\d|\d\d\d\d\d\d\d\d)([T ].*)?')"
    day = rf"regexp_replace({text}, '^(\d\d\d\d)-?(\d\d)-?(\d\d).*$', '\1-\2-\3')"
    return f"{is_dated} AND try_cast({day} AS DATE) IS NULL"


def _extended(text: str) -> str:
    """SQL for the extended form of a text in the basic form of ISO 8601, `20260105T100000Z`; NULL for any other."""
    is_basic = rf"regexp_full_match({text}, '\d\d\d\d\d\d\d\dT\d\d\d\d(\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?')"
    apart = rf"regexp_replace({text}, '^(....)(..)(..)T(..)(..)(\d\d)?', '\1-\2-\3T\4:\5:\6')"
    with_seconds = rf"regexp_replace(replace({apart}, ',', '.'), 'T(..:..):(\D|$)', 'T\1:00\2')"
    with_offset = rf"regexp_replace({with_seconds}, '([+-]\d\d)(\d\d)$', '\1:\2')"
    return f"CASE WHEN {is_basic} THEN {with_offset} END"
