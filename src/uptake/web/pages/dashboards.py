"""Dashboards: saved views as tiles, each with its sentence, its picture and how sure it is; and the forms that change them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.dashboards import Dashboard, View
from uptake.errors import DashboardError, QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.result import Result
from uptake.reports.headline import as_drawn, headline
from uptake.web import links
from uptake.web.cache import Urgency
from uptake.web.forms import Form
from uptake.web.pages import question
from uptake.web.pages.answer_chart import chart_of
from uptake.web.pages.first_look import first_look
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site
from uptake.web.words.sentences import sentence

MOST_FEATURES = 6
"""Rows of a picture with a row a feature; the page of the view has all."""
COUNTED = ("retention", *question.PERIODIC_KINDS)
"""Kinds whose sentence is about one row, so that its n is that of the tile."""
FIRST = "Saved views"
"""The dashboard that the first view is saved to."""


@dataclass(frozen=True)
class Place:
    """A view on its dashboard.

    Args:
        title: Its title.
        url: Its page; empty if there is no such metric.
        tile: Where its tile is fetched from.
        position: Which one it is, from 0.
    """

    title: str
    url: str
    tile: str
    position: int


@dataclass(frozen=True, kw_only=True)
class DashboardsPage(Page):
    """All dashboards.

    Args:
        headline: How many there are, and how many views on them.
        dashboards: They.
        form_token: What a form of this server has to know.
        folder: Where their files are.
    """

    template: ClassVar[str] = "dashboards.html"
    section: ClassVar[str] = "/dashboards"

    title: str = "Dashboards"
    headline: str
    dashboards: Sequence[Dashboard]
    form_token: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class DashboardPage(Page):
    """One dashboard.

    Args:
        name: Its name.
        version: The state of its file.
        problem: Why the file cannot be read; empty: it can.
        places: Its views.
        removed: A view that was just taken away, as the form that puts it back has it; None if none was.
        file: Where it is kept.
        form_token: What a form of this server has to know.
    """

    template: ClassVar[str] = "dashboard.html"
    section: ClassVar[str] = "/dashboards"

    name: str
    version: str
    problem: str
    places: Sequence[Place]
    removed: Mapping[str, str] | None
    file: str
    form_token: str


@dataclass(frozen=True, kw_only=True)
class TilePart(Part):
    """A view's answer.

    Args:
        says: The answer in a sentence.
        chart: The picture; None where there is nothing to see.
        is_untitled: Whether the view is called what the picture is.
        problem: Why there is no answer; empty if there is.
        n: How many the number of the sentence counts; None where it has none.
        of: What they are.
        moment: The instant the answer is as of.
        in_progress: Rows of the answer whose time is not over.
        total: Rows of the answer.
        zone: The product's time zone.
    """

    template: ClassVar[str] = "part_tile.html"

    says: str
    chart: Mapping[str, Any] | None
    is_untitled: bool
    problem: str
    n: int | None
    of: str
    moment: datetime | None
    in_progress: int
    total: int
    zone: str


def routes(site: Site) -> list[Route]:
    """The list, the pages, the tiles and what changes them."""
    kept = site.dashboards

    def make(reader: Reader, request: Request, form: Form) -> Response:
        del reader, request
        return _to(kept.make(form.get("title", "")).name)

    def add(reader: Reader, request: Request, form: Form) -> Response:
        del reader, request
        view = _view(form)
        name = form.get("dashboard", "")
        name = name or kept.make(form.get("new_title") or FIRST).name
        kept.add(name, view)
        return _to(name)

    def move(reader: Reader, request: Request, form: Form) -> Response:
        del reader
        name = request.path_params["name"]
        kept.move(name, form.get("version", ""), _whole(form, "position"), -1 if form.get("way") == "up" else 1)
        return _to(name)

    def remove(reader: Reader, request: Request, form: Form) -> Response:
        del reader
        name = request.path_params["name"]
        gone = kept.remove(name, form.get("version", ""), _whole(form, "position"))
        return _to(name, f"?removed={quote(json.dumps([gone.title, gone.metric, dict(gone.question)]))}")

    def rename(reader: Reader, request: Request, form: Form) -> Response:
        del reader
        kept.rename(request.path_params["name"], form.get("title", ""))
        return _to(request.path_params["name"])

    def delete(reader: Reader, request: Request, form: Form) -> Response:
        del reader
        name = request.path_params["name"]
        if form.get("confirm") != name:
            raise DashboardError(f"'{form.get('confirm', '')}' was typed, not '{name}'. Nothing was deleted.")
        kept.delete(name)
        return RedirectResponse("/dashboards", 303)

    return [
        Route("/dashboards", site.endpoint(lambda reader, _: _list(site, reader))),
        Route("/dashboards", site.action(make), methods=["POST"]),
        Route("/dashboards/views", site.action(add), methods=["POST"]),
        Route("/dashboards/{name}", site.endpoint(lambda reader, request: _show(site, reader, request))),
        Route("/dashboards/{name}/tiles/{position:int}", site.endpoint(lambda r, request: _tile(site, r, request))),
        Route("/dashboards/{name}/move", site.action(move), methods=["POST"]),
        Route("/dashboards/{name}/remove", site.action(remove), methods=["POST"]),
        Route("/dashboards/{name}/rename", site.action(rename), methods=["POST"]),
        Route("/dashboards/{name}/delete", site.action(delete), methods=["POST"]),
    ]


def _list(site: Site, reader: Reader) -> Page:
    del reader
    every = site.dashboards.every()
    return DashboardsPage(
        headline=_headline(every), dashboards=every, form_token=site.form_token, folder=str(site.dashboards.folder)
    )


def _headline(every: Sequence[Dashboard]) -> str:
    """How many dashboards there are and how many views on them."""
    if not every:
        return ""
    views = sum(len(one.views) for one in every)
    of = f"{len(every)} dashboard{'' if len(every) == 1 else 's'}"
    return f"{views} saved view{'' if views == 1 else 's'} on {of}."


def _show(site: Site, reader: Reader, request: Request) -> Page:
    del reader
    found = _found(site, request)
    return DashboardPage(
        title=found.title,
        name=found.name,
        version=found.version,
        problem=found.problem,
        places=[
            Place(view.title, _url(view), f"/dashboards/{found.name}/tiles/{position}?of={found.version}", position)
            for position, view in enumerate(found.views)
        ],
        removed=_removed(request),
        file=str(site.dashboards.folder / f"{found.name}.yml"),
        form_token=site.form_token,
    )


def _tile(site: Site, reader: Reader, request: Request) -> Part:
    views = _found(site, request).views
    position = request.path_params["position"]
    if position >= len(views):
        raise HTTPException(404)
    view = views[position]
    try:
        result, pairs = _answer(reader, view)
    except QuestionError as error:
        return _tile_of(reader, problem=str(error))
    if not result.rows:
        return _tile_of(reader, problem="There is nothing to count.")
    found = headline(result)
    chart = chart_of(reader, _shortened(result), pairs)
    return _tile_of(
        reader,
        says=sentence(result, found, reader.plan),
        chart=chart,
        is_untitled=chart["title"]["text"] == view.title,
        n=int(found.row["n"]) if found.row and found.row.get("n") is not None and result.kind in COUNTED else None,
        of=result.population,
        moment=result.as_of,
        in_progress=sum(one.get("status") == "in_progress" for one in as_drawn(result.rows)),
        total=len(result.rows),
    )


def _tile_of(reader: Reader, **told: Any) -> TilePart:  # the fields of a tile
    nothing = {
        "says": "",
        "chart": None,
        "is_untitled": False,
        "problem": "",
        "n": None,
        "of": "",
        "moment": None,
        "in_progress": 0,
        "total": 0,
    }
    return TilePart(**{**nothing, **told, "zone": reader.plan.product.timezone})


def _answer(reader: Reader, view: View) -> tuple[Result, list[tuple[str, str]]]:
    if view.metric not in catalogue():
        raise QuestionError(f"There is no metric '{view.metric}' any more.", do="Remove this view.")
    found = catalogue()[view.metric]
    asked = question.as_asked(
        question.completed(
            found, first_look(found, _question(view), reader.plan), reader.moment()[1], reader.first_day()
        )
    )
    return reader.metric(found.name, asked, Urgency.PART).result(), question.pairs(asked)


def _shortened(result: Result) -> Result:
    if result.kind != "features" or result.by:
        return result
    most = sorted(result.rows, key=lambda row: -(row["adopted_share"] or 0))[:MOST_FEATURES]
    return replace(result, rows=most)


def _question(view: View) -> question.Given:
    repeated = question.REPEATED
    return {
        name: [value] if name in repeated and isinstance(value, str) else value for name, value in view.question.items()
    }


def _url(view: View) -> str:
    return links.metric(view.metric, question.pairs(_question(view))) if view.metric in catalogue() else ""


def _found(site: Site, request: Request) -> Dashboard:
    name = request.path_params["name"]
    if name not in {one.name for one in site.dashboards.every()}:
        raise HTTPException(404)
    return site.dashboards.one(name)


def _view(form: Form) -> View:
    metric = form.get("metric", "")
    if metric not in catalogue():
        raise DashboardError(f"There is no metric '{metric}'.", allowed=catalogue())
    try:
        asked = json.loads(form.get("question", "{}"))
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not all(isinstance(value, str | list) for value in asked.values()):
        raise DashboardError("The question of the view is not readable.")
    return View(form.get("title") or catalogue()[metric].definition.title, metric, asked)


def _removed(request: Request) -> Mapping[str, str] | None:
    try:
        title, metric, asked = json.loads(request.query_params.get("removed", ""))
        return {"title": str(title), "metric": str(metric), "question": json.dumps(asked)}
    except (ValueError, TypeError):
        return None


def _whole(form: Form, name: str) -> int:
    text = form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def _to(name: str, query: str = "") -> Response:
    return RedirectResponse(f"/dashboards/{name}{query}", 303)
