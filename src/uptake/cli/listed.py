"""Lists of users and accounts in the terminal: a table for people, JSON and CSV for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from uptake.cli import asking, files, screen

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.metrics.asking.listed import Listed
    from uptake.metrics.core.result import Column

ROWS_SHOWN = 50
ListFormat = Literal["table", "json", "csv"]
Format = Annotated[
    ListFormat | None,
    typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
]
Out = Annotated[Path | None, asking.one("FILE", "Write to a file.", "--out")]
Limit = Annotated[
    int | None,
    typer.Option(
        min=0, help=f"At most so many rows, 0 for all; {ROWS_SHOWN} in a table, else all.", show_default=False
    ),
]


def show(
    home: Path,
    name: str,
    given: Mapping[str, Any],
    shown: Sequence[str],
    nothing: str,
    *,
    format_: ListFormat | None,
    out: Path | None,
    limit: int | None,
) -> None:
    """Asks a workspace for a list and prints it.

    Args:
        home: Its home directory.
        name: The list.
        given: What is asked; what says nothing is left out.
        shown: The columns of a table; files have all.
        nothing: What is said where the list is empty.
        format_: How to answer.
        out: The file to write to.
        limit: At most so many rows.
    """
    from uptake.cli import access

    chosen = files.format_of(format_, out, ListFormat)
    files.require_fitting(chosen, out, ListFormat, is_given=format_ is not None)
    with access.reach(home) as workspace:
        found = workspace.listed(name, {key: value for key, value in given.items() if value not in (None, "")})
    if chosen == "table":
        limit = ROWS_SHOWN if limit is None else limit
    part = replace(found, rows=found.rows[: limit or None])
    files.write_answer(part, chosen, out, lambda console: _print(found, part, shown, nothing, console))


def _print(found: Listed, part: Listed, shown: Sequence[str], nothing: str, console: Console) -> None:
    screen.say(f"{found.title}\n", console, "bold")
    columns = [column for name in shown for column in found.columns if column.name == name]
    if part.rows:
        rows = [[_said(column, row[column.name]) for column in columns] for row in part.rows]
        numbers = [number for number, column in enumerate(columns) if column.type in ("number", "integer")]
        console.print(screen.table([column.name for column in columns], rows, numbers, console.width))
    else:
        screen.say(nothing, console)
    if len(part.rows) < len(found.rows):
        screen.say(f"... and {len(found.rows) - len(part.rows):,} more: --limit 0 shows all.", console)
    for note in found.notes:
        screen.say(f"\n{note}", console)


def _said(column: Column, value: Any) -> str:  # noqa: ANN401 - cells are of any type
    from uptake.charts import words

    if value is None:
        return ""
    if column.type in ("number", "integer"):
        return words.value(value, column.unit or "count")
    return value.isoformat() if column.type == "date" else str(value)
