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

from uptake.charts import dates
from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.result import Result
from uptake.reports import overview
from uptake.reports.headline import as_drawn, compared
from uptake.reports.overview import TILES, Tile, Window
from uptake.web import formats, links
from uptake.web.cache import Urgency
from uptake.web.pages.made_of import made_of
from uptake.web.pages.sentences import NOUNS, sentence
from uptake.web.reader import Reader, ready
from uptake.web.site import Page, Part, Site

FIRST_PAINT_S = 0.12
"""How long the page waits for answers that were not asked before; what takes longer is fetched by the page."""
ANYWAY = "active_users"
"""What the page opens with where the plan or the data have no seats and no activation."""
MOST_FEATURES = 8

Given = dict[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """The number of a line.

    Args:
        row: The row of now; None if there is none.
        change: How far it is from the window before, in words.
        problem: Why there is no number: what is missing and what to do.
    """

    row: Row | None
    change: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Args:
        number: Its place, from 0.
        stage: The stage of adoption, where the line above has another.
        title: What it measures.
        url: The metric's page with the same question.
        made_of: What goes into it.
        purpose: What the metric means.
        unit: Unit of the estimate.
        who: What n counts.
        reference: The plan's range as `low`, `high`, `source`, or None.
        window: The days it is about, in words.
        value: The number, or None where it is fetched later.
        trend: Rows by month, or None where they are fetched later.
    """

    number: int
    stage: str
    title: str
    url: str
    made_of: str
    purpose: str
    unit: str
    who: str
    reference: Row | None
    window: str
    value: Value | None
    trend: list[dict[str, Any]] | None


@dataclass(frozen=True, kw_only=True)
class OverviewPage(Page):
    """The first page.

    Args:
        headline: The sentence it opens with, or None where it is fetched later.
        has_events: Whether anything was imported.
        lines: The lines of the table.
        retention: What the part `retention` shows, or None where it is fetched later.
        features: What the part `features` shows, or None where it is fetched later.
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


def routes(site: Site) -> list[Route]:
    """The overview and its parts."""
    return [
        Route("/", site.endpoint(show)),
        Route("/overview/headline", site.endpoint(headline_part)),
        Route("/overview/retention", site.endpoint(retention_part)),
        Route("/overview/features", site.endpoint(features_part)),
        Route("/overview/lines/{number:int}", site.endpoint(line_part)),
        Route("/overview/lines/{number:int}/trend", site.endpoint(trend_part)),
    ]


def show(reader: Reader, request: Request) -> Page:
    """The page, with the answers that are there in time."""
    del request
    if not reader.vocabulary().events:
        return OverviewPage(headline="", has_events=False, lines=[], retention=None, features=None, home=reader.home)
    last_day = reader.moment()[1]
    opening = _Opening(reader, last_day)
    asked = [_Asked(reader, number, last_day) for number in range(len(TILES))]
    values = [future for one in asked for future in one.ask_values(Urgency.PART)]
    retention, features = _retention(reader, last_day, Urgency.PART), _features(reader, Urgency.PART)
    trends = [one.ask_trend(Urgency.AHEAD) for one in asked]
    ready([*opening.futures, *values, retention, features, *trends], FIRST_PAINT_S)
    return OverviewPage(
        headline=opening.sentence() if all(future.done() for future in opening.futures) else None,
        has_events=True,
        lines=[one.line() for one in asked],
        retention=_retention_shown(retention.result(), last_day) if retention.done() else None,
        features=_features_shown(features.result()) if features.done() else None,
        home=reader.home,
    )


def headline_part(reader: Reader, request: Request) -> Part:
    """The sentence, once its number is there."""
    del request
    return HeadlinePart(headline=_Opening(reader, reader.moment()[1]).sentence())


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


def ask_ahead(reader: Reader, last_day: date) -> None:
    """Asks what the page will ask, before anybody waits for it."""
    asked = [_Asked(reader, number, last_day) for number in range(len(TILES))]
    for one in asked:
        one.ask_values(Urgency.AHEAD)
    _retention(reader, last_day, Urgency.AHEAD)
    _features(reader, Urgency.AHEAD)
    for one in asked:
        one.ask_trend(Urgency.AHEAD)


def _one(reader: Reader, request: Request) -> _Asked:
    number = request.path_params["number"]
    if number >= len(TILES):
        raise HTTPException(404)
    return _Asked(reader, number, reader.moment()[1])


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


class _Asked:
    """The questions behind one line: now, the window before, and the trend."""

    def __init__(self, reader: Reader, number: int, last_day: date) -> None:
        self._reader, self._number, self._tile = reader, number, TILES[number]
        self._entry = entry(self._tile.metric)
        self._window = overview.window(self._entry, self._tile.params, reader.plan, last_day)
        self._last_day = last_day
        self._values: list[Future[Result]] = []
        self._trend: Future[Result] | None = None

    def ask_values(self, urgency: Urgency) -> list[Future[Result]]:
        windows = (self._window, self._window.before)
        self._values = [self._ask({**self._tile.params, **window.given}, urgency) for window in windows]
        return self._values

    def ask_trend(self, urgency: Urgency) -> Future[Result]:
        self._trend = self._ask({**self._tile.params, **overview.months(self._last_day)}, urgency)
        return self._trend

    def _ask(self, given: Given, urgency: Urgency) -> Future[Result]:
        return self._reader.metric(self._tile.metric, given, urgency)

    def line(self) -> Line:
        """The line, with the answers that are there."""
        tile, plan = self._tile, self._reader.plan
        above = TILES[self._number - 1].stage if self._number else ""
        asked = {**tile.params, **self._window.given, "period": "all"}
        return Line(
            number=self._number,
            stage=tile.stage if tile.stage != above else "",
            title=tile.title or self._entry.definition.title,
            url=links.metric(tile.metric, asked),
            made_of=tile.made_of or made_of(tile.metric, plan),
            purpose=self._entry.definition.purpose,
            unit=self._entry.metric.unit,
            who=NOUNS["user"],
            reference=_range(self._reader, tile),
            window=_said(self._window),
            value=self._value() if self._values and all(one.done() for one in self._values) else None,
            trend=self._rows_of_trend() if self._trend and self._trend.done() else None,
        )

    def _value(self) -> Value:
        try:
            now, before = (_meant(future.result(), self._tile) for future in self._values)
        except QuestionError as error:
            return Value(None, problem=" ".join(part for part in (error.what, error.do) if part))
        earlier = before["estimate"] if before else None
        return Value(now, formats.change(now["estimate"], earlier, self._entry.metric.unit) if now else "")

    def _rows_of_trend(self) -> list[dict[str, Any]]:
        try:
            rows = self._trend.result().rows if self._trend else []
        except QuestionError:
            return []
        return as_drawn([row for row in rows if _is_meant(row, self._tile)])


class _Opening:
    """The questions behind the sentence the page opens with: seats adopted, or what the plan can say instead."""

    def __init__(self, reader: Reader, last_day: date) -> None:
        self._reader, self._last_day = reader, last_day
        plan = reader.plan
        name = "adoption_rate" if plan.value_moments else "activation_rate" if plan.activation else ANYWAY
        self._window, self.futures = self._ask(name)

    def _ask(self, name: str) -> tuple[Window, list[Future[Result]]]:
        window = overview.window(entry(name), {}, self._reader.plan, self._last_day)
        return window, [self._reader.metric(name, one.given, Urgency.PAGE) for one in (window, window.before)]

    def sentence(self) -> str:
        """The sentence; waits for its numbers."""
        now, before = (future.result() for future in self.futures)
        found = compared(now, before)
        if found.row is None or found.row["estimate"] is None:
            self._window, futures = self._ask(ANYWAY)
            now, before = (future.result() for future in futures)
            found = compared(now, before)
        return sentence(now, found, self._reader.plan.product.name, than=f"{self._window.days} days earlier")


def _range(reader: Reader, tile: Tile) -> Row | None:
    if tile.made_of:
        return None
    found = overview.reference(reader.plan, tile.metric, tile.params)
    return found.model_dump() if found else None


def _meant(result: Result, tile: Tile) -> dict[str, Any] | None:
    return next((row for row in result.rows if _is_meant(row, tile)), None)


def _is_meant(row: Row, tile: Tile) -> bool:
    return all(row[column] == value for column, value in tile.pick.items())


def _said(window: Window) -> str:
    if window.is_start and window.first_on:
        return f"started {dates.day(window.first_on)} to {dates.day(window.last_on)}"
    return f"{window.days} days to {dates.day(window.last_on)}"
