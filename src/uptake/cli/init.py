"""`uptake init`: a new workspace, or a plan proposed from what was imported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from uptake.cli import options, screen
from uptake.cli.options import Home
from uptake.errors import UptakeError
from uptake.store.home import Home as Folder

EXAMPLES = ("uptake init", "uptake init --home acme", "uptake init --from-data        (after the first import)")
PROPOSED = "proposed"
"""Folder in the plan for a proposal; sub-folders of a plan are not read."""


def init(
    home: Home,
    from_data: Annotated[
        bool, typer.Option("--from-data", help="Propose features, active events and activation from what was imported.")
    ] = False,
) -> None:
    """Makes a workspace with a first plan, in which every line is explained.

    A plan that is there is never changed: a proposal from the data is put beside it.
    """
    if from_data:
        _propose(home)
    else:
        _make(home)


def _make(folder: Path) -> None:
    from uptake import workspace

    is_new = not Folder(folder).plan.is_dir()
    try:
        workspace.init(folder)
    except OSError as error:
        raise UptakeError(
            f"{folder} cannot be made a workspace: {error.strerror}.", do="Name another --home."
        ) from None
    screen.say(
        f"Made a workspace in {folder}." if is_new else f"There is a workspace in {folder}; its plan is as it was."
    )
    screen.say("\nNext:")
    screen.say(f"  {options.command('import events.csv --kind events', folder)}")
    screen.say(f"  {options.command('init --from-data', folder)}")
    screen.say(f"The plan is in {Folder(folder).plan}: what counts as active, activated, adopted.")


def _propose(folder: Path) -> None:
    from uptake import plan
    from uptake.cli import access
    from uptake.plan import proposal

    with access.reach(folder) as workspace:
        texts = workspace.proposed_plan()
        notes = proposal.notes_in(texts)
        if proposal.NO_EVENTS in notes:
            raise UptakeError(
                f"No plan can be proposed: {folder} holds no events yet. Its plan is as it was.",
                do=f"Import some first: {options.command('import events.csv --kind events', folder)}",
            )
        current = Folder(folder).plan
        is_untouched = _read(current) in ({}, plan.starter())
        target = current if is_untouched else current / PROPOSED
        _write(target, texts)
        if is_untouched:
            workspace.reload_plan()
    if is_untouched:
        screen.say(f"The plan in {target} was the first one, unchanged; now it is the one proposed from your data.")
    else:
        screen.say(f"You have changed the plan, so the proposal is beside it, in {target}. Take from it what is right.")
    for name in texts:
        screen.say(f"  {target / name}")
    for note in notes:
        screen.say(f"\nNote: {note}")
    is_guess = proposal.has_hypotheses(texts)
    screen.say(f"\nRead it{': activation candidates are hypotheses' if is_guess else ''}. Then:")
    screen.say(f"  {options.command('check', folder)}")
    screen.say(f"  {options.command('serve', folder)}")


def _read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.y*ml")}


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UptakeError(f"The plan in {folder} cannot be written: {error.strerror}.") from None
