"""`uptake placements`: where everyone stands on a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import asking, files, names, screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.segments.ask import Placements

EXAMPLES = (
    "uptake placements                        (which placements there are)",
    "uptake placements segment --label at_risk",
    "uptake placements maturity --as-of 2026-03-31 --format csv",
)
Format = Literal["table", "json", "csv"]
ROWS_SHOWN = 50
Whose = Annotated[str | None, asking.one("ENTITY", "user or account; account, if accounts are placed.")]
Limit = Annotated[
    int | None,
    typer.Option(
        min=0, help=f"At most so many rows, 0 for all; {ROWS_SHOWN} in a table, else all.", show_default=False
    ),
]


def placements(
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A placement of the plan.", show_default=False)
    ] = None,
    home: Home,
    entity: Whose = None,
    as_of: asking.AsOf = None,
    timezone: asking.Timezone = None,
    plan_version: asking.PlanVersion = None,
    known_by: asking.KnownBy = None,
    label: Annotated[str | None, asking.one("LABEL", "Only those who stand there.")] = None,
    id_: Annotated[str | None, asking.one("ID", "Only this user or account.", "--id")] = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
    limit: Limit = None,
) -> None:
    """Says where everyone stands, since when and why; without a name, which placements there are."""
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
            "as_of": as_of,
            "timezone": timezone,
            "label": label,
            "id": id_,
            **asking.facts(plan_version, known_by),
        },
    )
    most = ROWS_SHOWN if limit is None and chosen == "table" else limit or None
    with access.reach(home) as workspace:
        found = workspace.placements(name, given | ({"limit": most} if most else {}))
    files.write_answer(found, chosen, out, lambda console: _show(found, console))


def _show(found: Placements, console: Console) -> None:
    """Prints how many stand where, and a table of who they are."""
    from uptake.charts import dates, words
    from uptake.segments.words import since as since_words

    everybody = sum(label.count for label in found.labels)
    screen.say(f"{found.title} of {words.count(everybody)} {found.entity}s on {dates.day(found.on)}", console, "bold")
    screen.say_where_data_end(found.on, found.data_until, console)
    screen.say("", console)
    counts = [
        (label.name, label.title, words.count(label.count), words.share(label.count / everybody if everybody else None))
        for label in found.labels
    ]
    console.print(screen.table(("label", "title", f"{found.entity}s", "share"), counts, (2, 3), console.width))
    titles = {label.name: label.title for label in found.labels}
    heads = ["id", "name", "label", "since", "why", *(["next step lacks"] if found.ladder else [])]
    rows = []
    for one, row in zip(found.everyone, found.rows, strict=True):
        since = since_words(one.since, is_longer=one.is_longer)
        rows.append([one.id, one.name, titles[one.label], since, row["why"], *([row["lacks"]] if found.ladder else [])])
    if rows:
        screen.say("", console)
        console.print(screen.table(heads, rows, (), console.width))
    if len(rows) < found.total:
        screen.say(f"... and {found.total - len(rows):,} more: --limit 0 shows all.", console)
    screen.say(f"\nThe first label whose rule holds is theirs. uptake movement {found.name} says who moved.", console)
