"""People: the users or accounts behind one number of an answer.

A question has a table for its answer; a row of it, or a cell, counts entities. They are found in the rows that
the number was made from, so there are as many of them as the number says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from uptake.errors import QuestionError
from uptake.metrics.asking.prepared import Prepared, entity_rows, population, prepare
from uptake.metrics.core.definition import Definition
from uptake.metrics.core.grain import ACCOUNT, USER, Grain
from uptake.metrics.core.metric import Cells, Sql, as_rows, plain
from uptake.metrics.core.names import said_sql
from uptake.metrics.core.notebook import html, text
from uptake.metrics.core.query import executed, shown_sql
from uptake.metrics.core.reading import as_asked
from uptake.metrics.core.result import Column, Side, arrow, units
from uptake.plan import Plan
from uptake.store.kept import Kept
from uptake.store.projection import Cursor

READS = {"date": date.fromisoformat, "integer": int, "number": float, "text": str}
"""Type of a column -> how a value of it is read from text."""
CASTS = {"date": "DATE", "integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR"}


@dataclass(frozen=True)
class Counted:
    """A side of a cell with how many there are.

    Args:
        name: In an address and in Python.
        title: For people.
        count: How many.
    """

    name: str
    title: str
    count: int


@dataclass(frozen=True)
class People:
    """The entities behind a number.

    Args:
        metric: The metric.
        params: The question, complete.
        cell: Which row of its answer.
        side: Which of those that the row counts.
        sides: All sides with their numbers; the numbers are those of the answer's row.
        entity: user, account, or member for users in accounts.
        columns: Names, types and units of the rows' columns.
        rows: One for each: ids, names, the instant that counts for them, and a value where there is one.
        total: How many there are; `rows` may be a part of them.
        as_of: What happened at or after this instant (UTC) was not known.
        plan_version: Hash of the plan's content.
        definition: What the metric means.
        population: Who is counted, in words.
        sql: A query that gives them.
        value_title: What the value is.
    """

    metric: str
    params: dict[str, Any]
    cell: dict[str, Any]
    side: str
    sides: tuple[Counted, ...]
    entity: str
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]
    total: int
    as_of: datetime
    plan_version: str
    definition: Definition
    population: str
    sql: str
    value_title: str = ""

    def __repr__(self) -> str:
        """The first rows as lines of text."""
        return text(self._about, units(self.columns), self.rows)

    def _repr_html_(self) -> str:
        """The first rows as a small table, for notebooks."""
        return html(self._about, units(self.columns), self.rows)

    @property
    def _about(self) -> str:
        side = next(one for one in self.sides if one.name == self.side)
        return f"{self.definition.title}: {side.title}, {self.total:,}. Counted: {self.population}."

    def ids(self, entity: str = "") -> list[str]:
        """The ids of the rows, each once: accounts' if accounts were asked for, else users'.

        Args:
            entity: user or account, where the rows have both.
        """
        name = f"{entity or ('account' if self.entity == 'account' else 'user')}_id"
        return list(dict.fromkeys(row[name] for row in self.rows))

    def to_dict(self) -> dict[str, Any]:
        """The list as plain values, in the shape of the command line's JSON."""
        return {
            "metric": self.metric,
            "params": self.params,
            "cell": self.cell,
            "side": self.side,
            "sides": [{"name": side.name, "title": side.title, "count": side.count} for side in self.sides],
            "total": self.total,
            "as_of": self.as_of.isoformat() + "Z",
            "plan_version": self.plan_version,
            "columns": [{"name": c.name, "type": c.type, "unit": c.unit} for c in self.columns],
            "rows": self.rows,
            "sql": self.sql,
        }

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return arrow(self.columns, self.rows)


def people(
    cursor: Cursor,
    plan: Plan,
    metric: str,
    cell: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    side: str = "",
    sort: str = "name",
    limit: int | None = None,
    offset: int = 0,
    kept: Kept | None = None,
) -> People:
    """Who is behind a number.

    Args:
        cursor: A cursor as `ask` takes it.
        plan: The adoption plan.
        metric: The metric's name.
        cell: Which row of the answer, as `Result.cell_of` says it: period, breakdowns and the like by name.
        given: The question, as `ask` takes it.
        side: Which of those the row counts; the first if empty.
        sort: The column of the rows they are in the order of; a leading minus turns it round.
        limit: How many rows at most; None: all.
        offset: How many are left out before.
        kept: What was read for earlier questions to the same projection.

    Returns:
        The entities of that side; none if the answer has no such row.

    Raises:
        QuestionError: A name or a value is not known, or the metric's numbers are not of entities.
    """
    prepared = prepare(cursor, plan, metric, given, kept)
    cells = prepared.kind.cells(prepared.labels, prepared.asked)
    if cells is None:
        raise QuestionError(f"The numbers of {metric} are not of single users or accounts.")
    chosen = _side(cells, side)
    sql, cell = _cell_rows(prepared, cells, cell)
    columns = _columns(prepared, cells)
    found = replace(sql, select=_select(prepared, cells, chosen, _order(columns, sort)))
    found.values |= {"limit": limit, "offset": offset}
    with executed(prepared.asked, found) as answer:
        rows = as_rows(answer)
    counts = tuple(Counted(one.name, one.title, int(rows[0][f"side_{at}"])) for at, one in enumerate(cells.sides))
    return People(
        metric=metric,
        params=as_asked(prepared.question),
        cell=cell,
        side=chosen.name,
        sides=counts,
        entity=prepared.asked.grain.name,
        columns=columns,
        rows=[{column.name: row[column.name] for column in columns} for row in rows if row["entity_key"] is not None],
        total=next(one.count for one in counts if one.name == chosen.name),
        as_of=prepared.question.as_of,
        plan_version=plan.version,
        definition=prepared.found.definition,
        population=population(prepared.asked),
        sql=prepared.heading + shown_sql(prepared.asked, found),
        value_title=cells.value_title,
    )


