"""`uptake trials`: which accounts are trying the product, and what of their criteria is done."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from uptake.cli import asking, listed
from uptake.cli.options import Home

EXAMPLES = ("uptake trials", "uptake trials --state ended --format csv --out ended.csv")
SHOWN = ("name", "state", "began_on", "days_left", "met", "criteria")
NOTHING = "No account has such a trial on this day. The plan says under trial when one begins."


def trials(
    *,
    home: Home,
    state: Annotated[
        Literal["open", "converted", "ended", "all"] | None,
        typer.Option(help="Which trials; open ones if not given.", show_default=False),
    ] = None,
    as_of: asking.AsOf = None,
    format_: listed.Format = None,
    out: listed.Out = None,
    limit: listed.Limit = None,
) -> None:
    """Lists accounts on trial with each criterion of the plan, since when it is done, and the days that are left."""
    given = {"state": state, "as_of": as_of}
    listed.show(home, "trials", given, SHOWN, NOTHING, format_=format_, out=out, limit=limit)
