"""Who qualifies: power users, references, who is ready to buy; since when, why, and whether it goes with conversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uptake.charts import words
from uptake.errors import QuestionError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.core.result import Column
from uptake.plan import Qualification, numbers
from uptake.web import links
from uptake.web.pages import listed
from uptake.web.pages.columns import WIDE
from uptake.web.pages.listed import ListedPage
from uptake.web.pages.paging import files
from uptake.web.reader import Reader
from uptake.web.site import Page, Site
from uptake.web.words import history_words

Row = Mapping[str, Any]

HERE = "/qualified"


class QualifiedPage(ListedPage):
    """Who qualifies."""

    section: ClassVar[str] = HERE


def routes(site: Site) -> list[Route]:
    """The page and its files."""
    return [
        Route(HERE, site.endpoint(_show)),
        Route(f"{HERE}.{{ending}}", site.endpoint(_file)),
    ]


def _show(reader: Reader, request: Request) -> Page:
    asked = listed.read(request.query_params)
    rule = _rule(reader, asked)
    found = _found(reader, rule)
    columns = _columns(rule)
    rows = listed.ordered(_fitting(found, asked), asked, columns)
    every = reader.plan.all_qualified.values()
    history = history_words.of_list(reader)
    return QualifiedPage(
        title="Who qualifies",
        headline=_headline(rule, found, rows, asked.owner) if reader.has_events() else "",
        tabs=listed.tabs(
            HERE, asked, [(one.name, one.title, len(_fitting(_found(reader, one), asked))) for one in every]
        ),
        asked=asked,
        owners=reader.owners(),
        columns=columns,
        rows=[_told(row, rule) for row in listed.cut(rows, asked)],
        noun=f"{rule.entity}s",
        total=len(rows),
        params=request.query_params.multi_items(),
        files=files("qualified", request.url.query),
        notes=[*found.notes, *([history] if history else [])] or [_unhoped(rule)],
        numbers_url=links.numbers("qualified", rule.name) if numbers(reader.plan, "qualified", rule.name) else "",
        empty=(
            "Nobody yet",
            "This page lists who meets a rule of the plan under qualified: power users, references, who is ready to buy.",
            f"uptake import events.csv --kind events --home {reader.home}",
        ),
        has_any=reader.has_events(),
        here=HERE,
    )


def _file(reader: Reader, request: Request) -> Response:
    asked = listed.read(request.query_params)
    rule = _rule(reader, asked)
    found = _found(reader, rule)
    rows = listed.ordered(_fitting(found, asked), asked, _columns(rule))
    told = replace(found, rows=[{**row, **_plainly(row)} for row in rows])
    return listed.as_file(told, told.rows, request.path_params["ending"])


def _rule(reader: Reader, asked: listed.Asked) -> Qualification:
    every = reader.plan.all_qualified
    name = asked.tab or next(iter(every))
    if name not in every:
        raise QuestionError(f"Nobody can qualify for '{name}'.", allowed=every)
    return every[name]


def _found(reader: Reader, rule: Qualification) -> Listed:
    """Who qualifies, with the accounts of users and who looks after them."""
    found = reader.qualified(rule.name)
    about = reader.about_accounts()
    if rule.entity == "account":
        rows = [row | {"accounts": (), "owners": _owners([about.get(row["id"])])} for row in found.rows]
    else:
        of_users = reader.account_ids_of_users(tuple(row["id"] for row in found.rows))
        rows = []
        for row in found.rows:
            ids = of_users.get(row["id"], ())
            names = tuple((about[id_]["name"] if id_ in about else id_, id_) for id_ in ids)
            rows.append(row | {"accounts": names, "owners": _owners([about.get(id_) for id_ in ids])})
    more = (Column("accounts", "text"), Column("owners", "text"))
    return replace(found, rows=rows, columns=(*found.columns, *more))


def _owners(accounts: list[Mapping[str, Any] | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["owner"] for one in accounts if one and one["owner"]))


def _plainly(row: Row) -> dict[str, str]:
    """Accounts and owners as a file has them."""
    return {"accounts": ", ".join(name for name, _ in row["accounts"]), "owners": ", ".join(row["owners"])}


def _fitting(found: Listed, asked: listed.Asked) -> list[Row]:
    return listed.fitting(
        found.rows, asked,
        text=lambda row: " ".join([row["name"], row["id"], *(name for name, _ in row["accounts"])]),
        owners=lambda row: row["owners"],
    )  # fmt: skip


def _columns(rule: Qualification) -> list[dict[str, Any]]:
    of_users: list[dict[str, Any]] = [
        {"name": "account_links", "title": "Accounts", "type": "links", "rank": "soft", "is_sortable": False}
    ]
    return [
        {"name": "name", "title": rule.entity.capitalize(), "link": "url"},
        *(of_users if rule.entity == "user" else []),
        {"name": "since", "title": "Since", "type": "date", "missing": "not known"},
        {"name": "reasons", "title": "Why", "type": "sentence", "rank": f"{WIDE} wrap", "is_sortable": False},
        {"name": "owner", "title": "Looked after by", "rank": WIDE, "missing": "nobody", "is_sortable": False},
    ]


def _told(row: Row, rule: Qualification) -> Row:
    url = links.profile(rule.entity, row["id"])
    accounts = [(name, links.account(id_)) for name, id_ in row["accounts"]]
    return {**row, "url": url, "account_links": accounts or None, "owner": ", ".join(row["owners"]) or None}


def _headline(rule: Qualification, found: Listed, rows: list[Row], owner: str) -> str:
    noun = f"{rule.entity}{'' if len(rows) == 1 else 's'}"
    verb = "qualifies" if len(rows) == 1 else "qualify"
    said = f"{words.count(len(rows))} {noun} {verb} as {rule.title.lower()}"
    if not owner and found.rows and rule.converts and found.notes:
        return f"{said}. {found.notes[0]}"
    return f"{owner}: {said}." if owner else f"{said}."


def _unhoped(rule: Qualification) -> str:
    return (
        f"The plan names no outcome that is hoped for of {rule.title.lower()}; name it under qualified as `converts`, and "
        "it is said here whether qualifying goes with it."
    )
