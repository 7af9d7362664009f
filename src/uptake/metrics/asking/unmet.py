"""Conditions on values that nobody ever had: a slip of the hand, which an answer of 0 would hide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from uptake.facts.selection import property_sql
from uptake.metrics.asking.prepared import Prepared
from uptake.metrics.core.dimensions import Attribute
from uptake.metrics.parts.attributes import names_bands
from uptake.plan import Condition
from uptake.store.sql import literal

NAMED = ("is", "is_not", "contains")
"""Tests that name a value; the others are of ranges, in which there may well be nothing."""
MOST_NAMED = 8
MOST_CHARACTERS = 40


def notes(prepared: Prepared) -> Iterator[str]:
    """What is told beside an answer to a question with such conditions: the value, and some of those there are."""
    for one, condition in prepared.where:
        if not isinstance(one, Attribute) or condition.test not in NAMED or names_bands(one.bands, condition):
            continue
        there = _values(one, prepared.question.as_of)
        for value in _unmet(prepared, one, condition, there):
            found = prepared.asked.cursor.execute(
                f"""SELECT text FROM {there} GROUP BY text ORDER BY try_cast(text AS DOUBLE), text
                LIMIT {MOST_NAMED + 1}"""
            ).fetchall()
            names = [_short(text) for (text,) in found]
            known = ", ".join([*names[:MOST_NAMED], *(["and others"] if len(names) > MOST_NAMED else [])])
            words = "with " if condition.test == "contains" else ""
            also = f" There are: {known}." if known else ""
            yield f"No {one.entity} ever had {one.entity}.{one.name} {words}'{_short(str(value))}'.{also}"


def _unmet(prepared: Prepared, one: Attribute, condition: Condition, there: str) -> list[object]:
    """Those of a condition's values that nothing of what is there meets."""
    test: Literal["is", "contains"] = "contains" if condition.test == "contains" else "is"
    zone = prepared.asked.plan.product.timezone
    tests = ", ".join(
        f"bool_or({property_sql(Condition(property=one.label, test=test, values=(value,)), 'text', 'number', zone)})"
        for value in condition.values
    )
    (met,) = prepared.asked.cursor.execute(f"SELECT {tests} FROM {there}").fetchall()
    return [value for value, is_met in zip(condition.values, met, strict=True) if not is_met]


def _values(one: Attribute, as_of: datetime) -> str:
    """SQL for the relation of all that the attribute ever was up to then, as text and number."""
    if one.name == "id":
        return f"(SELECT {one.entity}_id AS text, try_cast({one.entity}_id AS DOUBLE) AS number FROM {one.entity}s)"
    known = f"name = {literal(one.name)} AND valid_from < TIMESTAMP {literal(as_of.isoformat(' '))}"
    return f"(SELECT text, number FROM {one.table} WHERE {known})"


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