def _side(cells: Cells, name: str) -> Side:
    for side in cells.sides:
        if side.name == (name or cells.sides[0].name):
            return side
    raise QuestionError(f"side is '{name}'.", allowed=[side.name for side in cells.sides])


def _cell_rows(prepared: Prepared, cells: Cells, given: Mapping[str, Any]) -> tuple[Sql, dict[str, Any]]:
    """The relation `cell`: the rows of entities that a cell counts; and the cell, its values read."""
    names = [*plain(prepared.labels), *cells.coordinates]
    for key in given:
        if key not in names:
            raise QuestionError(f"The answer has no '{key}' to find a row by.", allowed=names)
    types = {column.name: column.type for column in prepared.columns}
    sql = entity_rows(prepared)
    tests, cell = [], {}
    for place, (key, column) in enumerate(zip(names, [*prepared.labels, *cells.coordinates], strict=True)):
        if given.get(key) is None:
            if key in cells.optional:
                continue
            raise QuestionError(f"Which row is meant is not said: '{key}' is missing.", allowed=names)
        cell[key] = _read(key, given[key], types[key])
        sql.values[f"cell_{place}"] = cell[key]
        tests.append(f"{column}::{CASTS[types[key]]} = $cell_{place}::{CASTS[types[key]]}")
    value = f"({cells.value})" if cells.value else "NULL"
    sides = "".join(f", coalesce({side.holds}, false) AS is_side_{at}" for at, side in enumerate(cells.sides))
    # once: the numbers of the sides and the page of people are of the same rows
    sql.relations["cell"] = f"""SELECT entity_key, anchor_at, {value} AS value{sides}
        FROM ({cells.rows}){f" WHERE {' AND '.join(tests)}" if tests else ""}"""
    return sql, cell


def _read(name: str, value: object, type_: str) -> object:
    if type_ == "date" and isinstance(value, date):
        return value
    try:
        return READS[type_](value if isinstance(value, int | float) else str(value))  # type: ignore[operator]  # as the type is
    except ValueError:
        raise QuestionError(f"{name} is '{value}'.", allowed=[{"date": "a date"}.get(type_, "a number")]) from None


def _columns(prepared: Prepared, cells: Cells) -> tuple[Column, ...]:
    names = {USER.name: ("user",), ACCOUNT.name: ("account",)}.get(prepared.asked.grain.name, ("user", "account"))
    return (
        *(Column(f"{side}_{part}", "text") for side in names for part in ("id", "name")),
        Column("anchor_at", "instant"),
        *((Column("value", "number", cells.value_unit),) if cells.value else ()),
    )


def _order(columns: tuple[Column, ...], sort: str) -> str:
    names = [column.name for column in columns]
    first = names[1]
    wanted = first if sort.removeprefix("-") == "name" else sort.removeprefix("-")
    if wanted not in names:
        raise QuestionError(f"The list cannot be sorted by '{wanted}'.", allowed=names)
    shown = f"lower({wanted})" if wanted.endswith(("_id", "_name")) else wanted
    ids = ", ".join(name for name in names if name.endswith("_id"))
    return f"{shown} {'DESC' if sort.startswith('-') else 'ASC'} NULLS LAST, {ids}, anchor_at"


def _select(prepared: Prepared, cells: Cells, side: Side, order: str) -> str:
    """The numbers of all sides, beside every row of one; a row without an entity where there are none."""
    at = cells.sides.index(side)
    counts = ", ".join(f"count(*) FILTER (is_side_{place}) AS side_{place}" for place in range(len(cells.sides)))
    joins, columns = _names(prepared.asked.grain)
    return f"""SELECT counted.*, found.* FROM (SELECT {counts} FROM cell) counted LEFT JOIN (
        SELECT c.entity_key, c.anchor_at, c.value::DOUBLE AS value, {columns} FROM cell c {joins}
        WHERE is_side_{at} ORDER BY {order} LIMIT $limit OFFSET $offset
    ) found ON true ORDER BY {order}"""


def _names(grain: Grain) -> tuple[str, str]:
    """SQL that joins ids and names to `c.entity_key`, and its columns."""
    keys = {
        USER.name: {"user": "c.entity_key"},
        ACCOUNT.name: {"account": "c.entity_key"},
    }.get(grain.name, {"user": "(c.entity_key & 4294967295)", "account": "(c.entity_key >> 32)"})
    joins = "".join(
        f""" JOIN {side}s {side} ON {side}.{side}_key = {key}
        LEFT JOIN ({said_sql(side)}) {side}_said ON {side}_said.{side}_key = {key}"""
        for side, key in keys.items()
    )
    columns = ", ".join(
        f"{side}.{side}_id, coalesce({side}_said.called, {side}.{side}_id) AS {side}_name" for side in keys
    )
    return joins, columns
