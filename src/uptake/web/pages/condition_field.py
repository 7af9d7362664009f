"""Conditions in a form: a property, a test and a value each; an address has them as one text, `account.plan=Pro`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from uptake.errors import QuestionError
from uptake.plan import parse_condition, split_condition

PARTS = ("where_property", "where_test", "where_value")
"""Names of the three controls."""
TESTS = (
    ("=", "is"), ("!=", "is not"), ("~", "contains"), (">=", "at least"), (">", "above"), ("<=", "at most"),
    ("<", "below"), ("?", "known"), ("!?", "unknown"),
)  # fmt: skip
UNARY = ("?", "!?")
"""Tests without a value."""
SIGNS = frozenset("=!<>~?")
"""What ends the name of a property in a condition, so no name that holds one can be written."""


@dataclass(frozen=True)
class Values:
    """Values that a property can be held against.

    Args:
        id: Of the list in the page.
        name: The property.
        values: Its values as they stand in conditions.
    """

    id: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ConditionField:
    """Three controls for one condition.

    Args:
        key: Tells it apart from others.
        title: What the three are called together.
        chosen: The chosen property, or empty.
        test: The chosen test.
        value: The value as text.
        properties: Properties to choose from, with the id of the list of their values, or an empty text.
        lists: Those lists; they stand in the page once, with the first of the fields.
        tests: Tests to choose from: (sign, title).
    """

    key: str
    title: str
    chosen: str
    test: str
    value: str
    properties: Sequence[tuple[str, str]]
    lists: Sequence[Values] = ()
    tests: Sequence[tuple[str, str]] = TESTS
    name: str = "where"
    type: str = "condition"

    @property
    def list_id(self) -> str:
        """The list of the chosen property's values; of all values where none is chosen."""
        return dict(self.properties).get(self.chosen, "") if self.chosen else ALL_VALUES


ALL_VALUES = "values"
"""The list of the values of all properties."""


def read(query: QueryParams) -> Iterator[str]:
    """The conditions that the controls of a form say; one without a property or without a value is not there yet."""
    for name, test, value in zip(*(query.getlist(part) for part in PARTS), strict=False):
        if name and test in UNARY:
            yield f"{name}{test}"
        elif name and value.strip() and test in dict(TESTS):
            yield f"{name}{test}{value.strip()}"


def fields(where: Iterable[str], names: Iterable[str], values: Mapping[str, Iterable[str]]) -> list[ConditionField]:
    """The controls for some conditions, and empty ones for a further one.

    Args:
        where: The conditions, each as an address has it.
        names: Properties to choose from.
        values: Property -> values that it can be held against.
    """
    said = [split_condition(text) or ("", "=", "") for text in where]
    writable = [
        name for name in dict.fromkeys([*names, *(name for name, _, _ in said)]) if name and not SIGNS & set(name)
    ]
    lists = [
        Values(f"{ALL_VALUES}-{number}", name, tuple(condition_value(value) for value in values[name]))
        for number, name in enumerate(name for name in writable if name in values)
    ]
    ids = {one.name: one.id for one in lists}
    properties = [(name, ids.get(name, "")) for name in writable]
    return [
        ConditionField(
            f"where-{number}",
            "And where" if number else "Only where",
            *one,
            properties,
            () if number else lists,
        )
        for number, one in enumerate([*said, ("", "=", "")])
    ]


def condition(attribute: str, value: str) -> str:
    """The condition that an attribute has a value; empty where it cannot be written.

    >>> condition("account.plan", "Pro"), condition("a=b", "Pro")
    ('account.plan=Pro', '')
    """
    return "" if SIGNS & set(attribute) else f"{attribute}={condition_value(value)}"


def condition_value(value: str) -> str:
    """A value as it stands in a condition: in quotes where it would be read as something else.

    >>> condition_value("Pro"), condition_value("11-50"), condition_value("10"), condition_value("a|b")
    ('Pro', '11-50', '"10"', '"a|b"')
    """
    try:
        is_plain = parse_condition(f"x={value}").values == (value,)
    except QuestionError:
        is_plain = False
    return value if is_plain else json.dumps(value, ensure_ascii=False)
