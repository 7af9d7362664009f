"""All metrics, by the stage of adoption they are about, each with what it says now."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from uptake.charts import dates
from uptake.errors import QuestionError
from uptake.metrics.catalogue import catalogue
from uptake.metrics.core.metric import Entry
from uptake.metrics.core.result import Result
from uptake.reports.headline import headline
from uptake.web.cache import Urgency
from uptake.web.pages import question
from uptake.web.pages.first_look import first_look
from uptake.web.pages.overview import FIRST_PAINT_S
from uptake.web.reader import Reader, ready
from uptake.web.site import Page, Part, Site
from uptake.web.words.plan_words import joined
from uptake.web.words.sentences import sentence

STAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Activation", "Do newcomers get started?", ("activation_rate", "onboarding_completion", "funnel")),
    (
        "Value",
        "Do they get what they came for?",
        ("time_to_first_value", "time_to_value", "value_realisation", "paid_conversion", "task_success"),
    ),
    (
        "Adoption",
        "Which features are taken up, and kept?",
        (
            "adoption_rate",
            "feature_adoption",
            "features_used",
            "breadth",
            "depth",
            "adoption_velocity",
            "feature_discovery_lag",
            "launch_adoption",
            "adoption_decay",
            "adoption_half_life",
            "spread",
            "adoption_map",
            "engagement_matrix",
        ),
    ),
    (
        "Engagement",
        "How often do they come, and how much do they do?",
        (
            "active_users",
            "product_engagement_score",
            "stickiness",
            "active_days_per_week",
            "sessions_per_week",
            "session_duration",
            "labouring",
            "tickets_per_100_users",
            "frequency",
            "consistency",
            "frequency_classes",
            "usage_interval",
        ),
    ),
    ("Retention", "Do they come back?", ("retention", "lifecycle", "paths", "cohort_comparison")),
    (
        "Customers and revenue",
        "Which customers stay, grow or leave?",
        (
            "account_churn",
            "mrr_churn",
            "net_revenue_retention",
            "gross_revenue_retention",
            "expansion",
            "lifetime_value",
            "churn_kind",
            "churn_signals",
            "invite_loop",
            "journey",
        ),
    ),
)
"""The way of a user, stage by stage, each with its question; metrics that are named nowhere come last."""


MOST_NAMED = 3
"""Metrics without an answer that the page's sentence names."""


@dataclass(frozen=True)
class Listed:
    """One metric of the list.

    Args:
        name: The metric.
        title: Its name for people.
        purpose: What it is for.
        says: What it says now; None where that is fetched later.
        lacks: What the plan lacks for it; empty if nothing.
    """

    name: str
    title: str
    purpose: str
    says: str | None = None
    lacks: str = ""


@dataclass(frozen=True)
class Stage:
    """A stage with its metrics.

    Args:
        title: Its name.
        asks: The question that its metrics answer.
        metrics: They.
    """

    title: str
    asks: str
    metrics: list[Listed]


@dataclass(frozen=True, kw_only=True)
class MetricsPage(Page):
    """All metrics.

    Args:
        headline: How many have an answer now.
        stages: They, by stage.
        has_events: Whether anything was imported.
    """

    template: ClassVar[str] = "metrics.html"
    section: ClassVar[str] = "/metrics"

    title: str = "Metrics"
    headline: str
    stages: list[Stage]
    has_events: bool


@dataclass(frozen=True, kw_only=True)
class SaysPart(Part):
    """What one metric says now."""

    template: ClassVar[str] = "part_says.html"

    metric: Listed


def routes(site: Site) -> list[Route]:
    """The list, what its metrics say, and the address people guess."""
    return [
        Route("/metrics", site.endpoint(show)),
        Route("/definitions", site.endpoint(definitions)),
        Route("/metrics/{name}/says", site.endpoint(says_part)),
    ]


def show(reader: Reader, request: Request) -> Page:
    """The list, with the answers that are there in time."""
    del request
    has_events, last_day, first_day = reader.has_events(), reader.moment()[1], reader.first_day()
    asked = (
        {name: _ask(reader, found, last_day, first_day) for name, found in catalogue().items()} if has_events else {}
    )
    ready(list(asked.values()), FIRST_PAINT_S)
    named = [name for _, _, names in STAGES for name in names]
    rest = tuple(name for name in catalogue() if name not in named)
    stages = [
        Stage(
            title, asks, [_listed(reader, catalogue()[name], asked.get(name)) for name in names if name in catalogue()]
        )
        for title, asks, names in (*STAGES, ("More", "What else can be asked?", rest))
    ]
    lacking = [one.title for stage in stages for one in stage.metrics if one.lacks]
    return MetricsPage(
        headline=_headline(len(catalogue()), lacking, last_day) if has_events else "",
        stages=[stage for stage in stages if stage.metrics],
        has_events=has_events,
    )


def says_part(reader: Reader, request: Request) -> Part:
    """What a metric says, once it is known."""
    name = request.path_params["name"]
    if name not in catalogue():
        raise HTTPException(404)
    asked = _ask(reader, catalogue()[name], reader.moment()[1], reader.first_day())
    ready([asked], seconds=None)
    return SaysPart(metric=_listed(reader, catalogue()[name], asked))


def definitions(reader: Reader, request: Request) -> Response:
    """Definitions stand on the pages of the metrics."""
    del reader, request
    return RedirectResponse("/metrics", 301)


def _headline(number: int, lacking: list[str], last_day: date) -> str:
    """How many questions the data and the plan answer."""
    until = f"up to {dates.day(last_day)}"
    if not lacking:
        return f"{number} questions are answered from your data {until}."
    shown = joined([*lacking[:MOST_NAMED], *(["others"] if len(lacking) > MOST_NAMED else [])], "and")
    return f"{number - len(lacking)} of {number} questions are answered from your data {until}; {shown} cannot be yet."


def ask_ahead(reader: Reader, last_day: date, first_day: date) -> None:
    """Asks what the page will ask, before anybody waits for it."""
    for found in catalogue().values():
        _ask(reader, found, last_day, first_day, Urgency.IDLE)


def _ask(
    reader: Reader, found: Entry, last_day: date, first_day: date | None, urgency: Urgency = Urgency.PART
) -> Future[Result]:
    """What the metric's page opens with, so that both say the same and the page has its answer at once."""
    opening = question.completed(found, first_look(found, {}, reader.plan), last_day, first_day)
    return reader.metric(found.name, question.as_asked(opening), urgency)


def _listed(reader: Reader, found: Entry, asked: Future[Result] | None) -> Listed:
    definition = found.definition
    listed = Listed(found.name, definition.title, definition.purpose)
    if asked is None or not asked.done():
        return listed
    try:
        result = asked.result()
    except QuestionError as error:
        return Listed(*_words(listed), lacks=" ".join(part for part in (error.what, error.do) if part))
    return Listed(*_words(listed), says=sentence(result, headline(result), reader.plan))


def _words(listed: Listed) -> tuple[str, str, str]:
    return listed.name, listed.title, listed.purpose
