"""`uptake people`: who is behind a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from uptake.cli import asking, files, metrics, options, screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.metrics.asking.people import People

EXAMPLES = (
    "uptake people activation_rate --period month --cell period_on=2026-03-01 --side did_not",
    "uptake people retention --param unit=month --cell unit_index=1 --side away --format csv",
)
Format = Literal["table", "json", "csv"]
ROWS_SHOWN = 50


def people(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The metric; uptake metrics lists them.", show_default=False)
    ] = None,
    home: Home,
    cell: Annotated[
        list[str],
        asking.many("NAME=VALUE", "Which row of the answer, period_on=2026-03-01 or account.plan=Pro", "--cell"),
    ],
    side: Annotated[str | None, asking.one("SIDE", "Which of those the row counts; the first if not given.")] = None,
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
    timezone: asking.Timezone = None,
    week_start: asking.WeekStart = None,
    plan_version: asking.PlanVersion = None,
    known_by: asking.KnownBy = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help=f"At most so many rows, 0 for all; {ROWS_SHOWN} in a table, else all.", show_default=False
        ),
    ] = None,
) -> None:
    """Lists the users or accounts behind a number of uptake metric: the same question, and which row of its answer."""
    from uptake.cli import access

    if name is None:
        metrics.show_names()
        raise typer.Exit(2)
    chosen = files.format_of(format_, out, Format)
    files.require_fitting(chosen, out, Format, is_given=format_ is not None)
    given = asking.given(
        params,
        {
            "entity": entity, "by": by, "where": where, "segment": segment, "properties": properties,
            "date_from": date_from, "date_to": date_to, "as_of": as_of, "period": period, "top": top,
            "timezone": timezone, "week_start": week_start,
            **asking.facts(plan_version, known_by),
        },
    )  # fmt: skip
    with access.reach(home) as workspace:
        found = workspace.people(name, options.pairs(cell, "--cell"), given, side or "")
    if chosen == "table":
        limit = ROWS_SHOWN if limit is None else limit
    part = replace(found, rows=found.rows[: limit or None])
    files.write_answer(part, chosen, out, lambda console: _show(part, console))


def _show(found: People, console: Console) -> None:
    """Prints how many there are on which side, and a table of those on one."""
    from uptake.charts import dates, words

    nouns = {"user": "users", "account": "accounts", "member": "users in accounts"}
    said = {side.name: f"{words.count(side.count)} {side.title}" for side in found.sides}
    screen.say(f"{found.definition.title}: of the {nouns[found.entity]}, {said[found.side]}\n", console, "bold")
    heads = [column.name for column in found.columns]

    def told(column: str, value: Any) -> str:  # noqa: ANN401 - cells are of any type
        if column == "anchor_at":
            return dates.instant(value, str(found.params["timezone"]))
        return words.value(value, next(one.unit for one in found.columns if one.name == column) or "text")

    rows = [[told(head, row[head]) for head in heads] for row in found.rows]
    if rows:
        console.print(screen.table(heads, rows, [heads.index("value")] if "value" in heads else (), console.width))
    if len(found.rows) < found.total:
        screen.say(f"... and {found.total - len(found.rows):,} more: --limit 0 shows all.", console)
    others = [f"{text} (--side {name})" for name, text in said.items() if name != found.side]
    if others:
        screen.say(f"\nBeside them: {'; '.join(others)}.", console)
