"""One condition against the values there are: is the property known, does any value fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from uptake.check.finding import Finding, did_you_mean, listed
from uptake.check.subject import Subject
from uptake.facts.selection import as_text, property_sql
from uptake.plan import Condition, Location, location_text
from uptake.plan.condition import Test
from uptake.plan.problems import shown

WORDS = {"gt": "above", "gte": "at or above", "lt": "below", "lte": "at or below"}
MOST_LISTED = 6
MOST_COUNTED = 1_000
"""Different values that are counted to show the most frequent ones and to find one spelled alike."""


@dataclass(frozen=True)
class Source:
    """Rows that have a property, or an attribute.

    Args:
        rows: SQL after FROM; values are literals.
        text: SQL for the property's text in such a row.
        number: SQL for the number in it.
        called: The property for people, "account.plan".
        missing: Who does not have it, "no account".
        names: SQL for (name, rows) of the properties there are, the most frequent first.
        prefix: What the plan writes before such a name.
    """

    rows: str
    text: str
    number: str
    called: str
    missing: str
    names: str
    prefix: str = ""


def compare(checked: Subject, location: Location, condition: Condition, source: Source) -> Iterator[Finding]:
    """Finds a property that nobody has, and values that nobody has.

    Args:
        checked: The plan and its data.
        location: Where the condition stands, its property included.
        condition: The condition.
        source: The rows it is about.
    """
    where = checked.plan.place(location)
    if not checked.number(f"SELECT count({source.text}) FROM {source.rows}"):
        yield unknown(checked, location, source)
    elif condition.test in ("is", "is_not", "contains"):
        for value in condition.values:
            single = condition.model_copy(update={"values": (value,), "test": _wanted(condition)})
            if not _fit(checked, source, single):
                seen = _values(checked, source)
                text = as_text(value)
                what = f"{location_text(location)} is held against {shown(text)}, which {source.missing} has."
                alike = did_you_mean(text, seen) if condition.test != "contains" else ""
                yield Finding("warning", where, what, f"{alike} Values: {listed(seen, MOST_LISTED)}.".lstrip())
    elif condition.test != "exists" and not _fit(checked, source, condition):
        yield Finding("warning", where, *_out_of_range(checked, location, condition, source))


def unknown(checked: Subject, location: Location, source: Source) -> Finding:
    """The error of a property that nobody has."""
    known = {source.prefix + name: count for name, count in checked.cursor.execute(source.names).fetchall()}
    alike = did_you_mean(source.called, known)
    there = f"Known are {', '.join(shown(name) for name in list(known)[:MOST_LISTED])}." if known else ""
    return Finding(
        "error",
        checked.plan.place(location),
        f"{location_text(location)}: {source.missing} has {shown(source.called)}.",
        alike or there or "Nothing of the kind was imported.",
    )


def _wanted(condition: Condition) -> Test:
    """`is_not` names values too: one that nobody has excludes nothing."""
    return "contains" if condition.test == "contains" else "is"


def _fit(checked: Subject, source: Source, condition: Condition) -> int:
    fits = property_sql(condition, source.text, source.number, checked.plan.product.timezone)
    return checked.number(f"SELECT count(*) FROM {source.rows} WHERE {fits}")


def _values(checked: Subject, source: Source) -> dict[str, int]:
    rows = checked.cursor.execute(
        f"SELECT {source.text}, count(*) FROM {source.rows} WHERE {source.text} IS NOT NULL"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_COUNTED}"
    )
    return dict(rows.fetchall())


def _out_of_range(checked: Subject, location: Location, condition: Condition, source: Source) -> tuple[str, str]:
    value = condition.values[0]
    subject = location_text(location)
    if isinstance(value, str):
        low, high = _range(checked, source, source.text)
    else:
        low, high = _range(checked, source, source.number)
        if low is None:
            what = f"{subject} is compared with a number, and no value of it is one."
            return what, f"Values: {listed(_values(checked, source), MOST_LISTED)}."
    return f"No value of {subject} is {WORDS[condition.test]} {value}.", f"Values lie between {low} and {high}."


def _range(checked: Subject, source: Source, column: str) -> tuple[str | None, str | None]:
    low, high = checked.cursor.execute(f"SELECT min({column}), max({column}) FROM {source.rows}").fetchall()[0]
    return (None, None) if low is None else (as_text(low), as_text(high))
