"""What a running server does for the command line of this machine; pages do not use it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from uptake.errors import ServerFailed, UptakeError
from uptake.web.guard import LoopbackOnly, TokenNeeded
from uptake.web.messages import (
    DONE,
    FAILED,
    FOUND,
    PROGRESS,
    ImportOrder,
    RetryOrder,
    decode,
    encode,
    problem,
)
from uptake.web.operations import Operations
from uptake.workspace import Workspace

PREFIX = "/control"
IMPORT_ID = "Import-Id"
"""Header of an import's answer: what `POST /control/import/{id}/stop` names it by."""

Tell = Callable[[str, object], None]
Work = Callable[[Tell, Event], object]

_running: set[Event] = set()
_log = logging.getLogger("uvicorn.error")


def routes(workspace: Workspace, token: str) -> list[Mount]:
    """The routes under `/control`, for clients of this machine that know the token.

    What changes nothing is GET, everything else POST. Long work answers with lines of JSON: what was
    found, how far it is, and at last the answer or an error.

    Args:
        workspace: The workspace that is served.
        token: What clients must show.
    """
    control = _Control(Operations(workspace))
    guards = [Middleware(LoopbackOnly), Middleware(TokenNeeded, token=token)]
    return [Mount(PREFIX, routes=control.routes(), middleware=guards)]


def stop() -> None:
    """Asks all work under way for the command line to stop, because the server ends."""
    for stopped in tuple(_running):
        stopped.set()


