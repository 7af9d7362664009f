"""Who may speak to the server: this machine, under a name of this machine; and for changes, whoever knows the token.

A page of another site may make a browser here send requests, even under a name that resolves to
127.0.0.1 (DNS rebinding), so the name in the Host header counts and not only the address.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def is_loopback(name: str) -> bool:
    """Whether a name or an address means this machine and no other.

    >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


class LoopbackOnly:
    """Refuses requests that come from elsewhere, or that name another host.

    Args:
        app: What answers the others.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses one request."""
        if scope["type"] == "http" and not _is_local(scope):
            await PlainTextResponse("This server answers its own machine only.\n", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    return client is not None and is_loopback(client[0]) and is_loopback(_host(Headers(scope=scope).get("host", "")))


def _host(header: str) -> str:
    """The name in a Host header, without port and brackets."""
    name, colon, port = header.rpartition(":")
    if not colon or not port.isdecimal():
        name = header
    return name.removeprefix("[").removesuffix("]")


class TokenNeeded:
    """Refuses requests without the token that only the workspace's owner can read.

    Args:
        app: What answers the others.
        token: The token; never empty.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        if not token:
            raise ValueError("An empty token would let everyone in.")
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves or refuses one request."""
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                await PlainTextResponse("The token is missing or wrong.\n", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)
