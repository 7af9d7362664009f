"""`uptake demo`: a simulated product, imported the way any data is."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uptake.cli import options, screen
from uptake.errors import UptakeError, WorkspaceBusy
from uptake.kinds import KINDS
from uptake.store.home import Home, holder_of

if TYPE_CHECKING:
    from uptake.workspace import Report

EXAMPLES = ("uptake demo", "uptake demo --home small --accounts 60 --seed 1")
SIMULATED = "simulated"
"""Folder in the home directory for the files that are imported, and the truth."""


def demo(
    home: Annotated[Path, typer.Option("--home", metavar="FOLDER", help="Where to.")] = Path("demo-workspace"),
    accounts: Annotated[int, typer.Option(help="Accounts of the product; about 5,000 events come with each.")] = 400,
    seed: Annotated[int, typer.Option(help="Another number, another history.")] = 7,
    force: Annotated[
        bool, typer.Option("--force", help="Delete a workspace that is there; asks for its name.")
    ] = False,
) -> None:
    """Makes a workspace with a simulated product: Planboard, a project planner sold to teams.

    Fifteen months of accounts, users, events, subscriptions, tickets and ratings. What was planted in
    them is written beside them, so that you can see whether Uptake finds it.
    """
    from uptake.cli import progress

    _make_room(home, force)
    began_at = time.monotonic()
    try:
        with progress.shown() as report:
            counts = _make(home, accounts, seed, report)
    except BaseException:
        # Half a workspace would be taken for a whole one.
        shutil.rmtree(home, ignore_errors=True)
        raise
    seconds = time.monotonic() - began_at
    rows = [(kind, f"{stored:,}") for kind, stored in counts.items()]
    screen.out().print(screen.table(("kind", "rows"), rows, right=(1,)))
    screen.say(f"\nPlanboard is ready after {seconds:.0f} s. Next:")
    screen.say(f"  {options.command('serve', home)}")
    screen.say(f"  {options.command('metric retention --param unit=month', home)}")
    screen.say(f"What was planted: {home / SIMULATED / 'truth.json'}")


def _make_room(folder: Path, force: bool) -> None:
    home = Home(folder)
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not home.plan.is_dir()):
        raise UptakeError(f"{folder} is there and is no workspace.", do="Name another folder with --home.")
    if not home.plan.is_dir():
        return
    if not force:
        raise UptakeError(
            f"There is a workspace in {folder} already.",
            do=f"Look at it: {options.command('serve', folder)}   or make it anew: add --force",
        )
    holder = holder_of(home)
    if holder is not None:
        raise WorkspaceBusy(f"{folder} is in use by '{holder.command}' (process {holder.pid}).", do="Stop it first.")
    name = folder.resolve().name
    typed = typer.prompt(f"This deletes {screen.inert(folder)} and all data in it. Type its name, {screen.inert(name)}")
    if typed != name:
        raise UptakeError(f"That was '{typed}'. Nothing was deleted.")
    shutil.rmtree(folder)


def _make(folder: Path, accounts: int, seed: int, report: Report) -> dict[str, int]:
    from uptake import demo as planboard
    from uptake import workspace
    from uptake.workspace import Progress

    report(Progress("simulating"))
    files = folder / SIMULATED
    planboard.write(planboard.simulate(seed=seed, accounts=accounts), files)
    workspace.init(folder, {path.name: path.read_text(encoding="utf-8") for path in planboard.PLAN.glob("*.yml")})
    counts = {}
    with workspace.Workspace(folder) as made:
        # Events come last: who belongs where is known then, and facts are made once.
        for kind in sorted((kind.name for kind in KINDS), key=lambda name: name == "events"):
            found = next(files.glob(f"{kind}.*"), None)
            if found is not None:
                counts[kind] = made.import_rows(found, kind, report=_of(kind, report)).stored
    return counts


def _of(kind: str, report: Report) -> Report:
    from dataclasses import replace

    return lambda progress: report(replace(progress, stage=f"{kind}: {progress.stage}"))
