"""`uptake explain`: why a score is what it is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import asking, files, names, screen
from uptake.cli.options import Home
from uptake.cli.scores import Since, Whose, points, signed

if TYPE_CHECKING:
    from rich.console import Console

    from uptake.scores.ask import Explained
    from uptake.scores.explanation import Explanation

EXAMPLES = (
    "uptake explain adoption acme",
    "uptake explain health acme --as-of 2026-03-31 --since 2025-12-31",
    "uptake explain engagement ada@acme.com --entity user --format json",
)
Format = Literal["table", "json"]


def explain(
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A score of the plan.", show_default=False)] = None,
    id_: Annotated[
        str | None, typer.Argument(metavar="ID", help="Whose: an account's or a user's id.", show_default=False)
    ] = None,
    home: Home,
    entity: Whose = None,
    as_of: asking.AsOf = None,
    since: Since = None,
    timezone: asking.Timezone = None,
    plan_version: asking.PlanVersion = None,
    known_by: asking.KnownBy = None,
    format_: Annotated[
        Format | None,
        typer.Option("--format", help="How to answer; by the ending of --out, else a table.", show_default=False),
    ] = None,
    out: Annotated[Path | None, asking.one("FILE", "Write to a file.")] = None,
) -> None:
    """Says why a score is what it is and why it changed: in words, and in lines that add up.

    Without a name it lists which scores there are.
    """
    from uptake.cli import access
    from uptake.metrics.core import export

    if name is None:
        names.show(home, "scores")
        return
    if id_ is None:
        raise typer.BadParameter("Whose score is meant? uptake scores NAME lists everyone's id.", param_hint="ID")
    chosen = files.format_of(format_, out, Format)
    files.require_fitting(chosen, out, Format, is_given=format_ is not None)
    given = asking.given(
        (),
        {
            "entity": entity, "as_of": as_of, "since": since, "timezone": timezone,
            **asking.facts(plan_version, known_by),
        },
    )  # fmt: skip
    with access.reach(home) as workspace:
        found = workspace.explain(name, id_, given)
    if chosen == "json":
        files.write(export.json_text(found).encode(), out)
    elif out is None:
        _show(found, screen.out())
    else:
        text = io.StringIO()
        _show(found, screen.paper(text))
        files.write(text.getvalue().encode(), out)


def _show(found: Explained, console: Console) -> None:
    """Prints the score, its largest lines as sentences, and all lines of both sums."""
    from uptake.charts import dates

    of = found.of
    band = f", {of.band}" if of.band else ""
    screen.say(f"{found.title} of {of.name} on {dates.day(found.on)}: {points(of.score)}{band}", console, "bold")
    screen.say_where_data_end(found.on, found.data_until, console)
    if of.lower is not None and of.upper is not None and of.lower != of.upper:
        screen.say(f"95 % interval {of.lower:.1f} to {of.upper:.1f}.", console)
    if found.level is None:
        screen.say("Nothing that the score is made of is known.", console)
        return
    decided = any(line.kind == "decides" for line in found.level.lines)
    _sum(found.level, "From all there is" if decided else f"The mean of its peers, {found.peers}", console)
    if found.change is None:
        screen.say(f"\nThere was no score on {dates.day(found.since)}.", console)
    else:
        _sum(found.change, f"On {dates.day(found.since)}", console)


def _sum(explanation: Explanation, begin: str, console: Console) -> None:
    screen.say("\n" + "\n".join(explanation.words), console)
    rows = [
        (begin, points(explanation.start)),
        *((line.title, signed(line.points)) for line in explanation.lines if line.points),
        ("The score", points(explanation.end)),
    ]
    screen.say("", console)
    console.print(screen.table(("", "points"), rows, (1,), console.width))
