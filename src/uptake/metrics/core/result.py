"""What a metric answers: rows with n and interval, and everything needed to check them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uptake.metrics.core.columnar import ROWS, Columnar, Rows, columnar
from uptake.metrics.core.definition import Definition
from uptake.metrics.core.notebook import html, text

if TYPE_CHECKING:
    import altair
    import pandas as pd

ARROW = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
    "text": pa.string(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """One column of an answer.

    Args:
        name: Its name.
        type: integer, number, date, instant, text or boolean.
        unit: share (0 to 1), share_difference (-1 to 1, told in percentage points), seconds, count, days, per_week,
            currency, or empty.
    """

    name: str
    type: str
    unit: str = ""


def unit_of_difference(unit: str) -> str:
    """The unit of a difference of two numbers of a unit."""
    return "share_difference" if unit == "share" else unit


@dataclass(frozen=True)
class Side:
    """Some of the entities of a cell: those who came back, those who did not.

    Args:
        name: In an address and in Python.
        title: For people.
        holds: SQL that holds for them, over the rows of `Cells`.
        column: The number of the answer's row that counts them.
        less: A number of the row to be taken off it, where they are what remains.
    """

    name: str
    title: str
    holds: str
    column: str
    less: str = ""

    def count(self, row: Mapping[str, Any]) -> int:
        """How many they are, by the answer's row."""
        return int(row[self.column]) - (int(row[self.less]) if self.less else 0)


@dataclass(frozen=True)
class Result:
    """The answer to one question.

    Args:
        name: The metric.
        kind: The kind of metric; says which columns the rows have.
        unit: Unit of the estimate.
        params: Everything that was asked, complete; asking again with it gives the same answer.
        as_of: What happened at or after this instant (UTC) was not known.
        plan_version: Hash of the plan's content.
        definition: What the metric means.
        population: Who was counted, in words.
        columns: Names, types and units of the rows' columns.
        rows: The answer. Very many rows are kept as columns, and made when they are first looked at.
        sql: A query that gives the same numbers when it is run on the projection.
        by: Columns of the rows that the answer is broken down by.
        notes: What a reader should know that the rows cannot say.
        currency: ISO 4217 code of amounts; empty where nobody named one.
        cell: Columns that say which entities a row counts, as `people` takes them.
        sides: What these may be told apart by; empty where the numbers are not of entities.
        has_whole_sql: Whether the query gives the numbers; if not, it gives the events they were worked out from.
    """

    name: str
    kind: str
    unit: str
    params: dict[str, Any]
    as_of: datetime
    plan_version: str
    definition: Definition
    population: str
    columns: tuple[Column, ...]
    rows: Rows = ROWS
    sql: str = ""
    by: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = ()
    currency: str = ""
    cell: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    has_whole_sql: bool = True

    def cell_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Which cell a row is: what `people` takes to give the entities behind it."""
        return {name: row[name] for name in self.cell if row.get(name) is not None}

    @property
    def title(self) -> str:
        """The metric's name for people."""
        return self.definition.title

    @property
    def _has_amounts(self) -> bool:
        return bool(self.currency) and any(column.unit == "currency" for column in self.columns)

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table, with units in the fields' metadata."""
        held = columnar(self)
        return arrow(self.columns, self.rows if held is None else held, self.currency)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    @property
    def cohort_period(self) -> str:
        """For retention the period that its cohorts started in; empty for other kinds."""
        if self.kind != "retention":
            return ""
        unit = str(self.params["unit"])
        return str(self.params.get("period") or ("day" if unit == "hour" else unit))

    def chart_spec(self, *, dark: bool = False, reference: dict[str, Any] | None = None) -> dict[str, Any]:
        """The rows as a Vega-Lite specification."""
        from uptake import charts  # charts are drawn seldom and cost a second to import elsewhere

        return charts.for_result(
            self.kind, self.rows, self.title, self.population, self.unit, reference=reference, dark=dark, by=self.by,
            period=str(self.params["unit"]) if self.kind == "retention" else "",
            cohort_period=self.cohort_period, currency=self.currency,
        )  # fmt: skip

    def chart(self) -> altair.Chart:
        """The rows as an Altair chart, which shows itself in a notebook."""
        import altair  # only notebooks need it, and it takes its time to import

        return altair.Chart.from_dict(self.chart_spec())

    def __repr__(self) -> str:
        """The first rows as lines of text."""
        return text(self._about, units(self.columns), self.rows, self.notes)

    def _repr_html_(self) -> str:
        """The first rows as a small table, for notebooks."""
        return html(self._about, units(self.columns), self.rows, self.notes)

    @property
    def _about(self) -> str:
        from uptake.charts import dates

        return f"{self.title}. Counted: {self.population}. As of {dates.instant(self.as_of)} UTC."

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values, in the shape of the command line's JSON."""
        return {
            "metric": self.name,
            "params": self.params,
            "as_of": self.as_of.isoformat() + "Z",
            "plan_version": self.plan_version,
            **({"currency": self.currency} if self._has_amounts else {}),
            "columns": [{"name": c.name, "type": c.type, "unit": c.unit} for c in self.columns],
            "rows": self.rows,
            "sql": self.sql,
        }


def units(columns: Sequence[Column]) -> dict[str, str]:
    """How the values of columns are written, by name."""
    of_others = {"date": "date"}
    return {
        column.name: column.unit if column.type in ("integer", "number") else of_others.get(column.type, "text")
        for column in columns
    }


def arrow(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]] | Columnar, currency: str = "") -> pa.Table:
    """Rows as an Arrow table, with units in the fields' metadata; that of amounts is `currency:EUR`."""

    def metadata(column: Column) -> dict[str, str] | None:
        is_named = column.unit == "currency" and currency
        return {"unit": f"currency:{currency}" if is_named else column.unit} if column.unit else None

    schema = pa.schema([pa.field(column.name, ARROW[column.type], metadata=metadata(column)) for column in columns])
    if isinstance(rows, Columnar):
        return rows.table(schema)
    return pa.Table.from_pylist([{column.name: row.get(column.name) for column in columns} for row in rows], schema)
