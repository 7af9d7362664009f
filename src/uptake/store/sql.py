"""The few ways text becomes SQL: quoted names and quoted literals, nothing else.

Values are bound as parameters wherever the engine allows it. Names (columns of a file, attributes)
cannot be bound; they are quoted here.
"""

from __future__ import annotations

from datetime import date, datetime


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
            return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case list() | tuple():
            return "[" + ", ".join(literal(item) for item in value) + "]"
    return "'" + str(value).replace("'", "''") + "'"


def expand(sql: str, parameters: dict[str, object]) -> str:
    """The query with its `$name` parameters written out, so that it runs anywhere.

    Longer names first, so that `$date` never eats the front of `$date_from`.

    >>> expand("SELECT $day, $days", {"day": 1, "days": 2})
    'SELECT 1, 2'
    """
    for key in sorted(parameters, key=len, reverse=True):
        sql = sql.replace(f"${key}", literal(parameters[key]))
    return sql
