"""Views of a long list: those that every list has, those that were saved, and the forms that save and remove them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.directory.accounts import FALL, RENEWAL_DAYS
from uptake.errors import DashboardError
from uptake.list_views import LISTS
from uptake.scores.written import of_entity
from uptake.segments.tracks import name_of
from uptake.web.forms import Form
from uptake.web.reader import Reader
from uptake.web.site import Site

REPEATED = ("where", "segment", "column")
KEPT = ("q", "owner", "score", "sort", "descending", "account", *REPEATED)
"""What of an address belongs to a view; the number of the page does not."""
Asking = dict[str, str | list[str]]


@dataclass(frozen=True)
class ListView:
    """A view to go to.

    Args:
        title: Its title.
        url: Its address.
        is_current: Whether it is the one that is shown.
        position: Which of the saved ones it is; None: it was not saved by anybody.
    """

    title: str
    url: str
    is_current: bool
    position: int | None = None


@dataclass(frozen=True)
class ViewForm:
    """What the forms that save and remove views have to know.

    Args:
        list: The list.
        question: What is asked now, as JSON.
        can_save: Whether it is a view that is not there yet.
        version: Of the file of saved views.
        problem: Why that cannot be read; empty: it can.
        token: What a form of this server has to know.
    """

    list: str
    question: str
    can_save: bool
    version: str
    problem: str
    token: str


def routes(site: Site) -> list[Route]:
    """What saves a view of a list and what removes it."""

    def save(reader: Reader, request: Request, form: Form) -> Response:
        del reader
        name = _list(request)
        asked = _asked(form)
        site.list_views.save(name, form.get("title", ""), asked)
        return RedirectResponse(_url(name, asked), 303)

    def remove(reader: Reader, request: Request, form: Form) -> Response:
        del reader
        name, position = _list(request), form.get("position", "")
        site.list_views.remove(name, form.get("version", ""), int(position) if position.isdecimal() else -1)
        return RedirectResponse(f"/{name}", 303)

    return [
        Route("/lists/{name}/views", site.action(save), methods=["POST"]),
        Route("/lists/{name}/views/remove", site.action(remove), methods=["POST"]),
    ]


def views(site: Site, reader: Reader, name: str, query: QueryParams) -> tuple[list[ListView], ViewForm]:
    """The views of a list, and what saves the one that is shown."""
    now, saved = _question(query), site.list_views.of(name)
    owner = str(now.get("owner", ""))
    told = [(title, asked | ({"owner": owner} if owner else {}), None) for title, asked in _standard(reader, name)]
    every = [*told, *((view.title, _plain(view.question), number) for number, view in enumerate(saved.views))]
    found = [ListView(title, _url(name, asked), asked == now, number) for title, asked, number in every]
    can_save = not any(view.is_current for view in found)
    form = ViewForm(name, json.dumps(now), can_save, saved.version, saved.problem, site.form_token)
    return found, form


def _standard(reader: Reader, name: str) -> list[tuple[str, Asking]]:
    """Views that every list has: who is at risk, falls, renews or hardly comes."""
    found: list[tuple[str, Asking]] = [("All", {})]
    plan, entity = reader.plan, name.removesuffix("s")
    segment = plan.all_placements["segment"]
    if entity in segment.entities and any(label.name == "at_risk" for label in segment.labels_of(entity)):
        found.append(("At risk", _where(f"{name_of(segment.name)}=at_risk")))
    if of_entity(plan, entity):
        found.append(("Falling", _where(f"score_change<=-{FALL}", sort="score_change", descending="0")))
    if name == "accounts":
        last = reader.moment()[1]
        soon = (f"renewal_on>{last}", f"renewal_on<={last + timedelta(days=RENEWAL_DAYS)}")
        found.append((f"Renew in {RENEWAL_DAYS} days", _where(*soon, sort="renewal_on", descending="0")))
        found.append(("Half of the seats idle", _where("active_share<0.5", sort="mrr")))
    return found


def _where(*conditions: str, sort: str = "", descending: str = "") -> Asking:
    given: dict[str, str] = {"sort": sort, "descending": descending}
    return {"where": list(conditions), **{key: value for key, value in given.items() if value}}


def _question(query: QueryParams) -> Asking:
    found: Asking = {}
    for key in KEPT:
        given = [value for value in query.getlist(key) if value.strip()]
        if given and not (key == "descending" and ("sort" not in query or given[-1] != "0")):
            found[key] = given if key in REPEATED else given[-1]
    return found


def _plain(question: Mapping[str, str | Sequence[str]]) -> Asking:
    """A question as it was saved, in the shape of an address: a file may have one condition without a list."""
    return {
        key: [value] if isinstance(value, str) and key in REPEATED else value if isinstance(value, str) else list(value)
        for key, value in question.items()
        if key in KEPT
    }


def _url(name: str, asked: Asking) -> str:
    return f"/{name}?{urlencode(asked, doseq=True)}".rstrip("?")


def _list(request: Request) -> str:
    name: str = request.path_params["name"]
    if name not in LISTS:
        raise HTTPException(404)
    return name


def _asked(form: Form) -> Asking:
    try:
        asked = json.loads(form.get("question", ""))
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not all(isinstance(value, str | list) for value in asked.values()):
        raise DashboardError("The question of the view is not readable.")
    return _plain(asked)
