"""A page of a long list: what was asked of it, and what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from uptake.errors import QuestionError
from uptake.facts.selection import property_sql
from uptake.metrics.core.dimensions import AT_EVENT, IN, find, in_segment, membership
from uptake.metrics.core.grain import MEMBER, grain
from uptake.metrics.core.query import fetch
from uptake.metrics.core.question import last_day_before, read_as_of
from uptake.metrics.core.reading import data_until
from uptake.metrics.parts.attributes import in_bands, known, names_bands
from uptake.metrics.parts.labelled import labelled
from uptake.plan import Condition, Conditions, Plan
from uptake.scores import written
from uptake.store.projection import Cursor
from uptake.store.sql import literal, name

MOST_ROWS = 1_000
"""Rows of a page at most; `whole` has all."""
BANDS = ("poor", "average", "good")
WORDS = frozenset({"name", "account_id", "user_id", "accounts", "owner", "plan", "role"})
"""Columns of text; sorted whatever its case, as people look things up."""


@dataclass(frozen=True)
class Ask:
    """What is asked of a list.

    Args:
        search: Text that the id or the name holds, in any case.
        where: Conditions on attributes as they were at `as_of`.
        segments: Segments of the plan, all of which somebody has to be in at `as_of`.
        sort: A column; a leading minus sorts downwards.
        limit: Rows of a page.
        offset: Rows before it.
        as_of: A date or an instant; None: the end of the data.
        score: The score that the list shows; the plan's first of these entities, if empty.
    """

    search: str = ""
    where: Conditions = ()
    segments: tuple[str, ...] = ()
    sort: str = ""
    limit: int = 50
    offset: int = 0
    as_of: object = None
    score: str = ""


@dataclass(frozen=True)
class Page:
    """What came back.

    Args:
        rows: The rows of this page.
        total: Rows of all pages.
        as_of: The instant everything is told for, UTC.
        last_day: The last local day that was over then.
        sort: The order they are in.
        columns: Columns it can be sorted by.
        totals: `total` and what else was counted of the rows of all pages; empty where there are none.
    """

    rows: list[dict[str, Any]]
    total: int
    as_of: datetime
    last_day: date
    sort: str = ""
    columns: tuple[str, ...] = ()
    totals: dict[str, Any] = field(default_factory=dict)


def moment(cursor: Cursor, plan: Plan, as_of: object) -> tuple[datetime, date]:
    """The instant a page is told for and the last local day that was over then."""
    at = read_as_of(as_of, plan.product.timezone) or data_until(cursor, plan.product.timezone)
    return at, last_day_before(at, plan.product.timezone)


@dataclass(frozen=True)
class List:
    """A list: its query and what can be asked of it.

    Args:
        entity: user or account.
        columns: Columns that may be sorted and filtered by; a file has them all.
        sql: The query; one row an entity with `{entity}_key`, `{entity}_id` and `name`.
        sort: The order if none is asked for.
        values: Parameters bound in the query.
        totals: What is counted of the rows of all pages: name -> an aggregate over the query's columns.
        orders: Column -> its values in an order of their own, where the alphabet says nothing.
        sorts: Orders that have a name and are of no one column: name -> SQL.
        tables: Tables that the query reads beside those of the projection, by name.
    """

    entity: str
    columns: tuple[str, ...]
    sql: str
    sort: str
    values: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


def page(cursor: Cursor, plan: Plan, ask: Ask, listed: List) -> Page:
    """A page of a list, with search, filters and order applied.

    Raises:
        QuestionError: A column, an attribute or a segment is not known.
    """
    at, last_day = moment(cursor, plan, ask.as_of)
    order = ask.sort or listed.sort
    counted = {"total": "count(*)", **listed.totals}
    sql = f"""{_fitting(cursor, plan, ask, listed)}, counted AS (
            SELECT {", ".join(f"{sql} AS total_{number}" for number, sql in enumerate(counted.values()))} FROM fitting
        )
        SELECT * FROM fitting CROSS JOIN counted ORDER BY {_order(order, listed)} LIMIT $limit OFFSET $offset"""
    with beside(cursor, listed.tables):
        result = fetch(
            cursor, sql, _values(ask, listed, at, last_day) | {"limit": min(ask.limit, MOST_ROWS), "offset": ask.offset}
        )
    found = {one: result[0][f"total_{number}"] for number, one in enumerate(counted)} if result else {}
    for row in result:
        for number in range(len(counted)):
            del row[f"total_{number}"]
    return Page(result, int(found.get("total", 0)), at, last_day, order, listed.columns, found)


def whole(cursor: Cursor, plan: Plan, ask: Ask, listed: List) -> pa.Table:
    """All that fit, in their order, as an Arrow table with the list's columns: what files are made of.

    Raises:
        QuestionError: As for `page`.
    """
    at, last_day = moment(cursor, plan, ask.as_of)
    sql = f"""{_fitting(cursor, plan, ask, listed)}
        SELECT {", ".join(name(column) for column in listed.columns)} FROM fitting
        ORDER BY {_order(ask.sort or listed.sort, listed)}"""
    with beside(cursor, listed.tables):
        return cursor.execute(sql, _values(ask, listed, at, last_day)).to_arrow_table()


def _fitting(cursor: Cursor, plan: Plan, ask: Ask, listed: List) -> str:
    """The beginning of a query: everyone who fits what is asked, as `fitting`."""
    tests = [f"($search = '' OR contains(lower(concat_ws(' ', name, {listed.entity}_id)), lower($search)))"]
    tests += _filters(cursor, plan, ask.where, listed.entity, listed.columns)
    tests += [_in_segment(cursor, plan, segment, listed.entity) for segment in ask.segments]
    return f"""WITH listed AS ({listed.sql}), fitting AS MATERIALIZED (
            FROM listed WHERE {" AND ".join(tests)}
        )"""


def _values(ask: Ask, listed: List, at: datetime, last_day: date) -> dict[str, Any]:
    return {"as_of": at, "last_day": last_day, "search": ask.search.strip(), **listed.values}


@contextmanager
def beside(cursor: Cursor, tables: Mapping[str, pa.Table]) -> Iterator[None]:
    """Lets queries read tables beside those of the projection, by name, while the block lasts."""
    try:
        for called, table in tables.items():
            cursor.register(called, table)
        yield
    finally:
        for called in tables:
            cursor.unregister(called)


def key_of(cursor: Cursor, account_id: str) -> str:
    """SQL for the number of an account; its rows are found by it as they are read, which a subquery would not do."""
    found = cursor.execute("SELECT account_key FROM accounts WHERE account_id = ?", [account_id]).fetchone()
    return literal(found[0]) if found else "NULL::INTEGER"


def score_sql(cursor: Cursor, plan: Plan, ask: Ask, entity: str, only: str = "true") -> str:
    """SQL for the score that a list shows, of everyone or only some, as history has it; see `uptake.scores.written`.

    Raises:
        QuestionError: There is no such score of these entities.
    """
    known = {score.name: score for score in written.of_entity(plan, entity)}
    if ask.score and ask.score not in known:
        raise QuestionError(f"There is no score '{ask.score}' of {entity}s.", allowed=known)
    score = known.get(ask.score) or next(iter(known.values()), None)
    return written.on_day_sql(score, entity, written.last_day(cursor, moment(cursor, plan, ask.as_of)[1]), only)


def _in_segment(cursor: Cursor, plan: Plan, segment: str, entity: str) -> str:
    """SQL that holds for who is in a segment; a user is in a segment of accounts with one of the accounts."""
    one = membership(known(cursor, plan), plan, segment, AT_EVENT)
    if entity == "account" and one.entity == "user":
        raise QuestionError(
            f"A list of accounts cannot be filtered by '{segment}', a segment of users.",
            allowed=[name for name, other in plan.segments.items() if other.entity == entity],
        )
    whose = grain(entity) if one.entity == entity else MEMBER
    everyone = f"""(SELECT {whose.key} AS entity_key, $as_of - INTERVAL 1 MICROSECOND AS anchor_at
        FROM {f"{entity}s" if one.entity == entity else "membership"}
        {"" if one.entity == entity else "WHERE valid_from < $as_of AND valid_to >= $as_of"})"""
    condition = in_segment(Condition(property=one.label, test="is", values=(IN,)))
    within = labelled(whose, [], [(one, condition)], plan.product.timezone, rows=everyone)
    key = "entity_key & 4294967295" if whose is MEMBER else "entity_key"
    return f"listed.{entity}_key IN (SELECT {key} FROM ({within}))"


def _order(order: str, listed: List) -> str:
    """SQL for an order.

    Raises:
        QuestionError: There is no such column.
    """
    if order in listed.sorts:
        return f"{listed.sorts[order]}, lower({listed.entity}_id), {listed.entity}_id"
    column = order.removeprefix("-")
    if column not in listed.columns:
        raise QuestionError(f"The list cannot be sorted by '{column}'.", allowed=listed.columns)
    sorted_by = f"lower({name(column)})" if column in WORDS else name(column)
    if column in listed.orders:
        sorted_by = f"list_position({literal(listed.orders[column])}, {name(column)})"
    return (
        f"{sorted_by} {'DESC' if order.startswith('-') else 'ASC'} NULLS LAST, lower({listed.entity}_id),"
        f" {listed.entity}_id"
    )


def _filters(cursor: Cursor, plan: Plan, where: Conditions, entity: str, columns: tuple[str, ...]) -> list[str]:
    if not where:
        return []
    attributes = known(cursor, plan)
    tests = []
    for condition in where:
        if condition.property in columns:  # what the list shows; an attribute of that name is asked for with its entity
            shown = f"listed.{name(condition.property)}"
            tests.append(
                property_sql(condition, f"{shown}::VARCHAR", f"try_cast({shown} AS DOUBLE)", plan.product.timezone)
            )
            continue
        attribute = find(attributes, condition.property, entity)
        if attribute.entity != entity:
            raise QuestionError(
                f"A list of {entity}s cannot be filtered by {attribute.label}.",
                allowed=[a.label for a in attributes if a.entity == entity],
            )
        key = f"listed.{entity}_key"
        text = (
            f"listed.{entity}_id"
            if attribute.name == "id"
            else f"(SELECT any_value(t.text) FROM {attribute.table} t WHERE t.{entity}_key = {key}"
            f" AND t.name = {literal(attribute.name)} AND t.valid_from < $as_of AND t.valid_to >= $as_of)"
        )
        number = f"try_cast({text} AS DOUBLE)"
        if attribute.bands and names_bands(attribute.bands, condition):
            text = in_bands(attribute.bands, text, number)
        tests.append(property_sql(condition, text, number, plan.product.timezone))
    return tests
