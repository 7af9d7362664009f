"""How the text of one cell is read: as an id, a text, a number, an instant, or the JSON of a property.

Everything here is SQL over one column of a file. A cell is read by what it holds alone: what the
rest of its column looks like decides what is printed, and never what is stored, so that a row has
the same content in every file it stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from uptake.store.sql import day_begins, instant, literal

TYPES = {"id": "VARCHAR", "text": "VARCHAR", "instant": "TIMESTAMP", "number": "DOUBLE", "integer": "BIGINT"}
TYPES |= {"boolean": "BOOLEAN", "json": "VARCHAR"}
"""Type of a kind's column -> type in the engine."""

TIME_FORMATS: dict[str, str] = {
    "ISO 8601": "",
    "epoch seconds": "CASE WHEN try_cast({x} AS DOUBLE) BETWEEN 1e7 AND 1e11"
    " THEN make_timestamp((try_cast({x} AS DOUBLE) * 1e6)::BIGINT) END",
    "epoch milliseconds": "CASE WHEN try_cast({x} AS BIGINT) BETWEEN 100000000000 AND 99999999999999"
    " THEN make_timestamp(try_cast({x} AS BIGINT) * 1000) END",
    "epoch microseconds": "CASE WHEN try_cast({x} AS BIGINT) BETWEEN 100000000000000 AND 99999999999999999"
    " THEN make_timestamp(try_cast({x} AS BIGINT)) END",
    "day first": """timezone('UTC', timezone({zone}, try_strptime({x}, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y',
        '%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y %H:%M', '%d-%m-%Y'])))""",
    "month first": """timezone('UTC', timezone({zone}, try_strptime({x}, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p',
        '%m/%d/%Y %I:%M %p', '%m/%d/%Y %H:%M', '%m/%d/%Y', '%m-%d-%Y %H:%M:%S', '%m-%d-%Y'])))""",
}
"""Name of a time format -> the expression that reads text `{x}` as a UTC instant; ISO 8601 is `sql.instant`."""

BLANKS = " \t\n\r\x0b\x0c\u00a0\u3000\ufeff"
"""What is cut away around a text."""
NUMBER = "'0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)[.][0-9]*[1-9]'"
LONGEST_NUMBER = 16
"""Numbers that stay what they are as JSON. 00123, 1.10, -0 and 12e4 are codes as often as numbers: they stay text,
which still compares as a number."""


@dataclass(frozen=True)
class Reads:
    """How one column of a file is read.

    Args:
        found: The column's name in the file; empty if the value was fixed with `--set`.
        name: The canonical name, or the property's name.
        type: What it is read as: a kind's column type, or for properties number, boolean, text, json.
        format: The time format, if it is an instant.
        expression: SQL over the file's rows (see `cell`); NULL where the text cannot be read.
        is_property: The column is no column of the kind but a property (attribute).
    """

    found: str
    name: str
    type: str
    format: str
    expression: str
    is_property: bool


def cell(found: str) -> str:
    """The name under which the engine gets a column of a file.

    The engine does not tell `Plan` from `plan`; files do.

    >>> cell("user_id"), cell("Plan")
    ('c_user_id', 'x_506c616e')
    """
    return f"c_{found}" if re.fullmatch(r"[a-z0-9_]+", found) else f"x_{found.encode().hex()}"


