"""Champions: who carries each account, who left or fell silent, where all hangs on one, which roles nobody fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uptake.charts import words
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.result import Column
from uptake.web import links
from uptake.web.pages import listed
from uptake.web.pages.columns import EXTRA, WIDE
from uptake.web.pages.listed import ListedPage
from uptake.web.pages.paging import files
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

Row = Mapping[str, Any]

HERE = "/champions"
COLUMNS: tuple[dict[str, Any], ...] = (
    {"name": "account_name", "title": "Account", "link": "url", "under": "under"},
    {"name": "champion_name", "title": "Champion", "link": "champion_url", "under": "source_says", "missing": "nobody"},
    {"name": "state", "title": "State", "type": "state"},
    {"name": "last_active_on", "title": "Last active", "type": "date", "missing": "never", "rank": WIDE},
    {"name": "share", "title": "Share", "type": "number", "unit": "share", "rank": WIDE,
     "about": "The champion's share of the account's active events in the last 90 days."},
    {"name": "bus_factor", "title": "Half done by", "type": "integer", "rank": WIDE, "under": "of_active",
     "about": "How many users make half of the activity: what is left if they go."},
    {"name": "owner_name", "title": "Their owner", "link": "owner_url", "under": "owner_says", "missing": "not known",
     "rank": WIDE},
    {"name": "roles_missing", "title": "Roles missing", "missing": "none", "rank": WIDE,
     "about": "Roles the plan asks for that no active member has."},
    {"name": "renewal_on", "title": "Renewal", "type": "date", "missing": "not known", "rank": WIDE},
    {"name": "owner", "title": "Looked after by", "missing": "nobody", "rank": EXTRA},
)  # fmt: skip
PARTS: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
    ("all", "All", bool),
    ("removed", "Left", lambda row: row["state"] == "removed"),
    ("silent", "Silent", lambda row: row["state"] == "silent"),
    ("never", "Never came", lambda row: row["state"] == "never came"),
    ("nobody", "Nobody", lambda row: row["state"] == "nobody"),
    ("one", "Half hangs on one", lambda row: row["bus_factor"] == 1),
    ("owner", "Owner removed", lambda row: row["owner_state"] == "removed"),
    ("roles", "Roles missing", lambda row: bool(row["roles_missing"])),
)
"""Name, title and whether an account belongs to it."""
ABOUT = {
    "silent": "Named or proposed, and not seen for two usage intervals.",
    "nobody": "Nobody was active in 90 days and nobody is called champion.",
    "one": "One user makes half of the activity or more.",
    "owner": "Who was called owner is no member any more.",
}
STATES = {"removed": "left"}


class ChampionsPage(ListedPage):
    """Champions."""

    section: ClassVar[str] = HERE


def routes(site: Site) -> list[Route]:
    """The page and its files."""
    return [
        Route(HERE, site.endpoint(_show)),
        Route(f"{HERE}.{{ending}}", site.endpoint(_file)),
    ]


def _show(reader: Reader, request: Request) -> Page:
    asked = listed.read(request.query_params)
    found = _found(reader)
    mine = _fitting(found, asked)
    rows = listed.ordered(_part(mine, asked.tab), asked, COLUMNS)
    counts = [(name, title, sum(map(is_in, mine))) for name, title, is_in in PARTS]
    return ChampionsPage(
        title="Champions",
        headline=_headline(mine, asked.owner) if mine else "",
        about=ABOUT.get(asked.tab, ""),
        tabs=listed.tabs(HERE, asked, [one for one in counts if one[2] or one[0] == "all"]),
        asked=asked,
        owners=reader.owners(),
        columns=[column for column in COLUMNS if any(row[column["name"]] is not None for row in mine)],
        rows=[_told(row) for row in listed.cut(rows, asked)],
        noun="accounts",
        total=len(rows),
        params=request.query_params.multi_items(),
        files=files("champions", request.url.query),
        notes=found.notes,
        empty=(
            "No accounts yet",
            "This page says who carries each account, whether they still come, and what would be left without them.",
            f"uptake import accounts.csv --kind accounts --home {reader.home}",
        ),
        has_any=bool(found.rows),
        here=HERE,
    )


def _file(reader: Reader, request: Request) -> Response:
    asked, found = listed.read(request.query_params), _found(reader)
    rows = listed.ordered(_part(_fitting(found, asked), asked.tab), asked, COLUMNS)
    return listed.as_file(found, rows, request.path_params["ending"])


def _found(reader: Reader) -> Listed:
    """All champions, with who looks after the account and when it renews."""
    found, about = reader.champions(), reader.about_accounts()
    rows = [{**row, **about.get(row["account_id"], NOTHING)} for row in found.rows]
    more = (Column("plan", "text"), Column("owner", "text"), Column("renewal_on", "date"))
    return replace(found, rows=rows, columns=(*found.columns, *more))


NOTHING: Mapping[str, Any] = {"plan": None, "owner": None, "renewal_on": None}


def _fitting(found: Listed, asked: listed.Asked) -> list[Row]:
    return listed.fitting(
        found.rows, asked,
        text=lambda row: " ".join(str(row[name] or "") for name in ("account_name", "account_id", "champion_name", "owner_name")),
        owners=lambda row: [row["owner"] or ""],
    )  # fmt: skip


def _part(rows: Sequence[Row], tab: str) -> list[Row]:
    is_in = next((is_in for name, _, is_in in PARTS if name == tab), PARTS[0][2])
    return [row for row in rows if is_in(row)]


def _headline(rows: Sequence[Row], owner: str) -> str:
    gone = sum(row["state"] in ("removed", "silent") for row in rows)
    one = sum(row["bus_factor"] == 1 for row in rows)
    said = (
        f"{words.count(gone)} of {words.count(len(rows))} accounts have a champion who left or fell silent;"
        f" at {words.count(one)} half of the work hangs on one person."
    )
    return f"{owner}: {said}" if owner else said


def _told(row: Row) -> Row:
    """A row with addresses and the words below its cells."""
    active = row["active_users"]
    owner_says = {"removed": "removed", "active": ""}.get(row["owner_state"] or "", row["owner_state"] or "")
    return {
        **row,
        "state": STATES.get(row["state"], row["state"]),
        "url": links.account(row["account_id"]),
        "under": " · ".join(str(part) for part in (row["plan"], row["owner"]) if part),
        "champion_url": links.user(row["champion_id"]) if row["champion_id"] else "",
        "source_says": row["source"] or "",
        "of_active": f"of {words.count(active)} active" if row["bus_factor"] is not None else "",
        "owner_url": links.user(row["owner_id"]) if row["owner_id"] else "",
        "owner_says": owner_says,
    }
