"""What the overview says: its sentence and the lines of its table, each asked when it is needed; teams have such lines too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from uptake.charts import dates
from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.result import Result
from uptake.plan import Target
from uptake.reports import overview, targets
from uptake.reports.headline import as_drawn, compared, headline
from uptake.reports.overview import TILES, Tile, Window
from uptake.web import formats, links
from uptake.web.cache import Urgency
from uptake.web.pages import cells, question
from uptake.web.pages.aims import Aim, aim
from uptake.web.reader import Reader
from uptake.web.words.made_of import made_of
from uptake.web.words.sentence_words import NOUNS
from uptake.web.words.sentences import sentence

ANYWAY = "active_users"
"""What the page opens with where the plan or the data have no seats and no activation."""
NOTHING_EARLIER = "no earlier data to compare with"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """The number of a line.

    Args:
        row: The row of now; None if there is none.
        change: How far it is from the window before, in words; or that there is none.
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
        owner: Who answers for it; empty: nobody is named.
        aim: Its target with the pace, or None; without the pace while the number is fetched.
        base: Where the line is fetched from, and below it its trend.
        people: Who is behind the number; empty where it is not of people, or not there yet.
        currency: Code of amounts.
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
    owner: str = ""
    aim: Aim | None = None
    base: str = ""
    people: str = ""
    currency: str = ""


class LineAsked:
    """The questions behind one line: now, the window before, and the trend.

    Args:
        reader: Where they are asked.
        number: The line's place among `tiles`.
        last_day: The last finished day.
        first_day: The first day with events.
        tiles: The lines of the table.
        base: Where its lines are fetched from, by number.
        where: Conditions that all its numbers are under.
        query: What of the page's address is kept in that of the line, a question mark before it.
    """

    def __init__(
        self,
        reader: Reader,
        number: int,
        last_day: date,
        first_day: date | None,
        tiles: Sequence[Tile] = TILES,
        base: str = "/overview/lines",
        where: Sequence[str] = (),
        query: str = "",
    ) -> None:
        self._reader, self._number, self._tiles, self._tile = reader, number, tiles, tiles[number]
        self._base, self._query = f"{base}/{number}", query
        self._where = {"where": list(where)} if where else {}
        self._entry = entry(self._tile.metric)
        self._window = overview.window(self._entry, self._tile.params, reader.plan, last_day)
        self._last_day, self._first_day = last_day, first_day
        self._values: list[Future[Result]] = []
        self._trend: Future[Result] | None = None

    def ask_values(self, urgency: Urgency) -> list[Future[Result]]:
        """Asks for the number of now and that of the window before, if there were events in all of it.

        A metric that is of whole periods alone has both in its trend.
        """
        if self._entry.metric.default_period:
            self._values = [self.ask_trend(urgency)]
            return self._values
        windows = _compared(self._window, self._first_day)
        self._values = [self._ask({**self._tile.params, **window.given}, urgency) for window in windows]
        return self._values

    def ask_trend(self, urgency: Urgency) -> Future[Result]:
        """Asks for the months; the same question as the metric's own page asks first."""
        since = None if self._entry.metric.is_snapshot else self._first_day
        self._trend = self._ask({**self._tile.params, **overview.months(self._last_day, since)}, urgency)
        return self._trend

    def _ask(self, given: Mapping[str, Any], urgency: Urgency) -> Future[Result]:
        return self._reader.metric(self._tile.metric, {**given, **self._where}, urgency)

    def line(self) -> Line:
        """The line, with the answers that are there."""
        tile, plan = self._tile, self._reader.plan
        above = self._tiles[self._number - 1].stage if self._number else ""
        is_of_periods = bool(self._entry.metric.default_period)
        own = overview.months(self._last_day) if is_of_periods else {**self._window.given, "period": "all"}
        asked = {**tile.params, **own, **self._where}
        params = {param.name: param.default_for(plan) for param in self._entry.metric.params} | dict(tile.params)
        value = self._value() if self._values and all(one.done() for one in self._values) else None
        return Line(
            number=self._number,
            stage=tile.stage if tile.stage != above else "",
            title=tile.title or self._entry.definition.title,
            url=links.metric(tile.metric, asked),
            made_of=tile.made_of or made_of(tile.metric, plan, params),
            purpose=self._entry.definition.purpose,
            unit=self._values[0].result().unit if value and value.row else self._entry.metric.unit,
            who=NOUNS[str(tile.params.get("entity") or self._entry.metric.default_entity)],
            reference=_range(self._reader, tile),
            window=_said_of_periods(value, params) if is_of_periods else _said(self._window),
            value=value,
            trend=self._rows_of_trend() if self._trend and self._trend.done() else None,
            owner=targets.owner(plan, tile.metric, self._target),
            aim=self._aim(),
            base=f"{self._base}{{}}{self._query}",
            people=self._people(value.row, asked) if value and value.row else "",
            currency=plan.product.currency or "",
        )

    def _people(self, row: Row, asked: Mapping[str, Any]) -> str:
        """Who was counted, or those of the first side where nothing counts everybody."""
        result = self._values[0].result()
        sides = [side for side in result.sides if row.get(side.column) and not side.less]
        side = next((side for side in sides if side.column == "n"), sides[0] if sides else None)
        pairs = question.pairs(asked)
        return cells.address(result, pairs) + links.cell(result.cell_of(row), side.name) if side else ""

    @property
    def _target(self) -> Target | None:
        return targets.of_row(self._reader.plan, self._tile.metric, self._tile.params, self._tile.pick)

    def _aim(self) -> Aim | None:
        if self._where or self._target is None or not self._values or not self._values[0].done():
            return None
        try:
            result = self._values[0].result()
        except QuestionError:
            return None
        return aim(targets.came(self._target, self._reader.plan, self._last_day, result))

    def _value(self) -> Value:
        try:
            if self._entry.metric.default_period:
                return self._value_of_periods(self._values[0].result())
            now, *before = (_meant(future.result(), self._tile) for future in self._values)
        except QuestionError as error:
            return Value(None, problem=" ".join(part for part in (error.what, error.do) if part))
        if now is None or not before:
            return Value(now, NOTHING_EARLIER)
        earlier = before[0]["estimate"] if before[0] else None
        return Value(now, formats.change(now["estimate"], earlier, self._entry.metric.unit))

    def _value_of_periods(self, result: Result) -> Value:
        """The last period that is over, and how far it is from the one before."""
        rows = [row for row in result.rows if _is_meant(row, self._tile)]
        found = headline(replace(result, rows=rows, by=()))
        if found.row is None or found.before is None:
            return Value(found.row, NOTHING_EARLIER if found.row else "")
        unit, currency = result.unit, result.currency
        return Value(found.row, formats.change(found.row["estimate"], found.before["estimate"], unit, currency))

    def _rows_of_trend(self) -> list[dict[str, Any]]:
        try:
            rows = self._trend.result().rows if self._trend else []
        except QuestionError:
            return []
        return as_drawn([row for row in rows if _is_meant(row, self._tile)])


