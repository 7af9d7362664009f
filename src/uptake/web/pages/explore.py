"""Explorers: which question somebody has, and the page that answers it. Each is the page of a metric, form first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.routing import Route

from uptake.metrics.catalogue import catalogue
from uptake.web import links
from uptake.web.reader import Reader
from uptake.web.site import Page, Site

ALWAYS = ("entity", "period", "by", "top", "segment", "where")
"""Fields that every form shows at once, after those of the metric."""


OFTEN = ("unit", "output", "window", "over", "launch", "task", "measure", "cohort", "against")
"""Of a metric's own fields those that are often changed."""


@dataclass(frozen=True)
class Explorer:
    """One question with its page.

    Args:
        metric: The metric that answers it.
        asks: The question.
        shows: What the page shows.
        fields: Fields of the form that are seen at once, in this order; the others are one click away.
    """

    metric: str
    asks: str
    shows: str
    fields: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its page."""
        return links.metric(self.metric)


EVERY = (
    Explorer(
        "retention",
        "Who comes back?",
        "Cohorts by start as a triangle, and the curve. Choose what starts the clock and what counts as coming back.",
        ("entity", "unit", "start", "returns", "criterion", "by", "top", "segment", "where"),
    ),
    Explorer(
        "funnel",
        "Where do they stop on the way?",
        "Steps with who goes on and who drops off, and how long each step takes.",
        ("entity", "steps", "order", "window_days", "output", "by", "top", "segment", "where"),
    ),
    Explorer(
        "lifecycle",
        "Is the audience growing?",
        "New, current and resurrected above the line, dormant below it, period by period; pulse in one number.",
        ("entity", "period", "active", "output", "by", "top", "segment", "where"),
    ),
    Explorer(
        "stickiness",
        "Is it a habit?",
        "How many of a month's actives come on a given day, or on how many days they come (the power curve).",
        ("entity", "output", "short_days", "long_days", "period", "by", "top", "segment", "where"),
    ),
    Explorer(
        "feature_adoption",
        "Which features are taken up?",
        "For each feature who could use it, tried it, adopted it and kept it.",
        ("entity", "period", "by", "top", "segment", "where"),
    ),
    Explorer(
        "paths",
        "What do they do next?",
        "The ways from an event, or to one, and how often each is taken.",
        ("entity", "after", "before", "nodes", "output", "by", "top", "segment", "where"),
    ),
    Explorer(
        "adoption_map",
        "Which accounts stand where?",
        "Accounts as points on two axes of your choice, with named quadrants: who uses much or little of what they pay for.",
        ("entity", "x", "y", "by", "top", "segment", "where"),
    ),
)
"""In the order in which the page has them."""


def explorers() -> dict[str, Explorer]:
    """Metric -> explorer, of the metrics there are."""
    return {one.metric: one for one in EVERY if one.metric in catalogue()}


def first_fields(metric: str) -> tuple[str, ...]:
    """Names of the fields that a metric's form shows at once."""
    found = explorers().get(metric)
    return found.fields if found else ("entity", *OFTEN, *ALWAYS[1:])


@dataclass(frozen=True, kw_only=True)
class ExplorePage(Page):
    """Where questions begin.

    Args:
        explorers: The explorers.
        has_events: Whether anything was imported.
    """

    template: ClassVar[str] = "explore.html"
    section: ClassVar[str] = "/explore"

    title: str = "Explore"
    explorers: list[Explorer]
    has_events: bool


def routes(site: Site) -> list[Route]:
    """The page."""
    return [Route("/explore", site.endpoint(show))]


def show(reader: Reader, request: Request) -> Page:
    """The page."""
    del request
    return ExplorePage(explorers=list(explorers().values()), has_events=reader.has_events())
