"""A page in Chromium that remembers everything on it that must not happen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from playwright.sync_api import BrowserContext, Page

import uptake
from uptake.web.app import create_app


@dataclass
class Watched:
    """A page and everything on it that must not happen."""

    page: Page
    home: str
    wrong: list[str] = field(default_factory=list)

    def go(self, address: str) -> Page:
        """Opens an address of the server and waits until all its parts are there."""
        self.page.goto(self.home + address, wait_until="networkidle")
        return self.page


def watching(context: BrowserContext, home: str) -> Iterator[Watched]:
    page = context.new_page()
    found = Watched(page, home)

    def dialog(opened: object) -> None:
        found.wrong.append(f"dialog: {opened}")
        opened.dismiss()  # type: ignore[attr-defined]  # a Dialog

    page.on("dialog", dialog)
    page.on("pageerror", lambda error: found.wrong.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: found.wrong.append(f"console: {said.text}") if said.type in ("error", "warning") else None,
    )
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((home, "data:")) else found.wrong.append(f"asked {asked.url}"),
    )
    page.on(
        "response", lambda answer: found.wrong.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )
    yield found
    assert found.wrong == []


@contextmanager
def served(workspace: uptake.Workspace) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(workspace), log_level="warning", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
