"""A workspace that a server on this machine holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from uptake.benchmarks.answer import Benchmarks
from uptake.errors import ServerFailed, UptakeError
from uptake.metrics.asking.listed import Listed
from uptake.metrics.asking.people import People
from uptake.metrics.core.result import Result
from uptake.plans import Version
from uptake.quarantine import Retried
from uptake.reports.plan_effect import Effect
from uptake.scores.ask import Explained, Scores
from uptake.segments.ask import Placements
from uptake.segments.movement import Movement
from uptake.store.ledger import Rejected
from uptake.web.control import IMPORT_ID, PREFIX
from uptake.web.messages import (
    DONE,
    FAILED,
    FOUND,
    PROGRESS,
    Found,
    ImportOrder,
    Problem,
    RetryOrder,
    decode,
    encode,
    error,
)
from uptake.workspace import Progress, Report, Summary

if TYPE_CHECKING:
    from uptake.check import Finding

T = TypeVar("T")
CONNECT_S = 5
"""An answer may take as long as the same work here would; only a server that is not there is given up."""


class Remote:
    """A workspace through its server; does what `uptake.web.operations.Operations` does.

    Args:
        url: Where the server is.
        token: What it wants to see, from the lock of the workspace.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        # Proxies of the environment are for the world; this never leaves the machine.
        self._client = httpx.Client(
            base_url=url + PREFIX,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(None, connect=CONNECT_S),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        if isinstance(failure, httpx.TransportError):
            raise ServerFailed(
                f"The server at {self._url} does not answer: {str(failure) or type(failure).__name__}.",
                do="It may have ended. Run the command again.",
            ) from failure

    def metric(self, name: str, given: Mapping[str, Any]) -> Result:
        """Answers a question."""
        return self._get("/metric", Result, name=name, given=json.dumps(given))

    def people(self, name: str, cell: Mapping[str, Any], given: Mapping[str, Any], side: str) -> People:
        """Who is behind a number."""
        asked = {"name": name, "cell": json.dumps(cell), "given": json.dumps(given), "side": side}
        return self._get("/people", People, **asked)

    def benchmark(self, given: Mapping[str, Any]) -> Benchmarks:
        """Every account against the benchmark of its type."""
        return self._get("/benchmark", Benchmarks, given=json.dumps(given))

    def placements(self, name: str, given: Mapping[str, Any]) -> Placements:
        """Where everyone stands."""
        return self._get("/placements", Placements, name=name, given=json.dumps(given))

    def movement(self, name: str, given: Mapping[str, Any]) -> Movement:
        """Who moved from where to where."""
        return self._get("/movement", Movement, name=name, given=json.dumps(given))

    def scores(self, name: str, given: Mapping[str, Any]) -> Scores:
        """A score of everyone."""
        return self._get("/scores", Scores, name=name, given=json.dumps(given))

    def explain(self, name: str, id_: str, given: Mapping[str, Any]) -> Explained:
        """Why somebody's score is what it is."""
        return self._get("/explain", Explained, name=name, id=id_, given=json.dumps(given))

    def names(self, what: str) -> dict[str, tuple[str, str]]:
        """The plan's scores, placements or rules: name -> title, and what to know of it."""
        return self._get("/names", dict[str, tuple[str, str]], what=what)

    def listed(self, name: str, given: Mapping[str, Any]) -> Listed:
        """A list of users or accounts."""
        return self._get("/listed", Listed, name=name, given=json.dumps(given))

    def import_rows(
        self, order: ImportOrder, found: Callable[[Found], None], report: Report, is_stopped: Callable[[], bool]
    ) -> Summary:
        """Imports files, which the server reads itself."""
        absolute = replace(order, paths=tuple(str(Path(path).absolute()) for path in order.paths))
        with self._stream("/import", absolute) as response:
            stop = f"/import/{response.headers[IMPORT_ID]}/stop"

            def report_and_stop(progress: Progress) -> None:
                report(progress)
                if is_stopped():
                    self._post(stop)

            return _followed(response, Summary, found, report_and_stop)

    def rebuild(self, report: Report) -> None:
        """Makes the projection again."""
        with self._stream("/rebuild") as response:
            _followed(response, type(None), lambda _: None, report)

    def findings(self) -> tuple[Finding, ...]:
        """Holds the plan, as it is on disk now, against the data; the server uses it from now on."""
        from uptake.check import Finding

        return decode(self._post("/check"), tuple[Finding, ...])

    def proposed_plan(self) -> dict[str, str]:
        """A plan proposed from the data: file name -> text."""
        return self._get("/plan/proposal", dict[str, str])

    def follow_plan(self, report: Report) -> UptakeError | None:
        """Lets the server take a changed plan into use; gives why it cannot."""
        with self._stream("/plan/follow") as response:
            refused = _followed(response, tuple[Problem, ...], lambda _: None, report)
        return error(refused[0]) if refused else None

    def reload_plan(self) -> None:
        """Lets the server read the plan's files again."""
        self._post("/plan/reload")

    def plan_log(self, limit: int | None) -> tuple[Version, ...]:
        """Every plan that was in use, the latest first."""
        given = {"limit": str(limit)} if limit is not None else {}
        return self._get("/plan/log", tuple[Version, ...], **given)

    def plan_effect(self, after: str, before: str, as_of: str | None, limit: int, report: Report) -> Effect:
        """What another plan would change."""
        given = {"after": after, "before": before, "limit": str(limit)} | ({"as_of": as_of} if as_of else {})
        with self._stream(f"/plan/effect?{urlencode(given)}") as response:
            return _followed(response, Effect, lambda _: None, report)

    def quarantine(self, kind: str | None, limit: int, offset: int) -> list[Rejected]:
        """Rows in quarantine, oldest first; a limit of -1 means all."""
        given = {"kind": kind} if kind else {}
        return self._get("/quarantine", list[Rejected], limit=str(limit), offset=str(offset), **given)

    def quarantine_reasons(self) -> list[tuple[str, str, int]]:
        """(kind, reason, rows) of the quarantine, most rows first."""
        return self._get("/quarantine/reasons", list[tuple[str, str, int]])

    def retry(self, order: RetryOrder) -> tuple[Retried, ...]:
        """Takes quarantined rows in again."""
        return decode(self._post("/retry", order), tuple[Retried, ...])

    def _get(self, path: str, type_: type[T], **query: str) -> T:
        return decode(self._checked(self._client.get(path, params=query)).content, type_)

    def _post(self, path: str, order: object = None) -> bytes:
        return self._checked(self._client.post(path, content=encode(order))).content

    @contextmanager
    def _stream(self, path: str, order: object = None) -> Iterator[httpx.Response]:
        with self._client.stream("POST", path, content=encode(order)) as response:
            yield self._checked(response)

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if not response.is_error:
            return response
        response.read()
        if response.status_code == httpx.codes.BAD_REQUEST:
            raise error(decode(response.content, Problem))
        raise ServerFailed(
            f"The server at {self._url} answers {response.status_code}: {response.text.strip()[:200]}",
            do="Its terminal may say why.",
        )


def _followed(response: httpx.Response, type_: type[T], found: Callable[[Found], None], report: Report) -> T:
    """Reads a stream to its last line, which is the answer or an error."""
    for line in response.iter_lines():
        ((what, message),) = decode(line.encode(), dict[str, msgspec.Raw]).items()
        if what == FOUND:
            found(decode(message, Found))
        elif what == PROGRESS:
            report(decode(message, Progress))
        elif what == FAILED:
            raise error(decode(message, Problem))
        elif what == DONE:
            return decode(message, type_)
    raise ServerFailed("The server ended before it answered.", do="Start it again and repeat the command.")
