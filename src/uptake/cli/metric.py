"""`uptake metric`: one question, one answer."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import asking, files, screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from uptake.metrics.core.result import Result

EXAMPLES = (
    "uptake metric activation_rate --period month --by account.plan",
    "uptake metric retention --param unit=month --param criterion=on_or_after --from 2026-01-01",
    "uptake metric active_users --entity account --where account.plan=Pro --format csv --out active.csv",
)
Format = Literal["table", "json", "csv", "parquet", "svg", "png"]
BINARY = ("parquet", "png")
ROWS_SHOWN = 50


def metric(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The metric; uptake metrics lists them.", show_default=False)
    ] = None,
    home: Home,
    params: asking.Params,
    entity: asking.Entity = None,
    by: asking.By,
    where: asking.Where,
    segment: asking.Segment,
    properties: asking.Properties = None,
    date_from: asking.DateFrom = None,
    date_to: asking.DateTo = None,
    as_of: asking.AsOf = None,
    period: asking.Period = None,
    top: asking.Top = None,
    compare: Annotated[
        str | None,
        asking.one("WINDOW", "Beside each number that of the previous_period, as long, or the previous_year."),
    ] = None,
    timezone: asking.Timezone = None,
    week_start: asking.WeekStart = None,
    plan_version: asking.PlanVersion = None,
    known_by: asking.KnownBy = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
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
    from uptake.metrics.core import export

    if name is None:
        metrics.show_names()
        raise typer.Exit(2)
    chosen = files.SQL if sql else files.format_of(format_, out, Format)
    files.require_fitting(chosen, out, Format, is_given=sql or format_ is not None)
    if chosen in BINARY and out is None and sys.stdout.isatty():
        raise typer.BadParameter(f"{chosen} is not for terminals: add --out FILE.{chosen}", param_hint="--format")
    given = asking.given(
        params,
        {
            "entity": entity, "by": by, "where": where, "segment": segment, "properties": properties,
            "date_from": date_from, "date_to": date_to, "as_of": as_of, "period": period, "top": top,
            "compare": compare, "timezone": timezone, "week_start": week_start,
            **asking.facts(plan_version, known_by),
        },
    )  # fmt: skip
    with access.reach(home) as workspace:
        result = workspace.metric(name, given)
    for note in result.notes:
        screen.say(f"Note: {note}", screen.errors())
    if chosen == files.SQL:
        files.write(result.sql.encode() + b"\n", out)
    elif chosen == "table":
        _write_table(result, ROWS_SHOWN if limit is None else limit, out)
    else:
        result = replace(result, rows=result.rows[: limit or None])
        files.write(export.FORMATS[chosen](result), out, is_binary=chosen in BINARY)


def _write_table(result: Result, limit: int, out: Path | None) -> None:
    from uptake.cli import answers

    if out is None:
        answers.show(result, limit, screen.out())
        return
    text = io.StringIO()
    answers.show(result, limit, screen.paper(text))
    files.write(text.getvalue().encode(), out)
