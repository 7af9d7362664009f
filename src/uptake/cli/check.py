"""`uptake check`: the plan held against the data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from uptake.cli import screen
from uptake.cli.options import Home

if TYPE_CHECKING:
    from uptake.check import Finding

EXAMPLES = ("uptake check", "uptake check --format json")
LEVELS = (("error", "Errors", "bold red"), ("warning", "Warnings", "bold yellow"), ("note", "Notes", "bold"))


def check(
    home: Home,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="For people or for programs.")] = "text",
) -> None:
    """Holds the plan against the data: unknown events, features nobody can use, vanity definitions.

    Exit code 1 if there are errors; warnings and notes leave it at 0.
    """
    from uptake.cli import access

    with access.reach(home, reads_plan=True) as workspace:
        findings = workspace.findings()
    if format_ == "json":
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _show(findings, home)
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


def _show(findings: Sequence[Finding], home: Path) -> None:
    if not findings:
        screen.say(f"The plan in {home / 'plan'} and the data fit each other.")
    for level, head, style in LEVELS:
        group = [finding for finding in findings if finding.level == level]
        if group:
            screen.say(f"{head} ({len(group)})", style=style)
        for finding in group:
            screen.say(f"  {finding.where}: {finding.what}" if finding.where else f"  {finding.what}")
            if finding.do:
                screen.say(f"    {finding.do}")
