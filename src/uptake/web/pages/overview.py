"""The overview: the adoption glossary's table with own numbers, retention by cohort, features, ways on."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from uptake.metrics.core.result import Result
from uptake.plan import Target
from uptake.reports import overview, targets
from uptake.reports.overview import TILES
from uptake.web import links
from uptake.web.cache import Urgency
from uptake.web.pages.aims import Aim, aim
from uptake.web.pages.overview_lines import Line, LineAsked, Opening
from uptake.web.reader import Reader, ready
from uptake.web.site import Page, Part, Site

FIRST_PAINT_S = 0.08
"""How long the page waits for answers that were not asked before; what takes longer is fetched by the page."""
MOST_FEATURES = 8

Given = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class OverviewPage(Page):
    """The first page.

    Args:
        headline: The sentence it opens with, or None where it is fetched later.
        has_events: Whether anything was imported.
        lines: The lines of the table.
        retention: What the part `retention` shows, or None where it is fetched later.
        features: What the part `features` shows, or None where it is fetched later.
        has_targets: Whether the plan has targets that no line of the table shows.
        has_segments: Whether the plan has segments, which numbers can be told apart by.
        home: The workspace's folder, for commands.
    """

    template: ClassVar[str] = "overview.html"
    section: ClassVar[str] = "/"

    title: str = "Overview"
    headline: str | None
    has_events: bool
    lines: list[Line]
    retention: RetentionPart | None
    features: FeaturesPart | None
    has_targets: bool
    has_segments: bool
    home: str


@dataclass(frozen=True, kw_only=True)
class HeadlinePart(Part):
    """The sentence alone."""

    template: ClassVar[str] = "part_headline.html"

    headline: str


@dataclass(frozen=True, kw_only=True)
class LinePart(Part):
    """A whole line."""

    template: ClassVar[str] = "part_line.html"

    line: Line


@dataclass(frozen=True, kw_only=True)
class TrendPart(Part):
    """The trend of a line."""

    template: ClassVar[str] = "part_trend.html"

    line: Line


@dataclass(frozen=True, kw_only=True)
class RetentionPart(Part):
    """The retention triangle by month.

    Args:
        rows: Retention rows.
        url: The page with the same question.
    """

    template: ClassVar[str] = "part_retention.html"

    rows: list[dict[str, Any]]
    url: str


@dataclass(frozen=True, kw_only=True)
class FeaturesPart(Part):
    """The features adopted most.

    Args:
        rows: Rows of feature adoption, the most adopted first.
        total: How many features there are.
    """

    template: ClassVar[str] = "part_features.html"

    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True, kw_only=True)
class TargetsPart(Part):
    """The targets that no line of the table shows.

    Args:
        aims: They, with their pace.
    """

    template: ClassVar[str] = "part_targets.html"

    aims: list[Aim]


def routes(site: Site) -> list[Route]:
    """The overview and its parts."""
    return [
        Route("/", site.endpoint(show)),
        Route("/overview/headline", site.endpoint(headline_part)),
        Route("/overview/retention", site.endpoint(retention_part)),
        Route("/overview/features", site.endpoint(features_part)),
        Route("/overview/targets", site.endpoint(targets_part)),
        Route("/overview/lines/{number:int}", site.endpoint(line_part)),
        Route("/overview/lines/{number:int}/trend", site.endpoint(trend_part)),
    ]


def show(reader: Reader, request: Request) -> Page:
    """The page, with the answers that are there in time."""
    del request
    if not reader.has_events():
        return OverviewPage(headline="", has_events=False, lines=[], retention=None, features=None, has_targets=False,
                            has_segments=False, home=reader.home)  # fmt: skip
    last_day = reader.moment()[1]
    first_day = reader.first_day()
    opening = Opening(reader, last_day, first_day)
    asked = [LineAsked(reader, number, last_day, first_day) for number in range(len(TILES))]
    values = [future for one in asked for future in one.ask_values(Urgency.PART)]
    retention, features = _retention(reader, last_day, Urgency.PART), _features(reader, Urgency.PART)
    for one in asked:
        one.ask_trend(Urgency.AHEAD)
    ready([*opening.futures, *values, retention, features], FIRST_PAINT_S)
    return OverviewPage(
        headline=opening.sentence() if all(future.done() for future in opening.futures) else None,
        has_events=True,
        lines=[one.line() for one in asked],
        retention=_retention_shown(retention.result(), last_day) if retention.done() else None,
        features=_features_shown(features.result()) if features.done() else None,
        has_targets=bool(_further_targets(reader)),
        has_segments=bool(reader.plan.segments),
        home=reader.home,
    )


def headline_part(reader: Reader, request: Request) -> Part:
    """The sentence, once its number is there."""
    del request
    return HeadlinePart(headline=Opening(reader, reader.moment()[1], reader.first_day()).sentence())


def line_part(reader: Reader, request: Request) -> Part:
    """A line, once its number is there."""
    asked = _one(reader, request)
    ready(asked.ask_values(Urgency.PART), seconds=None)
    asked.ask_trend(Urgency.AHEAD)
    return LinePart(line=asked.line())


def trend_part(reader: Reader, request: Request) -> Part:
    """A trend, once it is there."""
    asked = _one(reader, request)
    ready([asked.ask_trend(Urgency.PART)], seconds=None)
    return TrendPart(line=asked.line())


def retention_part(reader: Reader, request: Request) -> Part:
    """The triangle of the last year's cohorts."""
    del request
    last_day = reader.moment()[1]
    return _retention_shown(_retention(reader, last_day, Urgency.PART).result(), last_day)