class Opening:
    """The questions behind the sentence the page opens with: seats adopted, or what the plan can say instead.

    Args:
        reader: Where they are asked.
        last_day: The last finished day.
        first_day: The first day with events.
    """

    def __init__(self, reader: Reader, last_day: date, first_day: date | None) -> None:
        self._reader, self._last_day, self._first_day = reader, last_day, first_day
        plan = reader.plan
        name = "adoption_rate" if plan.value_moments else "activation_rate" if plan.activation else ANYWAY
        self._window, self.futures = self._ask(name)

    def _ask(self, name: str) -> tuple[Window, list[Future[Result]]]:
        window = overview.window(entry(name), {}, self._reader.plan, self._last_day)
        windows = _compared(window, self._first_day)
        return window, [self._reader.metric(name, one.given, Urgency.PAGE) for one in windows]

    def sentence(self) -> str:
        """The sentence; waits for its numbers."""
        now, *before = (future.result() for future in self.futures)
        found = compared(now, *before)
        if found.row is None or found.row["estimate"] is None:
            self._window, futures = self._ask(ANYWAY)
            now, *before = (future.result() for future in futures)
            found = compared(now, *before)
        return sentence(now, found, self._reader.plan, than=f"{self._window.days} days earlier")


def _compared(window: Window, first_day: date | None) -> list[Window]:
    """The window, and the one before it if that can be compared with: if there were events in all of it."""
    return [window] if window.before.begins_before(first_day) else [window, window.before]


def _range(reader: Reader, tile: Tile) -> Row | None:
    if tile.made_of:
        return None
    found = overview.reference(reader.plan, tile.metric, tile.params)
    return found.model_dump() if found else None


def _meant(result: Result, tile: Tile) -> dict[str, Any] | None:
    return next((row for row in result.rows if _is_meant(row, tile)), None)


def _is_meant(row: Row, tile: Tile) -> bool:
    return all(row[column] == value for column, value in tile.pick.items())


def _said_of_periods(value: Value | None, params: Row) -> str:
    """The days that a metric of whole periods is about."""
    if value is None or value.row is None:
        return ""
    month, over = dates.period(value.row["period_on"], "month"), str(params.get("over") or "period")
    return month if over == "period" else f"{over} to {month}"


def _said(window: Window) -> str:
    if window.is_start and window.first_on:
        return f"started {dates.day(window.first_on)} to {dates.day(window.last_on)}"
    return f"{window.days} days to {dates.day(window.last_on)}"
