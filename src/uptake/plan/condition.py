"""Conditions on properties of events and attributes of users and accounts, as a mapping.

`{seats: {gte: 10}, plan: [Pro, Enterprise]}` maps a property to a test; all conditions must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from math import isfinite
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from uptake.plan.problems import Gathering, described, refuse, shown, unknown_keys
from uptake.plan.words import read_text, refuse_unwritable

Test = Literal["is", "is_not", "gt", "gte", "lt", "lte", "contains", "exists"]
Value = str | bool | int | float

TESTS: tuple[Test, ...] = get_args(Test)
BOUNDS: tuple[Test, ...] = ("gt", "gte", "lt", "lte")
"""Tests whose values are thresholds."""
IN_WORDS: dict[Test, str] = {
    "gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "is": "", "is_not": "not", "contains": "with",
}  # fmt: skip
MOST_VALUE_CHARACTERS = 1_000


class Condition(BaseModel):
    """One test of one property.

    Args:
        property: Name of an event's property, or `user.` / `account.` and the name of an attribute.
        test: `is` and `contains` hold if any of the values fits, `is_not` if none does; the
            comparisons and `exists` have one value.
        values: What the property is held against, text, number or yes/no as it was written; dates are
            ISO texts. Never empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    property: str
    test: Test
    values: tuple[Value, ...]


Conditions = tuple[Condition, ...]


def read_conditions(value: object) -> Conditions:
    """Reads the mapping form; conditions that were read before are taken as they are.

    Raises:
        Problems: With the property and the test as location.
    """
    if isinstance(value, tuple) and all(isinstance(part, Condition) for part in value):
        return in_order(value)
    if not isinstance(value, Mapping):
        raise refuse(f"is {described(value)}", "a mapping of properties to tests, such as {plan: Pro}")
    gathering = Gathering()
    found: list[Condition] = []
    for name, test in value.items():
        with gathering.at(name):
            found += _tests(read_text(name), test)
    gathering.end()
    return in_order(found)


def _tests(name: str, given: object) -> list[Condition]:
    if not isinstance(given, Mapping):
        return [Condition(property=name, test="is", values=_any_of(given))]
    if not given:
        raise refuse("has no test", *TESTS)
    gathering = Gathering()
    gathering.problems += unknown_keys(given, TESTS)
    found = []
    for test in TESTS:
        if test in given:
            with gathering.at(test):
                found.append(Condition(property=name, test=test, values=read_operand(test, given[test])))
    gathering.end()
    return found


def read_operand(test: Test, given: object) -> tuple[Value, ...]:
    """The values of a test: any of several for `is`, `is_not` and `contains`, exactly one for the others.

    Raises:
        Problems: If a value does not fit the test.
    """
    if test == "exists":
        if not isinstance(given, bool):
            raise refuse(f"is {described(given)}", "true", "false")
        return (given,)
    if test in ("is", "is_not"):
        return _any_of(given)
    if test == "contains":
        values = _any_of(given)
        if not all(isinstance(value, str) and value for value in values):
            raise refuse(f"is {described(given)}", "text", do="Put it in quotes.")
        return values
    value = read_value(given)
    if isinstance(value, bool) or (isinstance(value, str) and not _is_date(value)):
        raise refuse(f"is {described(given)}", "a number", "a date such as 2025-06-01")
    return (value,)


def _any_of(given: object) -> tuple[Value, ...]:
    if not isinstance(given, list | tuple):
        return (read_value(given),)
    if not given:
        raise refuse("is an empty list", "a value", "a list of values, any of which may be met")
    gathering = Gathering()
    values: list[Value] = []
    for position, part in enumerate(given):
        with gathering.at(position):
            values.append(read_value(part))
    gathering.end()
    return tuple(values)


def read_value(value: object) -> Value:
    """A text, number or yes/no value; a date becomes its ISO text, 10.0 becomes 10.

    Raises:
        Problems: For anything else, and for numbers a database cannot hold.
    """
    match value:
        case bool():
            return value
        case str():
            if len(value) > MOST_VALUE_CHARACTERS:
                raise refuse(f"has {len(value):,} characters", f"at most {MOST_VALUE_CHARACTERS:,}")
            refuse_unwritable(value)
            return value
        case int() if -(2**63) <= value < 2**63:
            return value
        case float() if isfinite(value):
            return int(value) if value.is_integer() and abs(value) <= 2**53 else value
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case None:
            raise refuse(
                "is empty", "text", "a number", "true", "false", do="To ask whether it is there: {exists: false}."
            )
        case _:
            raise refuse(f"is {shown(value)}", "text", "a number below 2^63", "true", "false")


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def in_order(found: Iterable[Condition]) -> Conditions:
    """The conditions in a fixed order: all must hold, so the order they were written in says nothing."""
    return tuple(sorted(found, key=lambda c: (c.property, c.test, [(type(v).__name__, str(v)) for v in c.values])))
