"""Answers as files: which format is meant, whether a file's name fits it, and the writing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import typer

from uptake.cli import screen
from uptake.errors import UptakeError

if TYPE_CHECKING:
    from rich.console import Console

SQL = "sql"
ENDINGS = {"table": ("txt",), SQL: (SQL, "txt")}
"""Endings of files that are not called like their format."""


def format_of(given: str | None, out: Path | None, formats: Any) -> str:  # noqa: ANN401 - a Literal of formats
    """The format that was asked for, else that of the file's ending, else a table."""
    ending = _ending(out)
    return given or (ending if ending in get_args(formats) else "table")


def require_fitting(chosen: str, out: Path | None, formats: Any, *, is_given: bool) -> None:  # noqa: ANN401 - as above
    """Refuses a file whose name says that it holds something else.

    Raises:
        BadParameter: It does.
    """
    names = (chosen,) if is_given else get_args(formats)
    allowed = [ending for name in names for ending in ENDINGS.get(name, (name,))]
    if out is not None and (ending := _ending(out)) and ending not in allowed:
        listed = ", ".join(f".{name}" for name in allowed)
        raise typer.BadParameter(
            f"{out.name} ends in '.{ending}'. Allowed: {listed}, or no ending.", param_hint="--out"
        )


def write(data: bytes, out: Path | None, *, is_binary: bool = False) -> None:
    """Writes to a file, or to the terminal.

    Raises:
        UptakeError: The file cannot be written.
    """
    if out is not None:
        try:
            out.write_bytes(data)
        except OSError as error:
            raise UptakeError(
                f"{out} cannot be written: {error.strerror}.", do="Name another file with --out."
            ) from None
    elif is_binary:
        typer.echo(data, nl=False)
    else:
        screen.pour(data.decode())


def write_answer(
    found: Any,  # noqa: ANN401 - whatever has columns and rows
    chosen: str,
    out: Path | None,
    show: Callable[[Console], None],
) -> None:
    """Writes an answer as JSON or CSV, or lets it be shown as a table, in the terminal or in a file.

    Args:
        found: The answer, which has columns and rows.
        chosen: json, csv or table.
        out: The file; None: the terminal.
        show: Prints the table.

    Raises:
        UptakeError: The file cannot be written.
    """
    from uptake.metrics.core import export

    if chosen == "json":
        write(export.json_text(found).encode(), out)
    elif chosen == "csv":
        write(export.csv_text(found).encode(), out)
    elif out is None:
        show(screen.out())
    else:
        text = io.StringIO()
        show(screen.paper(text))
        write(text.getvalue().encode(), out)


def _ending(out: Path | None) -> str:
    return out.suffix.removeprefix(".").lower() if out else ""