def features_part(reader: Reader, request: Request) -> Part:
    """The features adopted most."""
    del request
    return _features_shown(_features(reader, Urgency.PART).result())


def targets_part(reader: Reader, request: Request) -> Part:
    """The targets of other metrics."""
    del request
    last_day = reader.moment()[1]

    def ask(name: str, given: Mapping[str, Any]) -> Result:
        return reader.metric(name, given, Urgency.PART).result()

    found = [targets.progress(one, reader.plan, last_day, ask) for one in _further_targets(reader)]
    return TargetsPart(aims=[aim(one) for one in found])


def ask_ahead(reader: Reader, last_day: date, first_day: date | None) -> None:
    """Asks what the page will ask, before anybody waits for it."""
    asked = [LineAsked(reader, number, last_day, first_day) for number in range(len(TILES))]
    for one in asked:
        one.ask_values(Urgency.AHEAD)
    _retention(reader, last_day, Urgency.AHEAD)
    _features(reader, Urgency.AHEAD)
    for one in asked:
        one.ask_trend(Urgency.AHEAD)


def _one(reader: Reader, request: Request) -> LineAsked:
    number = request.path_params["number"]
    if number >= len(TILES):
        raise HTTPException(404)
    return LineAsked(reader, number, reader.moment()[1], reader.first_day())


def _further_targets(reader: Reader) -> list[Target]:
    shown = [targets.of_row(reader.plan, tile.metric, tile.params, tile.pick) for tile in TILES]
    return [one for one in reader.plan.targets.values() if one not in shown]


def _cohorts(last_day: date) -> Given:
    return {"unit": "month", "units": 12, "date_from": overview.months(last_day)["date_from"]}


def _retention(reader: Reader, last_day: date, urgency: Urgency) -> Future[Result]:
    return reader.metric("retention", _cohorts(last_day), urgency)


def _retention_shown(result: Result, last_day: date) -> RetentionPart:
    return RetentionPart(rows=result.rows, url=links.metric("retention", _cohorts(last_day)))


def _features(reader: Reader, urgency: Urgency) -> Future[Result]:
    return reader.metric("feature_adoption", {}, urgency)


def _features_shown(result: Result) -> FeaturesPart:
    valued = [row for row in result.rows if row["estimate"] is not None]
    valued.sort(key=lambda row: float(row["estimate"]), reverse=True)
    return FeaturesPart(rows=valued[:MOST_FEATURES], total=len(result.rows))
