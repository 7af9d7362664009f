"""`uptake signals`: what scores and rules are made of."""

from __future__ import annotations

from typing import Annotated

import typer

from uptake.cli import screen
from uptake.cli.metrics import sentence, show_params

EXAMPLES = ("uptake signals", "uptake signals frequency        (its definition and parameters)")


def signals(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A signal: prints its definition.", show_default=False)
    ] = None,
) -> None:
    """Lists the signals that scores and rules are made of, or explains one: formula, accounts, when it is missing."""
    from uptake.signals.signal import catalogue, definition, find

    if name is None:
        rows = [
            (name, one.unit, "users, accounts" if one.is_said_of("user") else "accounts", sentence(purpose))
            for name, one, purpose in ((name, one, definition(name).purpose) for name, one in catalogue().items())
        ]
        screen.out().print(screen.table(("name", "unit", "of", "what it says"), rows))
        screen.say("\nuptake signals NAME explains one; the plan names them under scores.")
        return
    params = find(name).params
    found = definition(name)
    screen.say(found.title, style="bold")
    screen.say(f"{found.purpose}\n")
    for label, text in found.parts.items():
        screen.say(f"{label}: {text}")
    if params:
        screen.say()
        show_params("params", params)
