"""Pages for what went wrong: what happened, what was kept, what to do next. Never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, ClassVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uptake.charts import words
from uptake.errors import DashboardError, QuestionError, StillMaking, UptakeError
from uptake.web.pages import waiting
from uptake.web.site import Page, Part, Site

BAD_REQUEST, NOT_FOUND, FAILED, UNAVAILABLE = 400, 404, 500, 503

_log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Problem:
    """What went wrong.

    Args:
        what: What happened, with the value that was found.
        allowed: The values that would have been right.
        kept: What was kept.
        do: What to do next.
    """

    what: str
    allowed: tuple[str, ...] = ()
    kept: str = ""
    do: str = ""


@dataclass(frozen=True, kw_only=True)
class ProblemPage(Page):
    """A page in the place of the one that was asked for.

    Args:
        problem: What went wrong.
        code: The status of the answer.
        back_url: The page whose form was not taken; empty if it was none.
    """

    template: ClassVar[str] = "problem.html"

    problem: Problem
    code: int
    back_url: str = ""

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.code


@dataclass(frozen=True, kw_only=True)
class ProblemPart(Part):
    """A part of a page in the place of the one that was asked for; its status is that of success, so it is shown."""

    template: ClassVar[str] = "part_problem.html"

    problem: Problem


def told(error: UptakeError) -> Problem:
    """An error for people as a problem."""
    return Problem(error.what, error.allowed, do=error.do)


def not_found(error: UptakeError) -> ProblemPage:
    """The page for something that does not exist."""
    return ProblemPage(title="Not found", problem=told(error), code=NOT_FOUND)


def handlers(site: Site) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """What answers where a view raised."""

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code != NOT_FOUND and "text/html" in request.headers.get("accept", ""):
            what, _, do = error.detail.partition(". ")
            problem = Problem(f"{what.removesuffix('.')}.", kept="Nothing was changed.", do=do)
            return _respond(site, request, problem, "This was not accepted", error.status_code)
        if error.status_code != NOT_FOUND:
            return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
        problem = Problem(
            f"There is no page {request.url.path}.", do="Search for what you meant, or start at the overview."
        )
        return _respond(site, request, problem, "Not found", NOT_FOUND)

    def asked_wrongly(request: Request, error: Exception) -> Response:
        assert isinstance(error, UptakeError)
        if isinstance(error, StillMaking) and not PurePosixPath(request.url.path).suffix:  # files do not wait
            reader = site.reader()
            far = f" ({words.share(reader.making.share)} done)" if reader.making.share else ""
            return site.render(reader, waiting.again(request, f"{error.what.removesuffix('.')}{far}"))
        # What was asked is wrong, or what was stored is.
        code = BAD_REQUEST if isinstance(error, QuestionError | DashboardError) else UNAVAILABLE
        return _respond(site, request, told(error), "This cannot be answered", code)

    return {HTTPException: http, UptakeError: asked_wrongly}


class Unexpected:
    """Answers with a page where another one failed in a way nobody thought of; the log says why.

    Args:
        app: What answers.
        site: For making the page.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def sent(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            if has_begun:
                raise
            request = Request(scope)
            _log.exception("The page %s failed.", request.url.path)
            answer = await run_in_threadpool(self._page, request)
            await answer(scope, receive, send)

    def _page(self, request: Request) -> Response:
        problem = Problem(
            "The server failed while making this page.",
            kept="Nothing that was stored is lost.",
            do="Load it again. If it fails again, the server's terminal says why; 'uptake rebuild' makes the database new.",
        )
        try:
            return _respond(self._site, request, problem, "Something went wrong", FAILED)
        except Exception:  # noqa: BLE001 - the frame reads the database too, which may be what failed
            return PlainTextResponse(f"{problem.what} {problem.kept} {problem.do}\n", FAILED)


def _respond(site: Site, request: Request, problem: Problem, title: str, code: int) -> Response:
    reader = site.reader()
    if "hx-request" in request.headers:
        return site.render(reader, ProblemPart(problem=problem))
    return site.render(reader, ProblemPage(title=title, problem=problem, code=code, back_url=_back(request)))


def _back(request: Request) -> str:
    """The address of the page of this server whose form was sent, without the server."""
    origin, _, rest = request.headers.get("referer", "").partition("://")[2].partition("/")
    return f"/{rest.lstrip('/')}" if request.method == "POST" and origin == request.url.netloc else ""
