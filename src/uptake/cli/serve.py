"""`uptake serve`: the pages, on this machine."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer

from uptake.cli import options, screen
from uptake.cli.options import Home

EXAMPLES = ("uptake serve --home demo-workspace", "uptake serve --port 8080")


def serve(
    home: Home,
    host: Annotated[str, typer.Option(help="A name or an address of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")] = 8000,
) -> None:
    """Shows the workspace in the browser until Ctrl-C.

    Commands on the same workspace go on working meanwhile: they go through this server.
    """
    from uptake.cli import progress
    from uptake.web import serve as server

    def ready(url: str) -> None:
        # Not `say`: it would load Rich while the first page is waited for.
        typer.echo(screen.inert(f"Uptake shows {home} at {url}  (Ctrl-C ends it)"))

    # A service manager ends us so; the workspace is to be closed then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Where the shell lets background commands ignore Ctrl-C, the server ends at the signal without an interrupt.
    with suppress(KeyboardInterrupt), progress.shown() as report:
        server.serve(home, host, port, ready=ready, report=report)
    screen.say(f"\nEnded. Start it again: {options.command('serve', home)}")
