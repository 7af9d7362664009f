"""The pages of a served workspace, timed as a browser meets them: the document first, then the parts it fetches."""

from __future__ import annotations

import html
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from bench.child import ENVIRONMENT, ROOT, UPTAKE, ChildFailed

PART = re.compile(r'hx-get="([^"]+)" hx-trigger="load"')
"""Parts that a page fetches by itself."""
AS_PART = {"HX-Request": "true"}
LINK = re.compile(r'href="(/[^"#?]*)"')
LISTS = ("/accounts", "/users", "/features", "/metrics")
"""Pages whose links lead to pages of their own kind."""
NO_PAGE = (".csv", ".parquet", ".json", ".svg", ".png", ".css", ".js")
AT_ONCE = 6
"""Requests a browser has under way with one server."""
AGAIN = 5
LONGEST_S = 120.0


@dataclass(frozen=True)
class Shown:
    """How long a page took, in milliseconds.

    Args:
        document_ms: Until the document was there.
        whole_ms: Until its last part was there too.
    """

    document_ms: float
    whole_ms: float


@dataclass
class Visit:
    """One life of a server.

    Args:
        start_s: From starting the process to the first answer.
        start_processor_s: Processor time of that.
        start_mb: Memory of the process then.
        end_mb: Memory after all pages.
        first: Page -> its first showing; the overview is asked for at once, the others while the server may
            still be working ahead.
        again: Page -> its showings after that.
    """

    start_s: float = 0.0
    start_processor_s: float = 0.0
    start_mb: float = 0.0
    end_mb: float = 0.0
    first: dict[str, Shown] = field(default_factory=dict)
    again: dict[str, list[Shown]] = field(default_factory=dict)


def visit(home: Path, again: int = AGAIN) -> Visit:
    """Starts a server on a workspace, looks at every kind of page, and ends it.

    Args:
        home: The workspace.
        again: Times a page is looked at after the first time.

    Raises:
        ChildFailed: The server did not start, or a page could not be shown.
    """
    found = Visit()
    with _served(home, found) as (client, process):
        found.first["/"] = show(client, "/")
        for path in _pages(client):
            found.first.setdefault(path, show(client, path))
        for path in found.first:
            found.again[path] = [show(client, path) for _ in range(again)]
        found.end_mb = process.memory_info().rss / 1e6
    return found


def show(client: httpx.Client, path: str) -> Shown:
    """Fetches a page and the parts it asks for, some at a time."""
    began = time.perf_counter()
    text = _text(client, path)
    document = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as browser:
        parts = PART.findall(text)
        while parts:
            parts = [inner for part in browser.map(lambda part: _text(client, html.unescape(part), AS_PART), parts)
                     for inner in PART.findall(part)]  # fmt: skip
    return Shown((document - began) * 1000, (time.perf_counter() - began) * 1000)


def _pages(client: httpx.Client) -> Iterator[str]:
    """What the overview links to; of each list the first page it leads to, of metrics all."""
    yield from (links := _links(client, "/"))
    for path in LISTS:
        own = [link for link in _links(client, path) if link.startswith(f"{path}/") and link not in links]
        yield from own if path == "/metrics" else own[:1]


def _links(client: httpx.Client, path: str) -> list[str]:
    found = dict.fromkeys(html.unescape(link) for link in LINK.findall(_text(client, path)))
    return [link for link in found if not link.startswith("/static") and not link.endswith(NO_PAGE)]


def _text(client: httpx.Client, path: str, headers: Mapping[str, str] | None = None) -> str:
    answer = client.get(path, headers=headers)
    if answer.status_code != httpx.codes.OK:
        raise ChildFailed(f"{path} answered {answer.status_code}.")
    return answer.text


@contextmanager
def _served(home: Path, found: Visit) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    port = _free_port()
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, *UPTAKE, "serve", "--home", str(home), "--port", str(port)],
            cwd=ROOT, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=LONGEST_S) as client:
                _wait(client, server, began)
                found.start_s = time.perf_counter() - began
                process = psutil.Process(server.pid)
                found.start_processor_s = sum(process.cpu_times()[:2])
                found.start_mb = process.memory_info().rss / 1e6
                yield client, process
        except httpx.HTTPError as error:
            output.seek(0)
            raise ChildFailed(f"{error!r}; the server said: {output.read()[-300:]}") from error
        finally:
            server.terminate()
            server.wait()


def _wait(client: httpx.Client, server: subprocess.Popen[bytes], began: float) -> None:
    while True:
        try:
            client.get("/health").raise_for_status()
            return
        except httpx.ConnectError:
            if server.poll() is not None or time.perf_counter() - began > LONGEST_S:
                raise
            time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as anyone:
        anyone.bind(("127.0.0.1", 0))
        port: int = anyone.getsockname()[1]
    return port
