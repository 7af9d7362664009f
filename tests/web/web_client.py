"""Asks an application in this process, as a browser on this machine would, with its life span around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.applications import Starlette

AWAITS = '<meta http-equiv="refresh"'
"""What a page has that waits for its answer."""
HOME = "http://127.0.0.1:8000"


class Client:
    """Asks pages; redirects are answers.

    Args:
        portal: Where the application runs.
        asking: The client there.
    """

    def __init__(self, portal: BlockingPortal, asking: httpx.AsyncClient) -> None:
        self._portal, self._asking = portal, asking

    def get(self, address: str, **options: Any) -> httpx.Response:
        """Asks for an address; a page that comes before its answer is asked for again, as it asks a browser to."""
        while AWAITS in (response := self.request("GET", address, **options)).text:
            pass
        return response

    def request(self, method: str, address: str, **options: Any) -> httpx.Response:
        """Asks in any way."""
        return self._portal.call(partial(self._asking.request, method, address, **options))


@contextmanager
def serving(app: Starlette) -> Iterator[Client]:
    """A client of an application that lives as long as the block."""

    @asynccontextmanager
    async def alive() -> Any:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=HOME) as asking:
                yield asking

    with start_blocking_portal() as portal, portal.wrap_async_context_manager(alive()) as asking:
        yield Client(portal, asking)