class _Control:
    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._imports: dict[str, Event] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/metric", self._metric),
            Route("/people", self._people),
            Route("/benchmark", self._benchmark),
            Route("/placements", self._placements),
            Route("/movement", self._movement),
            Route("/scores", self._scores),
            Route("/names", self._names),
            Route("/explain", self._explain),
            Route("/listed", self._listed),
            Route("/quarantine", self._quarantine),
            Route("/quarantine/reasons", self._reasons),
            Route("/plan/proposal", self._proposal),
            Route("/plan/log", self._plan_log),
            Route("/plan/effect", self._plan_effect, methods=["POST"]),
            Route("/plan/follow", self._follow, methods=["POST"]),
            Route("/plan/reload", self._reload, methods=["POST"]),
            Route("/check", self._check, methods=["POST"]),
            Route("/import", self._import, methods=["POST"]),
            Route("/import/{id}/stop", self._stop, methods=["POST"]),
            Route("/rebuild", self._rebuild, methods=["POST"]),
            Route("/retry", self._retry, methods=["POST"]),
        ]

    def _metric(self, request: Request) -> Response:
        name, given = (request.query_params[key] for key in ("name", "given"))
        return _answer(lambda: self._operations.metric(name, decode(given.encode(), dict[str, Any])))

    def _people(self, request: Request) -> Response:
        name, cell, given, side = (request.query_params[key] for key in ("name", "cell", "given", "side"))
        row, asked = (decode(text.encode(), dict[str, Any]) for text in (cell, given))
        return _answer(lambda: self._operations.people(name, row, asked, side))

    def _benchmark(self, request: Request) -> Response:
        given = request.query_params["given"]
        return _answer(lambda: self._operations.benchmark(decode(given.encode(), dict[str, Any])))

    def _placements(self, request: Request) -> Response:
        name, given = (request.query_params[key] for key in ("name", "given"))
        return _answer(lambda: self._operations.placements(name, decode(given.encode(), dict[str, Any])))

    def _movement(self, request: Request) -> Response:
        name, given = (request.query_params[key] for key in ("name", "given"))
        return _answer(lambda: self._operations.movement(name, decode(given.encode(), dict[str, Any])))

    def _scores(self, request: Request) -> Response:
        name, given = (request.query_params[key] for key in ("name", "given"))
        return _answer(lambda: self._operations.scores(name, decode(given.encode(), dict[str, Any])))

    def _names(self, request: Request) -> Response:
        what = request.query_params["what"]
        return _answer(lambda: self._operations.names(what))

    def _explain(self, request: Request) -> Response:
        name, id_, given = (request.query_params[key] for key in ("name", "id", "given"))
        return _answer(lambda: self._operations.explain(name, id_, decode(given.encode(), dict[str, Any])))

    def _listed(self, request: Request) -> Response:
        name, given = (request.query_params[key] for key in ("name", "given"))
        return _answer(lambda: self._operations.listed(name, decode(given.encode(), dict[str, Any])))

    def _quarantine(self, request: Request) -> Response:
        kind, limit, offset = (request.query_params.get(key) for key in ("kind", "limit", "offset"))
        return _answer(lambda: self._operations.quarantine(kind, int(limit or -1), int(offset or 0)))

    def _reasons(self, request: Request) -> Response:
        del request
        return _answer(self._operations.quarantine_reasons)

    def _proposal(self, request: Request) -> Response:
        del request
        return _answer(self._operations.proposed_plan)

    def _plan_log(self, request: Request) -> Response:
        limit = request.query_params.get("limit")
        return _answer(lambda: self._operations.plan_log(None if limit is None else int(limit)))

    async def _plan_effect(self, request: Request) -> Response:
        after, before, limit = (request.query_params[key] for key in ("after", "before", "limit"))
        as_of = request.query_params.get("as_of")

        def work(tell: Tell, _: Event) -> object:
            return self._operations.plan_effect(
                after, before, as_of, int(limit), lambda progress: tell(PROGRESS, progress)
            )

        return _Streamed(work)

    async def _follow(self, request: Request) -> Response:
        del request

        def work(tell: Tell, _: Event) -> object:
            refused = self._operations.follow_plan(lambda progress: tell(PROGRESS, progress))
            return (problem(refused),) if refused is not None else ()

        return _Streamed(work)

    def _reload(self, request: Request) -> Response:
        del request
        return _answer(self._operations.reload_plan)

    def _check(self, request: Request) -> Response:
        del request
        return _answer(self._operations.findings)

    async def _import(self, request: Request) -> Response:
        body = await request.body()
        import_id = secrets.token_urlsafe(8)

        def work(tell: Tell, stopped: Event) -> object:
            order = decode(body, ImportOrder)
            self._imports[import_id] = stopped
            try:
                return self._operations.import_rows(
                    order, lambda found: tell(FOUND, found), lambda progress: tell(PROGRESS, progress), stopped.is_set
                )
            finally:
                del self._imports[import_id]

        return _Streamed(work, {IMPORT_ID: import_id})

    async def _stop(self, request: Request) -> Response:
        stopped = self._imports.get(request.path_params["id"])
        if stopped is not None:
            stopped.set()
        return Response(status_code=204)

    async def _rebuild(self, request: Request) -> Response:
        del request
        return _Streamed(lambda tell, _: self._operations.rebuild(lambda progress: tell(PROGRESS, progress)))

    async def _retry(self, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_answer, lambda: self._operations.retry(decode(body, RetryOrder)))


def _answer(work: Callable[[], object]) -> Response:
    try:
        return Response(encode(work()), media_type="application/json")
    except UptakeError as error:
        return Response(encode(problem(error)), 400, media_type="application/json")


class _Streamed(StreamingResponse):
    """An answer that tells how far the work is.

    The work runs in a thread of its own and is told to stop when nobody listens any more, so a client
    that is killed leaves no import behind that it did not see.
    """

    def __init__(self, work: Work, headers: dict[str, str] | None = None) -> None:
        self._work = work
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._stopped = Event()
        super().__init__(self._told(), headers=headers, media_type="application/jsonl")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _running.add(self._stopped)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stopped.set()
            _running.remove(self._stopped)

    def _told(self) -> Iterator[bytes]:
        Thread(target=self._run, name="control").start()
        while (line := self._lines.get()) is not None:
            yield line

    def _run(self) -> None:
        try:
            self._tell(DONE, self._work(self._tell, self._stopped))
        except UptakeError as error:
            self._tell(FAILED, problem(error))
        except Exception:  # noqa: BLE001 - whatever it is, a client waits for its answer
            _log.exception("Work for the command line failed.")
            self._tell(FAILED, problem(ServerFailed("The server failed.", do="Its terminal says why.")))
        finally:
            self._lines.put(None)

    def _tell(self, what: str, message: object) -> None:
        self._lines.put(encode({what: message}) + b"\n")
