"""A result on the terminal: the number in a sentence, the table, how to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from uptake.charts import dates, words
from uptake.cli import screen, triangle
from uptake.metrics.core.result import Column, Result
from uptake.web import formats

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, Any]
LOWER, UPPER = "ci_lower", "ci_upper"
INTERVAL = "95 % interval"
LISTS = ("ledger", "churned_list", "stuck", "signals")
"""Kinds that list accounts, users or signals: no row of them stands for the answer."""
LEFT_OUT = {"features": {"feature", "n", "estimate", LOWER, UPPER, "tried_ci_lower", "retained_ci_lower"}}
"""Kind -> columns that say again what others say, or would make the table wider than a terminal."""


def show(result: Result, limit: int, console: Console) -> None:
    """Prints a result.

    Args:
        result: The result.
        limit: At most so many rows; 0 is all.
        console: Where to.
    """
    screen.say(f"{headline(result)}\n", console, "bold")
    if not result.rows:
        screen.say("There is nothing to count: no one fits the question. Widen --from, --to or --where.", console)
    elif result.kind == "retention":
        heads, lines = triangle.unfold(result)
        _print(console, heads, lines, limit, range(len(result.by) + 1, len(heads)))
        screen.say(f"\nColumns: {result.params['unit']}s after the start; open: not over yet.", console)
    else:
        shown = _shown(result)
        heads = [_head(result, column) for column in shown]
        right = [number for number, column in enumerate(shown) if column.type in ("integer", "number")]
        _print(console, heads, [[_cell(result, column, row) for column in shown] for row in result.rows], limit, right)
    screen.say(f"\n{result.definition.purpose}", console)
    screen.say(f"Counted: {result.population}. As of {dates.instant(result.as_of)} UTC.", console)
    screen.say(f"How it is computed: uptake metrics {result.name}, or add --sql.", console)


def headline(result: Result) -> str:
    """The answer in one sentence where it is one number, else the metric's title."""
    row = _row_of_the_headline(result)
    if row is None:
        return result.title
    about = result.title
    if row.get("period_on") is not None:
        about += f", {dates.period(row['period_on'], str(result.params['period']))}"
    elif result.kind == "retention":
        units = words.in_units(row["first_unit"], row["last_unit"], str(result.params["unit"]))
        about += f", {units}, mean of all cohorts"
    if result.kind == "ratio":
        about += f", mean of {words.days(row['days'])}"
    return formats.headline(about + ": {value}", row, result.unit, name=about, currency=result.currency)


def _row_of_the_headline(result: Result) -> Row | None:
    if result.by or result.kind in ("features", "power", *LISTS):
        return None
    rows = result.rows
    if result.kind == "retention":
        rows = [row for row in rows if row["row"] == "weighted" and row["unit_index"] == 1]
    elif any("period_on" in row for row in rows):
        rows = [row for row in rows if row.get("status") == "closed"][-1:]
    return rows[0] if len(rows) == 1 and "at_s" not in rows[0] else None


def _print(console: Console, heads: list[str], rows: list[list[str]], limit: int, numbers: Sequence[int]) -> None:
    printed = rows[: limit or None]
    room = screen.fitting(heads, printed, numbers, console.width)
    console.print(screen.table(heads[:room], [row[:room] for row in printed], numbers, console.width))
    if len(rows) > len(printed):
        screen.say(f"... and {len(rows) - len(printed):,} more rows: --limit 0 shows all.", console)
    if heads[room:]:
        screen.say(f"No room for: {', '.join(heads[room:])}. Widen the terminal, or use --format csv.", console)


def _shown(result: Result) -> list[Column]:
    """The columns of the table: an interval is one, and the status has its own only beside a number."""
    hidden = LEFT_OUT.get(result.kind, set()) | {
        column.name for column in result.columns if column.name.endswith(UPPER)
    }
    if not any(row.get("status") != "closed" and row.get("estimate") is not None for row in result.rows):
        hidden.add("status")
    return [column for column in result.columns if column.name not in hidden]


def _head(result: Result, column: Column) -> str:
    if column.name == "period_on":
        return str(result.params["period"])
    if column.name.endswith(LOWER):
        return f"{column.name.removesuffix(LOWER)}{INTERVAL}".replace("_", " ")
    if column.name == "estimate":
        return "median" if result.kind == "duration" and column.unit == "seconds" else result.title
    return column.name if column.name in result.by else column.name.replace("_", " ")


def _cell(result: Result, column: Column, row: Row) -> str:
    value = row.get(column.name)
    if column.name == "period_on":
        return dates.period(value, str(result.params["period"]))
    if column.name.endswith(LOWER):
        upper = row.get(column.name.removesuffix(LOWER) + UPPER)
        return (
            words.interval(value, upper, column.unit, currency=result.currency)
            if value is not None or upper is not None
            else ""
        )
    if column.name == "estimate" and "status" in row:
        return formats.estimate(row, column.unit, currency=result.currency)
    if column.name == "status":
        return words.status(value, row.get("n")) or "closed"
    unit = column.type if column.type in ("text", "date") else column.unit
    return words.value(value, unit, currency=result.currency)
