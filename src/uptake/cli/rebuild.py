"""`uptake rebuild`: the projection made again from the archive."""

from __future__ import annotations

from uptake.cli import screen
from uptake.cli.options import Home

EXAMPLES = ("uptake rebuild --home demo-workspace",)


def rebuild(home: Home) -> None:
    """Makes the database that answers questions again from the archive; answers stay equal.

    Nothing is lost by it and it is seldom needed: a damaged database is noticed and made again anyway.
    """
    from uptake.cli import access, progress

    with access.reach(home) as workspace, progress.shown() as report:
        workspace.rebuild(report)
    screen.say("The database was made again from the archive.")
