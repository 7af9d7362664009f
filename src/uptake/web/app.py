"""The web application over one workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route

from uptake.web import control
from uptake.web.assets import Assets
from uptake.web.cache import Urgency
from uptake.web.pages import FAMILIES, ahead, problems
from uptake.web.security import SecurityHeaders
from uptake.web.site import Site
from uptake.workspace import Workspace

HERE = Path(__file__).parent


def create_app(workspace: Workspace, token: str = "") -> Starlette:
    """The application.

    Args:
        workspace: The workspace it shows; closed by the caller, after the application has ended.
        token: What the command line must show to work through the server; empty: it cannot.
    """
    site = Site(workspace)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        site.ahead = ahead.ask_ahead
        site.reader()
        # The first page makes the few it needs by itself, sooner than if it had to share the interpreter with this.
        site.answers.ask("templates", lambda _: site.compile_templates(), Urgency.IDLE)
        try:
            yield
        finally:
            await run_in_threadpool(site.close)

    routes: list[BaseRoute] = [
        Route("/health", _health),
        Mount("/static/_vendor", Assets(directory=HERE / "_vendor", check_dir=False)),
        Mount("/static", Assets(directory=HERE / "static")),
        *(control.routes(workspace, token) if token else ()),
        *(route for family in FAMILIES for route in family.routes(site)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders), Middleware(problems.Unexpected, site=site)],
        exception_handlers=problems.handlers(site),
        lifespan=lifespan,
    )
    # An id may end in a slash; it is not the page without one.
    app.router.redirect_slashes = False
    return app


async def _health(request: Request) -> PlainTextResponse:
    del request
    return PlainTextResponse("ok\n")
