"""The users or accounts behind one number of an answer: a list, its file, and the segment it can become."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uptake.charts import dates, words
from uptake.errors import QuestionError
from uptake.metrics.asking.people import People
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core import export
from uptake.metrics.core.metric import Entry
from uptake.metrics.core.question import last_day_before
from uptake.plan import Plan
from uptake.plan.words import MOST_CHARACTERS
from uptake.web import links
from uptake.web.pages import kept_elsewhere, question
from uptake.web.pages.columns import TITLES, label_title
from uptake.web.pages.explore import explorers
from uptake.web.pages.metric_files import attachment
from uptake.web.pages.paging import SIZE, whole
from uptake.web.pages.tab import Tab
from uptake.web.reader import Reader
from uptake.web.site import Page, Site
from uptake.web.words.titles import with_titles

OWN = ("cell", "side", "sort", "descending", "page")
"""Parameters of the list; the others are the question's."""
ALL_COHORTS = "all"
NOUNS = {"user": ("user", "users"), "account": ("account", "accounts"), "member": ("user", "users")}


@dataclass(frozen=True, kw_only=True)
class PeoplePage(Page):
    """Who is behind a number.

    Args:
        headline: How many there are, in a sentence.
        is_explorer: Whether the question has an explorer.
        metric_title: The metric's name.
        metric_url: The question whose answer has the number.
        which: (title, text) of everything that says which number it is.
        tabs: The sides of the cell.
        rows: The people of this page.
        columns: The table's columns.
        total: How many there are in all.
        number: This page, from 1.
        size: Rows of a page.
        params: The address's parameters, kept by links.
        sort: The column sorted by.
        is_descending: Whether from the largest down.
        noun: What they are called, plural.
        csv_url: All of them as a file.
        sql: The query that gives them.
        segment_url: Where they become a segment.
        segment_title: What it may be called.
        segment_of: (value, title) of what it may be of.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "people.html"

    headline: str
    is_explorer: bool
    metric_title: str
    metric_url: str
    which: Sequence[tuple[str, str]]
    tabs: list[Tab]
    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[Mapping[str, Any]]
    total: int
    number: int
    size: int
    params: list[tuple[str, str]]
    sort: str
    is_descending: bool
    noun: str
    csv_url: str
    sql: str
    segment_url: str
    segment_title: str
    segment_of: list[tuple[str, str]]
    form_token: str

    @property
    def section(self) -> str:  # type: ignore[override]  # that of the question
        """The address in the rail that the page belongs to."""
        return "/explore" if self.is_explorer else "/metrics"


def routes(site: Site) -> list[Route]:
    """The list and its file."""
    return [
        Route("/metrics/{name}/people", site.endpoint(lambda reader, request: show(site, reader, request))),
        Route("/metrics/{name}/people.csv", site.endpoint(as_csv)),
    ]


def show(site: Site, reader: Reader, request: Request) -> Page:
    """The list."""
    found, given = _entry(request), _question(request)
    number = whole(request.query_params.get("page", "1"))
    people = _people(reader, request, limit=SIZE, offset=(number - 1) * SIZE)
    sort, is_descending = _order(request)
    one, many = NOUNS[people.entity]
    which = _which(people, reader.plan)
    within = ", ".join(text for title, text in which if title in ("Period", "Cohort") and text != ALL_COHORTS)
    ids = tuple(row["user_id"] for row in people.rows) if people.entity == "user" else ()
    accounts = reader.accounts_of_users(ids) if ids else {}
    base = links.people(found.name, question.pairs(given))
    side = next(side for side in people.sides if side.name == people.side)
    return PeoplePage(
        title=f"{found.definition.title}: {side.title}",
        headline=f"{words.count(people.total)} {one if people.total == 1 else many} {side.title}"
        f"{f', {within}' if within else ''}.",
        is_explorer=found.name in explorers(),
        metric_title=found.definition.title,
        metric_url=links.metric(found.name, question.pairs(given)),
        which=which,
        tabs=[
            Tab(side.title, side.count, base + links.cell(people.cell, side.name), side.name == people.side)
            for side in people.sides
        ],
        rows=[
            _row(row)
            | {"under": accounts.get(row.get("user_id", ""), ""), "evidence": _evidence(row, reader.plan, people)}
            for row in people.rows
        ],
        columns=_columns(found, people) + _evidence_column(reader.plan),
        total=people.total,
        number=number,
        size=SIZE,
        params=request.query_params.multi_items(),
        sort=sort or people.columns[1].name,
        is_descending=is_descending,
        noun=many,
        csv_url=links.people(found.name, question.pairs(given), ".csv") + links.cell(people.cell, people.side),
        sql=people.sql,
        segment_url=links.people(found.name, question.pairs(given), "/segment") + links.cell(people.cell, people.side),
        segment_title=", ".join(
            [f"{found.definition.title}: {side.title}", *(text for _, text in which if text != ALL_COHORTS)]
        )[:MOST_CHARACTERS],
        segment_of=[(entity, NOUNS[entity][1].capitalize()) for entity in ("user", "account") if _has(people, entity)],
        form_token=site.form_token,
    )


def behind(reader: Reader, request: Request) -> People:
    """All of those whom an address names."""
    return _people(reader, request)


def as_csv(reader: Reader, request: Request) -> Response:
    """All of them as a file."""
    found = _entry(request)
    people = _people(reader, request)
    return attachment(export.csv_text(people).encode(), f"{found.name}_{people.side}", "csv")


def _has(people: People, entity: str) -> bool:
    return any(column.name == f"{entity}_id" for column in people.columns)


def _people(reader: Reader, request: Request, limit: int | None = None, offset: int = 0) -> People:
    sort, is_descending = _order(request)
    order = f"-{sort}" if is_descending else sort or "name"
    side = request.query_params.get("side", "")
    return reader.people(
        _entry(request).name, _cell(request), question.as_asked(_question(request)), side, order, limit, offset
    )


def _entry(request: Request) -> Entry:
    name = request.path_params["name"]
    if name not in catalogue():
        raise HTTPException(404)
    return catalogue()[name]


def _question(request: Request) -> question.Given:
    return {key: value for key, value in question.read(request.query_params).items() if key not in OWN}


def _cell(request: Request) -> dict[str, Any]:
    text = request.query_params.get("cell", "{}")
    try:
        cell = json.loads(text)
    except ValueError:
        cell = None
    if not isinstance(cell, dict) or not all(isinstance(value, str | int | float) for value in cell.values()):
        raise QuestionError(f"cell is '{text}'.", allowed=['which row is meant, such as {"period_on":"2026-03-01"}'])
    return cell


def _order(request: Request) -> tuple[str, bool]:
    sort = request.query_params.get("sort", "")
    return sort, request.query_params.get("descending", "0") == "1"


def _which(people: People, plan: Plan) -> list[tuple[str, str]]:
    """The cell in words, then what the question limits it to."""
    params = people.params
    (cell,) = with_titles([people.cell], plan, params)
    found = []
    for name, value in cell.items():
        if name == "period_on":
            found.append(("Period", dates.period(value, str(params["period"]))))
        elif name == "cohort_on":
            found.append(("Cohort", dates.period(value, str(params["period"] or params["unit"]))))
        elif name == "unit_index" and params.get("criterion") != "brackets":
            at = None if params.get("criterion") == "on_or_after" else int(value)
            found.append(("Unit", words.in_units(int(value), at, str(params["unit"]))))
        elif name == "at_s":
            found.append((TITLES[name], words.duration(float(value))))
        else:
            found.append((TITLES.get(name, label_title(name)), str(value)))
    if "cohort_on" not in cell and "unit_index" in cell:
        found.insert(0, ("Cohort", ALL_COHORTS))
    found += [("Only where", str(condition)) for condition in question.conditions_said(params["where"])]
    return found


def _evidence(row: Mapping[str, Any], plan: Plan, people: People) -> list[tuple[str, str]]:
    """Links to what is kept elsewhere: from the day that counts for them on, else of the last weeks."""
    zone = plan.product.timezone
    last = last_day_before(people.as_of, zone)
    anchor = row.get("anchor_at")
    first = last_day_before(anchor, zone) + timedelta(days=1) if isinstance(anchor, datetime) else None
    first = first or last - timedelta(days=kept_elsewhere.DAYS - 1)
    return kept_elsewhere.of(plan, row.get("user_id"), row.get("account_id"), first, last)


def _evidence_column(plan: Plan) -> list[dict[str, Any]]:
    kept = {"name": "evidence", "title": "Kept elsewhere", "type": "links", "is_sortable": False, "rank": "wide"}
    return [kept] if plan.evidence else []


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    urls = {}
    if "user_id" in row:
        urls["user_url"] = links.user(row["user_id"])
    if "account_id" in row:
        urls["account_url"] = links.account(row["account_id"])
    return {**row, **urls}


def _columns(found: Entry, people: People) -> list[dict[str, Any]]:
    names = {column.name for column in people.columns}
    columns: list[dict[str, Any]] = [
        {
            "name": f"{side}_name",
            "title": side.capitalize(),
            "link": f"{side}_url",
            "under": "under" if side == "user" else "",
        }
        for side in ("user", "account")
        if f"{side}_id" in names
    ]
    if not found.metric.is_snapshot:
        columns.append({"name": "anchor_at", "title": "Started", "type": "instant"})
    if "value" in names:
        value = next(column for column in people.columns if column.name == "value")
        columns.append({"name": "value", "title": people.value_title, "type": "number", "unit": value.unit})
    return columns
