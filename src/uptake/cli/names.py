"""What the plan has names for, where a command was not told which is meant."""

from __future__ import annotations

from pathlib import Path

from uptake.cli import screen

ABOUT = {
    "scores": ("what it is", "uptake scores NAME lists everyone; uptake explain NAME ID says why."),
    "placements": (
        "who stands where", "uptake placements NAME says who stands where; uptake movement NAME who moved."
    ),
    "qualified": ("who", "uptake qualified NAME lists who qualifies."),
}  # fmt: skip
"""What is listed -> the head of what is known of each, and which commands take a name."""


def show(home: Path, what: str) -> None:
    """Prints them.

    Args:
        home: The workspace's folder.
        what: One of `ABOUT`.
    """
    from uptake.cli import access

    about, do = ABOUT[what]
    with access.reach(home) as workspace:
        found = workspace.names(what)
    rows = [(name, title, known) for name, (title, known) in found.items()]
    screen.out().print(screen.table(("name", "title", about), rows))
    screen.say(f"\n{do}")
