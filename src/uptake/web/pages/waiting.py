"""A page whose answer takes a while: its frame is there at once, and fetches the rest."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request

from uptake.web.reader import ready
from uptake.web.site import Page

PATIENCE_S: float | None = 0.25
"""How long the frame waits for answers; None: until they are there."""


@dataclass(frozen=True, kw_only=True)
class WaitingPage(Page):
    """The frame of a page.

    Args:
        place: The address in the rail that the page belongs to.
        says: What is being worked out.
        later: Where the page is to fetch itself again, with the answers.
    """

    template: ClassVar[str] = "waiting.html"

    place: str
    says: str
    later: str

    @property
    def section(self) -> str:  # type: ignore[override]  # it stands in for many pages
        """The address in the rail that the page belongs to."""
        return self.place


def until(answers: Sequence[Future[Any]], request: Request, title: str, place: str, says: str) -> WaitingPage | None:
    """What is shown until answers are there; None: they are, or failed.

    Args:
        answers: What the page cannot be shown without.
        request: For the page.
        title: The page's.
        place: The address in the rail that it belongs to.
        says: What is being worked out.
    """
    # Only a browser that asks for the rest of the page waits until it is there.
    if ready(list(answers), None if "hx-request" in request.headers else PATIENCE_S):
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return WaitingPage(title=title, place=place, says=says, later=request.url.path + query)
