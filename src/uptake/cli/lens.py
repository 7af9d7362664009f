"""`uptake lens`: what a team looks at, as its page has it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from uptake.cli import asking, files, listed, screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.metrics.asking.listed import Listed

EXAMPLES = ("uptake lens leadership", "uptake lens success --owner Ada", "uptake lens marketing --format csv")


def lens(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="The team: success, product, marketing, sales, support, leadership.",
            show_default=False,
        ),
    ] = None,
    home: Home,
    owner: Annotated[str | None, asking.one("OWNER", "Only accounts that OWNER looks after (success).")] = None,
    format_: listed.Format = None,
    out: listed.Out = None,
) -> None:
    """Says what a team looks at: the same numbers and lists as its page under Teams.

    Without a name it lists the teams. JSON and CSV have a row for each cell: the part of the page, its row and column, the
    number, and how the page says it.
    """
    from uptake.cli import access
    from uptake.reports.lenses import LENSES

    if name is None:
        screen.out().print(screen.table(("name", "team", "its question"), [(x.name, x.title, x.asks) for x in LENSES]))
        screen.say("\nuptake lens NAME says what a team looks at.")
        return
    chosen = files.format_of(format_, out, listed.ListFormat)
    files.require_fitting(chosen, out, listed.ListFormat, is_given=format_ is not None)
    with access.reach(home) as workspace:
        found = workspace.listed("lens", {"name": name, "owner": owner or ""})
    files.write_answer(found, chosen, out, lambda console: _show(found, console))


def _show(found: Listed, console: Console) -> None:
    """Prints each part as a table of its own: rows by columns, a number with what stands beside it."""
    screen.say(found.title, console, "bold")
    for part, cells in groupby(found.rows, lambda cell: cell["part"]):
        screen.say(f"\n{part}", console, "bold")
        lines: dict[str, dict[str, str]] = {}
        for cell in cells:
            if not cell["column"]:
                screen.say(cell["said"], console)
                continue
            beside = f" ({cell['beside']})" if cell["beside"] else ""
            lines.setdefault(cell["row"], {})[cell["column"]] = f"{cell['said']}{beside}"
        heads = list(dict.fromkeys(column for line in lines.values() for column in line))
        if lines:
            rows = [[row, *(line.get(head, "") for head in heads)] for row, line in lines.items()]
            console.print(screen.table(("", *heads), rows, (), console.width))
    for note in found.notes:
        screen.say(f"\n{note}", console)
