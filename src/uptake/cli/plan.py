"""`uptake plan`: the plans that were in use, and what another plan would change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from uptake.cli import asking, options, screen
from uptake.cli.options import Home, examples
from uptake.errors import UptakeError

if TYPE_CHECKING:
    from uptake.plans import Version

app = typer.Typer(
    name="plan",
    help="The plan's versions, and what another plan would change.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Format = Annotated[Literal["table", "json"], typer.Option("--format", help="For people or for programs.")]
FILES, IN_USE = "files", "in-use"
"""Names of plans; see `uptake.plans`."""
VERSIONS_SHOWN = 20
PEOPLE_SHOWN = 10
CHANGES_SHOWN = 5
"""Changes of one version in the list; `uptake plan diff` has all."""


@app.command(epilog=examples("uptake plan log", "uptake plan log --limit 0 --format json"))
def log(
    home: Home,
    limit: Annotated[int, typer.Option(min=0, help="At most so many versions; 0 is all.")] = VERSIONS_SHOWN,
    format_: Format = "table",
) -> None:
    """Lists every plan that was in use, the latest first: since when, by whom, and what it changed."""
    from uptake.cli import access

    with access.reach(home, takes_plan=False) as workspace:
        versions = workspace.plan_log(limit or None)
    if format_ == "json":
        typer.echo(json.dumps([_plain(version) for version in versions], indent=2))
        return
    for version in versions:
        _show(version)


@app.command(
    epilog=examples(
        "uptake plan diff                      (the files as edited against the plan in use)",
        "uptake plan diff ../proposal/plan     (another folder)",
        "uptake plan diff 3f2a9c01 --from 77b0 (two versions of uptake plan log)",
    )
)
def diff(
    home: Home,
    other: Annotated[
        str,
        typer.Argument(
            metavar="PLAN", help="A folder, a version, or files: the plan's files as they are.", show_default=False
        ),
    ] = FILES,
    before: Annotated[
        str,
        typer.Option(
            "--from", metavar="PLAN", help="Against this one; the plan in use if not given.", show_default=False
        ),
    ] = IN_USE,
    as_of: asking.AsOf = None,
    limit: Annotated[
        int, typer.Option(min=1, help="At most so many people for each score and placement.")
    ] = PEOPLE_SHOWN,
    format_: Format = "table",
) -> None:
    """Says what another plan would change, before it is taken into use: keys, who stands elsewhere, how scores move.

    Nothing is changed. Exit code 0: both plans mean the same; 1: they differ; 2: a plan cannot be read.
    """
    from uptake.cli import access, effects, problems, progress

    try:
        with access.reach(home, takes_plan=False) as workspace, progress.shown() as report:
            found = workspace.plan_effect(
                options.plan_name(other) or FILES, options.plan_name(before) or IN_USE, as_of, limit, report
            )
    except UptakeError as error:
        problems.show(error)
        raise typer.Exit(2) from None
    if format_ == "json":
        typer.echo(json.dumps(effects.plain(found), indent=2))
    else:
        effects.show(found)
    if found.changes:
        raise typer.Exit(1)


def _show(version: Version) -> None:
    by = f" by {version.author}" if version.author else ""
    screen.say(f"{version.version}  {version.taken_at:%Y-%m-%d %H:%M} UTC{by}", style="bold")
    for change in version.changes[:CHANGES_SHOWN]:
        screen.say(f"  {change.told}")
    if len(version.changes) > CHANGES_SHOWN:
        screen.say(f"  and {len(version.changes) - CHANGES_SHOWN} more")
    if version.is_first:
        screen.say("  The first plan that was kept.")
    elif not version.changes:
        screen.say("  No key was changed: another release of Uptake reads the files otherwise.")


def _plain(version: Version) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(version), "taken_at": version.taken_at.isoformat()}
