"""`uptake plan`: the plans that were in use, and what another plan would change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from uptake.cli import screen
from uptake.cli.options import Home, examples

if TYPE_CHECKING:
    from uptake.plans import Version

app = typer.Typer(
    name="plan",
    help="The plan's versions, and what another plan would change.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Format = Annotated[Literal["table", "json"], typer.Option("--format", help="For people or for programs.")]
VERSIONS_SHOWN = 20
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
