"""`uptake movement`: who moved from where to where between two days."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import asking, files, names, screen
from uptake.cli.options import Home
from uptake.cli.placements import ROWS_SHOWN, Limit, Whose

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.segments.movement import Movement

EXAMPLES = (
    "uptake movement segment",
    "uptake movement stage --since 2026-01-31 --as-of 2026-03-31",
    "uptake movement segment --after at_risk --format csv",
)
Format = Literal["table", "json", "csv"]


def movement(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A placement of the plan.", show_default=False)
    ] = None,
    home: Home,
    entity: Whose = None,
    since: Annotated[str | None, asking.one("DATE", "The earlier day; 28 days before, if not given.")] = None,
    as_of: asking.AsOf = None,
    timezone: asking.Timezone = None,
    plan_version: asking.PlanVersion = None,
    known_by: asking.KnownBy = None,
    before: Annotated[str | None, asking.one("LABEL", "Only those who stood there; not_there: nowhere yet.")] = None,
    after: Annotated[str | None, asking.one("LABEL", "Only those who stand there now.")] = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
    limit: Limit = None,
) -> None:
    """Says who moved from where to where between two days, and which conditions changed.

    Without a name it lists which placements there are.
    """
    from uptake.cli import access

    if name is None:
        names.show(home, "placements")
        return
    chosen = files.format_of(format_, out, Format)
    files.require_fitting(chosen, out, Format, is_given=format_ is not None)
    given = asking.given(
        (),
        {
            "entity": entity,
            "since": since,
            "as_of": as_of,
            "timezone": timezone,
            "before": before,
            "after": after,
            **asking.facts(plan_version, known_by),
        },
    )
    most = ROWS_SHOWN if limit is None and chosen == "table" else limit or None
    with access.reach(home) as workspace:
        found = workspace.movement(name, given | ({"limit": most} if most else {}))
    files.write_answer(found, chosen, out, lambda console: _show(found, console))


def _show(found: Movement, console: Console) -> None:
    """Prints how many went from where to where, and who moved."""
    from uptake.charts import dates, words

    days = f"{dates.day(found.since)} to {dates.day(found.on)}"
    screen.say(f"{found.title} of {found.entity}s, {days}: from the rows to the columns", console, "bold")
    screen.say_where_data_end(found.on, found.data_until, console)
    screen.say("", console)
    cells = {(cell.before, cell.after): cell.count for cell in found.cells}
    columns = [label for label in found.after if label.count]
    rows = [
        [was.title, *(words.count(cells.get((was.name, is_.name), 0)) for is_ in columns), words.count(was.count)]
        for was in found.before
        if was.count
    ]
    rows.append(["all", *(words.count(label.count) for label in columns), words.count(sum(cells.values()))])
    heads = ["", *(label.title for label in columns), "all"]
    console.print(screen.table(heads, rows, range(1, len(heads)), console.width))
    titles = {label.name: label.title for label in found.after}
    moves = [
        [one.id, one.name, titles[one.before], titles[one.after], row["why"]]
        for one, row in zip(found.moves, found.rows, strict=True)
    ]
    if moves:
        screen.say("", console)
        console.print(screen.table(("id", "name", "from", "to", "what changed"), moves, (), console.width))
    else:
        screen.say("\nNobody moved.", console)
    if len(moves) < found.total:
        screen.say(f"... and {found.total - len(moves):,} more: --limit 0 shows all.", console)
