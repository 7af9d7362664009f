"""A page or part whose answer takes a while: something is there at once, and fetches the rest."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request

from uptake.web.reader import ready
from uptake.web.site import Page, Part

PATIENCE_S: float | None = 0.25
"""How long the frame waits for answers; None: until they are there."""


PAUSE_S = 2
"""Until what is still being made is asked for again."""


@dataclass(frozen=True, kw_only=True)
class WaitingPage(Page):
    """The frame of a page.

    Args:
        place: The address in the rail that the page belongs to.
        says: What is being worked out.
        later: Where the page is to fetch itself again, with the answers.
        pause_s: Seconds until it does so.
    """

    template: ClassVar[str] = "waiting.html"

    place: str
    says: str
    later: str
    pause_s: int = 0

    @property
    def section(self) -> str:  # type: ignore[override]  # it stands in for many pages
        """The address in the rail that the page belongs to."""
        return self.place


@dataclass(frozen=True, kw_only=True)
class WaitingPart(Part):
    """What stands in the place of a part.

    Args:
        says: What is being worked out.
        later: Where the part is.
        pause_s: Seconds until it is fetched again.
    """

    template: ClassVar[str] = "part_waiting.html"

    says: str
    later: str
    pause_s: int


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
    return WaitingPage(title=title, place=place, says=says, later=_address(request))


def again(request: Request, says: str) -> WaitingPage | WaitingPart:
    """What is shown instead of what is made of something that is still being made.

    Args:
        request: For the page or the part.
        says: What is being made.
    """
    # a page that waits already asks for its main element
    if "hx-request" in request.headers and request.headers.get("hx-target") != "main":
        return WaitingPart(says=says, later=_address(request), pause_s=PAUSE_S)
    place = f"/{request.url.path.split('/')[1]}"
    return WaitingPage(title="One moment", place=place, says=says, later=_address(request), pause_s=PAUSE_S)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
