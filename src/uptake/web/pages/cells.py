"""From the numbers of an answer to the people behind them: what the cells of tables and the marks of charts lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from uptake.metrics.core.result import Result
from uptake.metrics.kinds.compared import SIDES
from uptake.web import links

Row = dict[str, Any]
LINK = "people_of_"
"""Begins the name of the column that holds the address behind another column's number."""


def address(result: Result, pairs: Iterable[tuple[str, Any]]) -> str:
    """Where the people of an answer are, up to the cell; empty if its numbers are not of people."""
    return links.people(result.name, pairs) if result.sides else ""


def linked(result: Result, rows: list[Row], pairs: Iterable[tuple[str, Any]]) -> list[Row]:
    """Rows with the address behind each of their numbers that counts somebody."""
    base = address(result, pairs)
    sides = [side for side in result.sides if not side.less]
    return [
        row
        | {
            f"{LINK}{side.column}": base + links.cell(result.cell_of(row), side.name)
            for side in sides
            if row[side.column]
        }
        for row in rows
    ]


def marked(result: Result, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows for a chart, each with its cell, which a mark of the chart leads to; of two groups also `cell_` of either."""
    if not result.sides:
        return [dict(row) for row in rows]
    either = [(f"cell_{group}", side) for group in SIDES if (side := _first_of(result, group))]
    return [
        {**row, "cell": links.cell(cell), **{name: links.cell(cell, side) for name, side in either}}
        for row in rows
        for cell in (result.cell_of(row),)
    ]


def _first_of(result: Result, group: str) -> str:
    """The first side that is of one of two groups that are held against each other; empty where there are none."""
    return next((side.name for side in result.sides if side.name.endswith(f"_{group}")), "")
