"""`uptake alerts`: who crossed what."""

from __future__ import annotations

from typing import Annotated

from uptake.cli import asking, listed
from uptake.cli.options import Home

EXAMPLES = ("uptake alerts", "uptake alerts --since 2026-01-01 --severity high --format csv")
SHOWN = ("on", "severity", "title", "name", "crossed", "status", "owner")
NOTHING = (
    "Nobody crossed the rule of an alert in these days. uptake alerts --since 2026-01-01 looks further back; the plan says"
    " under alerts what is told."
)


def alerts(
    *,
    home: Home,
    since: Annotated[str | None, asking.one("DATE", "From this day on; the last four weeks if not given.")] = None,
    as_of: asking.AsOf = None,
    alert: Annotated[str | None, asking.one("NAME", "Only this alert.")] = None,
    entity: Annotated[str | None, asking.one("ENTITY", "Only those of users, or of accounts.")] = None,
    id_: Annotated[str | None, asking.one("ID", "Only those of this user or account.", "--id")] = None,
    severity: Annotated[str | None, asking.one("SEVERITY", "Only these: high, medium or low.")] = None,
    format_: listed.Format = None,
    out: listed.Out = None,
    limit: listed.Limit = None,
) -> None:
    """Lists alerts, the newest first: who crossed what, when, by how much, and whether it has cleared."""
    given = {"since": since, "as_of": as_of, "alert": alert, "entity": entity, "id": id_, "severity": severity}
    listed.show(home, "alerts", given, SHOWN, NOTHING, format_=format_, out=out, limit=limit)
