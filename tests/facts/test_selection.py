"""Conditions on properties, as SQL, against a naive reading of what they say."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake.facts.selection import property_number, property_sql, property_text
from uptake.plan import Condition, conditions


@cache
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def value_of(sql: str, said: dict[str, Any]) -> object:
    """SQL over the properties of one event."""
    rows = engine().execute(f"SELECT {sql} FROM (SELECT $said AS properties)", {"said": json.dumps(said)}).fetchall()
    return rows[0][0]


def holds(condition: Condition, said: dict[str, Any], zone: str = "UTC") -> bool:
    """Whether a condition holds for an event with these properties."""
    name = condition.property
    sql = property_sql(condition, property_text(name), property_number(name), zone)
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        (row,) = engine.execute(
            f"SELECT {sql} FROM (SELECT $said AS properties)", {"said": json.dumps(said)}
        ).fetchall()
    assert row[0] in (True, False)
    return bool(row[0])


def one(given_condition: dict[str, Any]) -> Condition:
    (condition,) = conditions(given_condition)
    return condition


@pytest.mark.parametrize(
    ("condition", "values", "others"),
    [
        ({"p": 10}, [10, 10.0, "10", "10.00", "1e1"], [None, 100, "ten", True, [10]]),
        ({"p": "10"}, ["10", 10], ["10.0", None]),
        ({"p": True}, [True, "true"], [False, 1, "yes", None]),
        ({"p": [1, "Pro"]}, [1, "Pro", 1.0], ["pro", 2, None]),
        ({"p": {"is_not": 10}}, [None, 11, "ten", True], [10, 10.0, "10"]),
        ({"p": {"gte": 10}}, [10, "10", 1e308], [9.99, None, "ten", "NaN", "inf", "-inf", "2025-01-01"]),
        ({"p": {"lt": 0.3}}, [0.1, "-5"], [0.3, 0.30000000000000004, None, "NaN"]),
        ({"p": {"contains": "B"}}, ["abc", "B"], ["ac", None, 1]),
        ({"p": {"contains": "%"}}, ["100%"], ["100"]),
        ({"p": {"exists": True}}, ["", 0, False, "x"], [None]),
        ({"p": {"exists": False}}, [None], ["", 0]),
        ({"p": 9007199254740993}, [9007199254740993], [9007199254740992, 9007199254740994]),
        (
            {"p": {"gte": "2025-03-01"}},
            ["2025-03-01", "2025-03-01T00:00:00Z", "2026"[:4] + "-01-01"],
            ["2025-02-28", "x", 5, None],
        ),
        (
            {"p": {"lt": "2025-03-01T12:00:00Z"}},
            ["2025-03-01", "2025-03-01T11:59:59Z"],
            ["2025-03-01T12:00:00Z", "soon"],
        ),
    ],
)
def test_a_condition_holds_for_these_values_and_not_for_those(
    condition: dict[str, Any], values: list[Any], others: list[Any]
) -> None:
    for value in values:
        assert holds(one(condition), {"p": value}), value
    for value in others:
        assert not holds(one(condition), {"p": value}), value
    is_negative = "is_not" in str(condition) or "False" in str(condition)
    assert holds(one(condition), {}) == is_negative


def test_a_date_begins_in_the_products_time_zone() -> None:
    """1 March in Berlin begins at 23:00 UTC of the day before."""
    condition = one({"p": {"gte": "2025-03-01"}})
    assert holds(condition, {"p": "2025-02-28T23:00:00Z"}, "Europe/Berlin")
    assert not holds(condition, {"p": "2025-02-28T22:59:59Z"}, "Europe/Berlin")
    assert not holds(condition, {"p": "2025-02-28T23:00:00Z"}, "UTC")


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(NAMES, NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
@settings(max_examples=60)
def test_any_property_is_found_under_its_name(name: str, other: str, value: str) -> None:
    said = {other: "other"} | {name: value}
    assert value_of(property_text(name), said) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=20)
def test_numbers_compare_as_numbers(value: float, bound: float) -> None:
    for test, expected in (
        ("gt", value > bound),
        ("gte", value >= bound),
        ("lt", value < bound),
        ("lte", value <= bound),
    ):
        assert holds(one({"p": {test: bound}}), {"p": value}) == expected


def test_instants_compare_as_instants() -> None:
    moments = [datetime(2025, 3, 1, 12), datetime(2025, 3, 1, 12, 0, 0, 1), datetime(2025, 3, 2)]
    for value in moments:
        for bound in moments:
            condition = one({"p": {"gt": bound.isoformat() + "Z"}})
            assert holds(condition, {"p": value.isoformat() + "Z"}) == (value > bound)
