"""`uptake champions`: who carries each account."""

from __future__ import annotations

from typing import Annotated

from uptake.cli import asking, listed
from uptake.cli.options import Home

EXAMPLES = ("uptake champions", "uptake champions --account acme --role admin --role 'decision maker'")
SHOWN = (
    "account_name", "state", "champion_name", "source", "last_active_on", "share", "bus_factor", "owner_name",
    "owner_state", "roles_missing",
)  # fmt: skip
NOTHING = "There are no accounts. uptake import accounts.csv --kind accounts brings them in."


def champions(
    *,
    home: Home,
    account: Annotated[str | None, asking.one("ID", "Only this account.")] = None,
    role: Annotated[
        list[str], asking.many("ROLE", "A role every account needs; the plan's if none is given", "--role")
    ],
    champion_role: Annotated[
        list[str], asking.many("ROLE", "What champions are called; champion if not given", "--champion-role")
    ],
    owner_role: Annotated[list[str], asking.many("ROLE", "What owners are called; owner if not given", "--owner-role")],
    window_days: Annotated[int | None, asking.one("DAYS", "Days of activity that are looked back on.")] = None,
    as_of: asking.AsOf = None,
    format_: listed.Format = None,
    out: listed.Out = None,
    limit: listed.Limit = None,
) -> None:
    """Lists the champion of every account, those who left or fell silent first, and the roles that nobody fills."""
    given = {
        "account": account, "roles": role or None, "champion_roles": champion_role or None,
        "owner_roles": owner_role or None, "window_days": window_days, "as_of": as_of,
    }  # fmt: skip
    listed.show(home, "champions", given, SHOWN, NOTHING, format_=format_, out=out, limit=limit)