def text(value: str, native: str) -> str:
    """SQL for the text of a value, without blanks around it; NULL where nothing is left.

    Args:
        value: SQL for the value.
        native: Its type in the engine.
    """
    if native in {"DOUBLE", "FLOAT"} or native.startswith("DECIMAL"):
        # 123.0 is what remains of the id 123 where a table had a missing one; a missing one is nan.
        is_whole = f"{value} = trunc({value}) AND abs({value}) < 1e15"
        fraction = f"rtrim({value}::VARCHAR, '0')" if native.startswith("DECIMAL") else f"{value}::VARCHAR"
        return f"CASE WHEN {is_whole} THEN {value}::BIGINT::VARCHAR WHEN NOT isnan({value}::DOUBLE) THEN {fraction} END"
    if is_number(native) or native == "BOOLEAN":
        return f"{value}::VARCHAR"
    words = value if native == "VARCHAR" else f"{value}::VARCHAR"
    # Nearly every text begins with a visible ASCII character and ends with no blank: looking costs a tenth of cutting.
    ends = " OR ".join(f"suffix({words}, {literal(blank)})" for blank in BLANKS)
    return (
        f"CASE WHEN {words} BETWEEN '!' AND '~' AND NOT ({ends}) THEN {words}"
        f" ELSE nullif(trim({words}, {literal(BLANKS)}), '') END"
    )


def value(type_: str, cell_text: str) -> str:
    """SQL that reads a text as a type of a kind's column (but instants: `time`), NULL where it is none."""
    match type_:
        case "number":
            return f"CASE WHEN isfinite(try_cast({cell_text} AS DOUBLE)) THEN try_cast({cell_text} AS DOUBLE) END"
        case "integer":
            is_whole = f"try_cast({cell_text} AS DOUBLE) = trunc(try_cast({cell_text} AS DOUBLE))"
            return f"CASE WHEN {is_whole} THEN try_cast({cell_text} AS BIGINT) END"
        case "boolean":
            return f"try_cast({cell_text} AS BOOLEAN)"
    return cell_text


def times(cell_text: str, zone: str) -> dict[str, str]:
    """Name of a time format -> SQL that reads a text in it as an instant, NULL where it cannot.

    Args:
        cell_text: SQL for the text.
        zone: The product's time zone, in which days begin.
    """
    quoted = literal(zone)
    forms = {label: form.format(x=cell_text, zone=quoted) for label, form in TIME_FORMATS.items() if form}
    # The engine knows words such as infinity and epoch; a time begins with a digit.
    return {"ISO 8601": instant(cell_text, quoted)} | {
        label: f"CASE WHEN {cell_text} BETWEEN '0' AND ':' THEN {form} END" for label, form in forms.items()
    }


def native_time(value: str, native: str, zone: str) -> str | None:
    """SQL for the instant in a column that is a time already, None if it is no time."""
    if native == "DATE":
        return day_begins(value, literal(zone))
    if native == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {value})"
    return f"{value}::TIMESTAMP" if native.startswith("TIMESTAMP") else None


def json_value(value: str, native: str) -> str:
    """SQL for the JSON of a property's value, NULL where it is missing."""
    words = text(value, native)
    if is_whole_number(native) or native == "BOOLEAN":
        return words
    if is_number(native):
        return f"CASE WHEN isfinite({value}::DOUBLE) THEN {words} ELSE to_json({words})::VARCHAR END"
    if native.endswith(("]", ")")):
        return f"to_json({value})::VARCHAR"
    if native != "VARCHAR":
        return f"to_json({words})::VARCHAR"
    return (
        f"CASE WHEN {looks_like_number(words)} THEN {words}"
        f" WHEN lower({words}) IN ('true', 'false') THEN lower({words}) ELSE to_json({words})::VARCHAR END"
    )


def looks_like_number(words: str) -> str:
    """SQL that holds for texts that are numbers and stay the same when they are written as one."""
    # most texts are told by their first character; the pattern costs ten times as much
    begins = f"{words} BETWEEN '-' AND ':'"
    return f"({begins} AND length({words}) <= {LONGEST_NUMBER} AND regexp_full_match({words}, {NUMBER}))"


def is_whole_number(native: str) -> bool:
    """Whether a type of the engine is a whole number's; such a value is there or missing, never nan."""
    return bool(re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", native))


def is_number(native: str) -> bool:
    """Whether a type of the engine is a number's."""
    return bool(re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*", native))
