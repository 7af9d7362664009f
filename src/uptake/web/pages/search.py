"""Search over everything that has a page, as a page and as the list below the search field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.routing import Route

from uptake.directory.search import Hit
from uptake.plan import Plan
from uptake.web import links
from uptake.web.reader import Reader
from uptake.web.site import Page, Part, Site, rail

KINDS = {
    "page": "Pages",
    "account": "Accounts",
    "user": "Users",
    "metric": "Metrics",
    "feature": "Features",
    "event": "Events",
}
"""Kinds of hits in the order they are shown."""
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Found:
    """One thing found.

    Args:
        title: How people call it.
        detail: A second line, or empty.
        url: Its page.
    """

    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Group:
    """Things of one kind."""

    title: str
    found: list[Found]


@dataclass(frozen=True, kw_only=True)
class SearchPage(Page):
    """What was found.

    Args:
        query: What was searched for.
        groups: What was found, by kind.
    """

    template: ClassVar[str] = "search.html"

    title: str = "Search"
    query: str
    groups: list[Group]


@dataclass(frozen=True, kw_only=True)
class SearchPart(Part):
    """What was found, below the field.

    Args:
        query: What was searched for.
        groups: What was found, by kind.
    """

    template: ClassVar[str] = "part_search.html"

    query: str
    groups: list[Group]


def routes(site: Site) -> list[Route]:
    """The page; htmx gets the list alone."""
    return [Route("/search", site.endpoint(show))]


def show(reader: Reader, request: Request) -> Page | Part:
    """What holds the text."""
    query = request.query_params.get("q", "").strip()[:MOST_CHARACTERS]
    hits = [*_pages(query, reader.plan), *reader.search(query)] if query else []
    groups = [
        Group(title, [Found(hit.title, hit.detail, _url(hit)) for hit in hits if hit.kind == kind])
        for kind, title in KINDS.items()
    ]
    groups = [group for group in groups if group.found]
    if "hx-request" in request.headers:
        return SearchPart(query=query, groups=groups)
    return SearchPage(query=query, groups=groups)


def _pages(query: str, plan: Plan) -> list[Hit]:
    return [
        Hit("page", url, title) for _, pages in rail(plan) for title, url in pages if query.lower() in title.lower()
    ]


def _url(hit: Hit) -> str:
    match hit.kind:
        case "account":
            return links.account(hit.id)
        case "user":
            return links.user(hit.id)
        case "metric":
            return links.metric(hit.id)
        case "feature":
            return links.feature(hit.id)
        case "event":
            return links.metric("retention", {"unit": "month", "returns": hit.id})
    return hit.id
