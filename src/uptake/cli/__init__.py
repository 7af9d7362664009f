"""The command line: `uptake`. Every command is one module; none of them knows SQL or statistics."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from uptake import settings
from uptake.cli import problems, without_pandas
from uptake.cli.app import app


def main() -> None:
    """Runs the command line with the arguments of this process."""
    without_pandas.refuse()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no en dash gets its code, and no error.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="uptake")
    except Exception as error:
        if "--debug" in sys.argv or settings.is_debugging():
            raise
        problems.show_unexpected(error)
        sys.exit(1)
