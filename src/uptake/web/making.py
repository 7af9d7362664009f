"""History being made behind the pages: how far it is, and how it ends when the server does."""

from __future__ import annotations

from uptake.workspace import Progress


class Ended(Exception):
    """The server ends; what was made of history so far is made again by the next one."""


class Making:
    """What pages know of history being made."""

    def __init__(self) -> None:
        self.share = 0.0
        """How much of it is done."""
        self._is_closed = False

    def report(self, progress: Progress) -> None:
        """Takes down how far it is.

        Raises:
            Ended: It is not to go on.
        """
        if self._is_closed:
            raise Ended
        self.share = progress.share or 0.0

    def close(self) -> None:
        """Lets what is under way end soon."""
        self._is_closed = True
