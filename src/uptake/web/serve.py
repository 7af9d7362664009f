"""Serving a workspace: one process holds it, answers pages and the command line, and gives it free when it ends."""

from __future__ import annotations

import errno
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from uptake.errors import ServerFailed, WorkspaceBusy
from uptake.store.home import Home, holder_of
from uptake.web import control
from uptake.web.app import create_app
from uptake.web.guard import LoopbackOnly, is_loopback
from uptake.workspace import Report, Workspace

PORTS_TO_TRY = 20


def serve(folder: Path, host: str, port: int, *, ready: Callable[[str], None], report: Report) -> None:
    """Serves a workspace until the process is told to end.

    Args:
        folder: The workspace's home directory.
        host: A name or an address of this machine.
        port: The port; 0 takes any that is free.
        ready: Told the address once it answers.
        report: Told what happens, if the projection has to be made again first.

    Raises:
        ServerFailed: The host is not this machine, or the port is taken.
        WorkspaceMissing: There is no workspace in the folder.
        WorkspaceBusy: Another process holds it.
    """
    Home(folder).require()
    with _listen(folder, host, port) as listener:
        url = _url(host, listener.getsockname()[1])
        token = secrets.token_urlsafe(32)
        with Workspace(folder, url=url, token=token, report=report) as workspace:
            config = uvicorn.Config(
                LoopbackOnly(create_app(workspace, token)),
                access_log=False,
                log_level="warning",
                proxy_headers=False,
                server_header=False,
                ws="none",
            )
            _Server(config, lambda: ready(url)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it answers, and when it is told to end lets imports stop that have stored nothing yet."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        control.stop()
        await super().shutdown(sockets)


def _listen(folder: Path, host: str, port: int) -> socket.socket:
    """Listens before the workspace is opened, so that who reads its address in the lock can connect at once."""
    if not is_loopback(host):
        raise ServerFailed(
            f"The server cannot listen on {host}: everyone who reaches it could read the workspace.",
            allowed=["127.0.0.1", "::1", "localhost"],
            do="There is no sign-in yet. From another machine, use a tunnel: ssh -L 8000:127.0.0.1:8000 THIS-MACHINE",
        )
    try:
        return _bound(host, port)
    except OSError as error:
        holder = holder_of(Home(folder))
        if holder is not None and holder.url:
            raise WorkspaceBusy(
                f"The workspace {folder} is served already, at {holder.url} (process {holder.pid})."
            ) from None
        raise _refused(host, port, error) from None


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named; else a page waits 40 ms for a receipt.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _refused(host: str, port: int, error: OSError) -> ServerFailed:
    if error.errno == errno.EADDRINUSE:
        free = next((other for other in range(port + 1, port + 1 + PORTS_TO_TRY) if _is_free(host, other)), 0)
        return ServerFailed(f"Port {port} is taken by another program.", do=f"Take another: uptake serve --port {free}")
    return ServerFailed(f"The server cannot listen on {host}:{port}: {error.strerror}.", do="Take another --port.")


def _is_free(host: str, port: int) -> bool:
    try:
        _bound(host, port).close()
    except (OSError, OverflowError):
        return False
    return True


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
