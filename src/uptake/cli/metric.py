"""`uptake metric`: one question, one answer."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from uptake.cli import options, screen
from uptake.cli.options import Home
from uptake.errors import UptakeError

if TYPE_CHECKING:
    from uptake.metrics.result import Result

EXAMPLES = (
    "uptake metric activation_rate --period month --by account.plan",
    "uptake metric retention --param unit=month --param criterion=on_or_after --from 2026-01-01",
    "uptake metric active_users --entity account --where account.plan=Pro --format csv --out active.csv",
)
Format = Literal["table", "json", "csv", "parquet", "svg", "png"]
BINARY = ("parquet", "png")
SQL = "sql"
ENDINGS = {"table": ("txt",), SQL: (SQL, "txt")}
"""Endings of files that are not called like their format."""
ROWS_SHOWN = 50


def _one(metavar: str, about: str, *names: str) -> Any:  # noqa: ANN401 - Typer's own
    return typer.Option(*names, metavar=metavar, help=about, show_default=False)


def _many(metavar: str, about: str, *names: str) -> Any:  # noqa: ANN401 - as above
    return typer.Option(*names, metavar=metavar, help=f"{about}; repeatable.", default_factory=list, show_default=False)


def metric(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The metric; uptake metrics lists them.", show_default=False)
    ] = None,
    home: Home,
    params: Annotated[list[str], _many("NAME=VALUE", "A parameter of the metric, unit=week", "--param")],
    entity: Annotated[str | None, _one("ENTITY", "user, account or member; user if not given.")] = None,
    by: Annotated[list[str], _many("PROPERTY", "Break down, account.plan")],
    where: Annotated[list[str], _many("CONDITION", "Only these, account.plan=Pro or seats>=10")],
    segment: Annotated[list[str], _many("NAME", "Only those in a segment of the plan", "--segment")],
    properties: Annotated[
        str | None,
        _one("WHEN", "Properties as they were at_event, as they are now (most_recent), or as they were at any_time."),
    ] = None,
    date_from: Annotated[str | None, _one("DATE", "First day, 2026-01-01.", "--from")] = None,
    date_to: Annotated[str | None, _one("DATE", "Last day.", "--to")] = None,
    as_of: Annotated[str | None, _one("DATE", "What was known after that day; the data's last if not given.")] = None,
    period: Annotated[str | None, _one("PERIOD", "A number for each day, week, month or quarter.")] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Groups that stay apart, the largest; others are one.", show_default=False)
    ] = None,
    compare: Annotated[
        str | None, _one("WINDOW", "Beside each number that of the previous_period, as long, or the previous_year.")
    ] = None,
    timezone: Annotated[str | None, _one("ZONE", "Where days begin, Europe/Berlin; the plan's if not given.")] = None,
    week_start: Annotated[
        str | None, _one("DAY", "Weeks begin on monday, sunday or saturday; the plan's if not given.")
    ] = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, _one("FILE", "Write to a file.")] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL that gives the numbers, instead of them.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help=f"At most so many rows, 0 for all; {ROWS_SHOWN} in a table, else all.", show_default=False
        ),
    ] = None,
) -> None:
    """Answers one question about the workspace, with n and interval beside every number."""
    from uptake.cli import access, metrics
    from uptake.metrics import export

    if name is None:
        metrics.show_names()
        raise typer.Exit(2)
    chosen = SQL if sql else _format(format_, out)
    _require_fitting(chosen, out, is_given=sql or format_ is not None)
    if chosen in BINARY and out is None and sys.stdout.isatty():
        raise typer.BadParameter(f"{chosen} is not for terminals: add --out FILE.{chosen}", param_hint="--format")
    given: dict[str, Any] = options.pairs(params, "--param") | {
        key: value
        for key, value in {
            "entity": entity,
            "by": by,
            "where": where,
            "segment": segment,
            "properties": properties,
            "date_from": date_from,
            "date_to": date_to,
            "as_of": as_of,
            "period": period,
            "top": top,
            "compare": compare,
            "timezone": timezone,
            "week_start": week_start,
        }.items()
        if value
    }
    with access.reach(home) as workspace:
        result = workspace.metric(name, given)
    for note in result.notes:
        screen.say(f"Note: {note}", screen.errors())
    if chosen == SQL:
        _write(result.sql.encode() + b"\n", out)
    elif chosen == "table":
        _write_table(result, ROWS_SHOWN if limit is None else limit, out)
    else:
        result = replace(result, rows=result.rows[: limit or None])
        _write(export.FORMATS[chosen](result), out, is_binary=chosen in BINARY)


def _format(given: Format | None, out: Path | None) -> str:
    ending = _ending(out)
    return given or (ending if ending in get_args(Format) else "table")


def _require_fitting(chosen: str, out: Path | None, *, is_given: bool) -> None:
    """Refuses a file whose name says that it holds something else.

    Raises:
        BadParameter: It does.
    """
    formats = (chosen,) if is_given else get_args(Format)
    allowed = [ending for name in formats for ending in ENDINGS.get(name, (name,))]
    if out is not None and (ending := _ending(out)) and ending not in allowed:
        listed = ", ".join(f".{name}" for name in allowed)
        raise typer.BadParameter(
            f"{out.name} ends in '.{ending}'. Allowed: {listed}, or no ending.", param_hint="--out"
        )


def _ending(out: Path | None) -> str:
    return out.suffix.removeprefix(".").lower() if out else ""


def _write_table(result: Result, limit: int, out: Path | None) -> None:
    from uptake.cli import answers

    if out is None:
        answers.show(result, limit, screen.out())
        return
    text = io.StringIO()
    answers.show(result, limit, screen.paper(text))
    _write(text.getvalue().encode(), out)


def _write(data: bytes, out: Path | None, *, is_binary: bool = False) -> None:
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
