"""The query that answers a question: put together, run, and written out to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pyarrow as pa

from uptake.metrics.core import periods
from uptake.metrics.core.metric import Asked, Row, Sql, as_rows
from uptake.store.projection import Cursor
from uptake.store.sql import expand, parameters


def compose(asked: Asked, sql: Sql) -> tuple[str, dict[str, Any]]:
    """The whole query and the values of the parameters it uses."""
    question = asked.question
    relations = {**periods.weeks(question, asked.plan), "period": periods.sql(question), **sql.relations}
    text = "WITH " + ", ".join(f"{relation} AS (\n    {body}\n)" for relation, body in relations.items())
    text += f"\n{sql.select}"
    values = {
        "as_of": question.as_of,
        "date_from": question.date_from,
        "date_to": question.date_to,
        "last_day": question.last_day,
        **sql.values,
    }
    taken = parameters(text)
    return text, {key: value for key, value in values.items() if key in taken}


def shown_sql(asked: Asked, sql: Sql) -> str:
    """The query with its parameters written out; where no SQL gives the numbers, the one that reads what they are made of."""
    values = compose(asked, replace(sql, select=sql.reads, relations={}))[1] if sql.reads else {}
    return expand(sql.reads, values) if sql.reads else expand(*compose(asked, sql))


@contextmanager
def executed(asked: Asked, sql: Sql) -> Iterator[Cursor]:
    """The answer to a query while the block lasts, made from the relations that were worked out here, if there are any."""
    of_engine = {name: body for name, body in sql.relations.items() if name not in sql.tables}
    for relation, table in sql.tables.items():
        asked.cursor.register(relation, table())
    try:
        yield asked.cursor.execute(*compose(asked, replace(sql, relations=of_engine)))
    finally:
        for relation in sql.tables:
            asked.cursor.unregister(relation)


def kept(asked: Asked, sql: str) -> pa.Table:
    """The rows of a relation on which nothing bears but the data and the time zone: read now, or kept from before.

    Args:
        asked: The question.
        sql: SELECT without parameters.
    """
    key = ("relation", asked.question.timezone, sql)
    return asked.kept.get(asked.cursor, key, lambda: asked.cursor.execute(sql).to_arrow_table())


def fetch(cursor: Cursor, sql: str, values: dict[str, Any]) -> list[Row]:
    """The rows of a query as dicts."""
    return as_rows(cursor.execute(sql, values))
