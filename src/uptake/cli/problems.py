"""Errors as people read them: what was wrong, what is allowed, what was perhaps meant, what to do."""

from __future__ import annotations

import re
from difflib import get_close_matches

from uptake.cli import screen
from uptake.errors import UptakeError

_QUOTED = re.compile(r"'([^']+)'")
EXAMPLE = " "
"""Allowed values with a blank are descriptions, `a date such as 2026-03-31`; nobody meant to type those."""


def show(error: UptakeError) -> None:
    """Prints an error."""
    _begin("Error:")
    meant = closest(error)
    parts = (
        error.what,
        f"Did you mean '{meant}'?" if meant else "",
        f"Allowed: {', '.join(error.allowed)}." if error.allowed else "",
        error.do,
    )
    _say(*parts)


def warn(*sentences: str) -> None:
    """Prints that something is not as one would think, and why; the command goes on."""
    _begin("Warning:", "bold yellow")
    _say(*sentences)


def show_unexpected(error: Exception) -> None:
    """Prints an error that is ours and not the person's."""
    _begin("Unexpected error:")
    screen.say(f"{type(error).__name__}: {error}", screen.errors())
    screen.say("Run the command again with --debug (uptake --debug ...) to see where it came from.", screen.errors())


def _say(*sentences: str) -> None:
    for sentence in filter(None, sentences):
        screen.say(sentence, screen.errors())


def _begin(text: str, style: str = "bold red") -> None:
    screen.errors().print(text, end=" ", style=style)


def closest(error: UptakeError) -> str:
    """The allowed value that is most like the one found; empty if none is like it.

    >>> closest(UptakeError("There is no metric 'retentoin'.", allowed=["retention", "breadth"]))
    'retention'
    """
    found = _QUOTED.search(error.what)
    names = [value for value in error.allowed if EXAMPLE not in value]
    return next(iter(get_close_matches(found[1], names, n=1)), "") if found else ""
