"""What all pages have in common: the workspace they read, the frame around them, what happens when one fails."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from uptake.dashboards import Dashboards
from uptake.list_views import ListViews
from uptake.plan import Plan
from uptake.web import formats, forms, links
from uptake.web.cache import Answers
from uptake.web.following import Following, Unused
from uptake.web.forms import Form
from uptake.web.making import Making
from uptake.web.reader import Reader
from uptake.workspace import Workspace

HERE = Path(__file__).parent
TRIALS = "/trials"
RAIL: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("", (("Overview", "/"), ("Teams", "/teams"), ("Dashboards", "/dashboards"))),
    (
        "Questions",
        (
            ("Explore", "/explore"),
            ("Metrics", "/metrics"),
            ("Retention", "/metrics/retention"),
            ("Features", "/features"),
            ("Launches", "/launches"),
        ),
    ),
    (
        "Customers",
        (
            ("Accounts", "/accounts"),
            ("Users", "/users"),
            ("Alerts", "/alerts"),
            ("Champions", "/champions"),
            ("Who qualifies", "/qualified"),
            ("Trials", TRIALS),
        ),
    ),
    ("Where they stand", (("Placements", "/placements"), ("Segments", "/segments"), ("Benchmarks", "/benchmarks"))),
    ("", (("Data and plan", "/data"),)),
)
"""The rail: sections with their pages, title and address; the last one stays in sight however low the window is."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a template needs to know; the fields of each page's class are exactly its template's variables.

    Args:
        title: The page's name, shown as heading and in the window's title.
    """

    template: ClassVar[str]
    section: ClassVar[str] = ""
    """The address in the rail that the page belongs to."""

    title: str

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 200


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a part of a page needs to know, which htmx fetches after the page is there."""

    template: ClassVar[str]

    @property
    def status(self) -> int:
        """As of a page."""
        return 200


@dataclass(frozen=True)
class Frame:
    """What the frame around every page shows beside the page's own fields; see `base.html`.

    Args:
        nav: The rail.
        workspace: The workspace's name: the product's.
        as_of: The instant the data ends, UTC; None if nothing was imported.
        zone: The product's time zone.
        plan_version: Short hash of the plan.
        plan_unused: Why that is not the plan of the files, or None.
        asset_version: Changes when a static file does.
    """

    nav: list[dict[str, Any]]
    workspace: str
    as_of: datetime | None
    zone: str
    plan_version: str
    plan_unused: Unused | None
    asset_version: str


View = Callable[[Reader, Request], Page | Part | Response]
Action = Callable[[Reader, Request, Form], Page | Part | Response]


class Site:
    """The pages over one workspace.

    Args:
        workspace: The workspace they show.
    """

    ahead: Callable[[Reader, date, date | None], None] | None = None
    """Asks what will be asked soon, whenever plan or data have changed; None: nobody does."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.answers = Answers(workspace)
        self.making = Making()
        self.following = Following(workspace)
        self.environment = environment()
        self.dashboards = Dashboards(workspace.home.plan)
        self.list_views = ListViews(workspace.home.plan)
        self.form_token = secrets.token_urlsafe(32)
        """Stands in every form that changes something."""
        self._asset_version = _asset_version()

    def reader(self) -> Reader:
        """For the questions of one request, by the plan as its files are now."""
        self.following.look()
        reader = Reader(self.workspace, self.answers, self.making)
        if self.ahead is not None:
            reader.ask_ahead(self.ahead)
        return reader

    def close(self) -> None:
        """Waits for what is under way, so that the workspace can be closed."""
        self.making.close()
        self.following.close()
        self.answers.close()

    def compile_templates(self) -> None:
        """Makes the templates ready, so that pages need not."""
        for name in self.environment.list_templates():
            self.environment.get_template(name)

    def endpoint(self, view: View) -> Callable[[Request], Response]:
        """A view as Starlette calls it, in a thread of its own because it waits for the engine."""

        def respond(request: Request) -> Response:
            with self.answers.serving():
                reader = self.reader()
                shown = view(reader, request)
                answer = shown if isinstance(shown, Response) else self.render(reader, shown)
                if answer.status_code == WRONG and "hx-request" in request.headers:
                    answer.status_code = FINE  # what is wrong stands in the place of the answer; an error is not put in
                return answer

        return respond

    def action(self, act: Action) -> Callable[[Request], Awaitable[Response]]:
        """What a form does, as Starlette calls it: only forms of this server's pages come so far."""

        async def respond(request: Request) -> Response:
            form = await forms.read(request, self.form_token)
            return await run_in_threadpool(self.endpoint(lambda reader, request: act(reader, request, form)), request)

        return respond

    def render(self, reader: Reader, shown: Page | Part) -> Response:
        """A page or a part of one as HTML."""
        context = {field.name: getattr(shown, field.name) for field in fields(shown)}
        if isinstance(shown, Page):
            frame = self._frame(reader, shown.section)
            context |= {field.name: getattr(frame, field.name) for field in fields(frame)}
        html = self.environment.get_template(shown.template).render(context)
        return HTMLResponse(html, shown.status, {"vary": "HX-Request"})

    def _frame(self, reader: Reader, section: str) -> Frame:
        nav = [
            {
                "title": title,
                "links": [{"title": name, "url": url, "is_current": url == section} for name, url in pages],
            }
            for title, pages in rail(reader.plan)
        ]
        product = reader.plan.product
        as_of = reader.moment()[0]
        return Frame(
            nav=nav,
            workspace=product.name,
            as_of=as_of if as_of.year > NOTHING_YET.year else None,
            zone=product.timezone,
            plan_version=reader.plan.version,
            plan_unused=self.following.unused(),
            asset_version=self._asset_version,
        )


def rail(plan: Plan) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The sections of the rail with the pages that this plan has something for."""
    for title, pages in RAIL:
        yield title, [(name, url) for name, url in pages if url != TRIALS or plan.trial is not None]


FINE, WRONG = 200, 400
NOTHING_YET = datetime(1970, 1, 2)
"""The moment of a workspace without data."""


def environment() -> Environment:
    """The templates, with everything they may say."""
    found = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    found.filters.update(formats.FILTERS)
    found.globals.update(formats.FUNCTIONS)
    found.globals.update(
        account_url=links.account, feature_url=links.feature, metric_url=links.metric, user_url=links.user
    )
    return found


def _asset_version() -> str:
    """Hash of the static files, 12 hex digits."""
    content = hashlib.sha256()
    for folder in ("static", "_vendor"):
        for path in sorted((HERE / folder).glob("*")):
            content.update(path.read_bytes())
    return content.hexdigest()[:12]
