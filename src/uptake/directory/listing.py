"""A page of a long list: what was asked of it, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from uptake.errors import QuestionError
from uptake.facts.selection import property_sql
from uptake.metrics.dimensions import AT_EVENT, IN, find, in_segment, known, membership
from uptake.metrics.grain import MEMBER, grain
from uptake.metrics.labelled import labelled
from uptake.metrics.query import fetch
from uptake.metrics.question import last_day_before, read_as_of
from uptake.metrics.reading import data_until
from uptake.plan import Condition, Conditions, Plan
from uptake.scores import written
from uptake.store.projection import Cursor
from uptake.store.sql import literal, name

MOST_ROWS = 1_000
NO_TOTALS: Mapping[str, str] = MappingProxyType({})
WORDS = frozenset({"name", "account_id", "user_id", "accounts", "owner", "plan", "role", "band"})
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


def page(
    cursor: Cursor,
    plan: Plan,
    ask: Ask,
    *,
    entity: str,
    columns: tuple[str, ...],
    sql: str,
    sort: str,
    values: dict[str, Any],
    totals: Mapping[str, str] = NO_TOTALS,
) -> Page:
    """Runs a list's query with search, filters, order and page applied.

    Args:
        cursor: A cursor of the projection.
        plan: The adoption plan.
        ask: What is asked.
        entity: user or account.
        columns: Columns that may be sorted by.
        sql: The list's query; one row an entity with `{entity}_key`, `{entity}_id` and `name`.
        sort: The order if none is asked for.
        values: Parameters bound in the query.
        totals: What is counted of the rows of all pages: name -> an aggregate over the query's columns.

    Raises:
        QuestionError: A column, an attribute or a segment is not known.
    """
    at, last_day = moment(cursor, plan, ask.as_of)
    order = ask.sort or sort
    if order.removeprefix("-") not in columns:
        raise QuestionError(f"The list cannot be sorted by '{order.removeprefix('-')}'.", allowed=columns)
    tests = [f"($search = '' OR contains(lower(concat_ws(' ', name, {entity}_id)), lower($search)))"]
    tests += _filters(cursor, plan, ask.where, entity, columns)
    tests += [_in_segment(cursor, plan, segment, entity) for segment in ask.segments]
    counted = {"total": "count(*)", **totals}
    result = fetch(
        cursor,
        f"""WITH listed AS ({sql}), fitting AS MATERIALIZED (
            FROM listed WHERE {" AND ".join(tests)}
        ), counted AS (
            SELECT {", ".join(f"{sql} AS total_{number}" for number, sql in enumerate(counted.values()))} FROM fitting
        )
        SELECT * FROM fitting CROSS JOIN counted
        ORDER BY {_order(order)}, lower({entity}_id), {entity}_id LIMIT $limit OFFSET $offset""",
        {
            "as_of": at,
            "last_day": last_day,
            "search": ask.search.strip(),
            "limit": min(ask.limit, MOST_ROWS),
            "offset": ask.offset,
        }
        | values,
    )
    found = {one: result[0][f"total_{number}"] for number, one in enumerate(counted)} if result else {}
    for row in result:
        for number in range(len(counted)):
            del row[f"total_{number}"]
    return Page(result, int(found.get("total", 0)), at, last_day, order, columns, found)


def score_sql(cursor: Cursor, plan: Plan, ask: Ask, entity: str) -> str:
    """SQL for the score of everyone that a list shows, as history has it; see `uptake.scores.written`.

    Raises:
        QuestionError: There is no such score of these entities.
    """
    known = {score.name: score for score in written.of_entity(plan, entity)}
    if ask.score and ask.score not in known:
        raise QuestionError(f"There is no score '{ask.score}' of {entity}s.", allowed=known)
    score = known.get(ask.score) or next(iter(known.values()), None)
    return written.on_day_sql(score, entity, written.last_day(cursor, moment(cursor, plan, ask.as_of)[1]))


def _in_segment(cursor: Cursor, plan: Plan, segment: str, entity: str) -> str:
    """SQL that holds for who is in a segment; a user is in a segment of accounts with one of the accounts."""
    one = membership(known(cursor), plan, segment, AT_EVENT)
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


def _order(order: str) -> str:
    column = order.removeprefix("-")
    sorted_by = f"lower({name(column)})" if column in WORDS else name(column)
    return f"{sorted_by} {'DESC' if order.startswith('-') else 'ASC'} NULLS LAST"


def _filters(cursor: Cursor, plan: Plan, where: Conditions, entity: str, columns: tuple[str, ...]) -> list[str]:
    if not where:
        return []
    attributes = known(cursor)
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
            else f"(SELECT any_value(t.text) FROM {entity}_attribute t WHERE t.{entity}_key = {key}"
            f" AND t.name = {literal(attribute.name)} AND t.valid_from < $as_of AND t.valid_to >= $as_of)"
        )
        tests.append(property_sql(condition, text, f"try_cast({text} AS DOUBLE)", plan.product.timezone))
    return tests
