"""`uptake qualified`: who qualifies by a rule of the plan."""

from __future__ import annotations

from typing import Annotated

import typer

from uptake.cli import asking, listed, names
from uptake.cli.options import Home

EXAMPLES = ("uptake qualified power_users", "uptake qualified references --format csv --out references.csv")
SHOWN = ("name", "since", "reasons")
NOTHING = "Nobody qualifies on this day. The plan says under qualified by which rule."


def qualified(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="The rule: power_users, references, or one of the plan's.", show_default=False
        ),
    ] = None,
    home: Home,
    as_of: asking.AsOf = None,
    format_: listed.Format = None,
    out: listed.Out = None,
    limit: listed.Limit = None,
) -> None:
    """Lists who qualifies by a rule of the plan, since when and why, and whether it goes with conversion.

    Without a name it lists the rules.
    """
    if name is None:
        names.show(home, "qualified")
        return
    given = {"name": name, "as_of": as_of}
    listed.show(home, "qualified", given, SHOWN, NOTHING, format_=format_, out=out, limit=limit)
