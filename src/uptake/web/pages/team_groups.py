"""A table of groups: channels, features, steps or bands, each with numbers of several metrics side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from uptake.charts import words
from uptake.errors import QuestionError
from uptake.metrics.catalogue import entry
from uptake.metrics.core.dimensions import MISSING
from uptake.metrics.core.result import Result
from uptake.plan import Plan
from uptake.reports import overview
from uptake.reports.headline import headline
from uptake.reports.lens import Groups, Measure, Params, ScoreMeasure
from uptake.scores.grouped import Group
from uptake.web import formats, links
from uptake.web.cache import Urgency
from uptake.web.pages import cells, question
from uptake.web.reader import Reader, ready
from uptake.web.words.titles import with_titles

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Head:
    """The head of a column.

    Args:
        title: What it shows.
        url: The metric's page with the same question.
        about: What the metric means.
    """

    title: str
    url: str
    about: str


@dataclass(frozen=True)
class Cell:
    """One number.

    Args:
        said: The number in words; what is to be known instead where there is none.
        is_value: Whether it is a number.
        under: Its interval, on how many it stands, and its state; nothing where the number is a count itself.
        url: Who is behind it; empty where it is not of people.
        value: The number itself; None where there is none.
    """

    said: str
    is_value: bool = False
    under: tuple[str, ...] = ()
    url: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Table:
    """The table.

    Args:
        title: What it shows.
        group: What a group is called.
        heads: The columns.
        rows: Each group with its cells.
        problems: What a column lacks, and what to do.
        missing: What to do where there are no groups; empty where there are.
    """

    title: str
    group: str
    heads: list[Head]
    rows: list[tuple[str, str, list[Cell]]]
    problems: list[str]
    missing: str


def table(reader: Reader, groups: Groups) -> Table:
    """Asks for every column, and puts them side by side; waits for the answers."""
    asked = [_asked(reader, groups, measure) for measure in groups.measures]
    ready([one.future for one in asked], seconds=None)
    problems = dict[str, None]()
    columns = list[dict[str, Cell]]()
    for one in asked:
        try:
            columns.append(one.cells())
        except QuestionError as error:
            problems[" ".join(part for part in (error.what, error.do) if part)] = None
            columns.append({})
    names = list(dict.fromkeys(name for column in columns for name in column))
    # those of whom nothing is known stand last
    names.sort(key=lambda name: (name == MISSING, -_most(columns[0].get(name)) if groups.is_ranked else 0.0))
    titles = {row[groups.by]: row["title"] for row in _titled(reader.plan, groups, names)}
    return Table(
        title=groups.title,
        group=groups.group,
        heads=[one.head for one in asked],
        rows=[
            (titles[name], _page(groups, name), [column.get(name, Cell("nobody to count")) for column in columns])
            for name in names
        ],
        problems=list(problems) if names else [],
        missing="" if names else groups.missing,
    )


@dataclass(frozen=True)
class _Asked:
    """A column that was asked for.

    Args:
        head: Its head.
        future: The answer, some time.
        cells: Group -> its cell; raises `QuestionError` where it could not be asked.
    """

    head: Head
    future: Future[Any]
    cells: Callable[[], dict[str, Cell]]


def _asked(reader: Reader, groups: Groups, measure: Measure | ScoreMeasure) -> _Asked:
    if isinstance(measure, ScoreMeasure):
        means = reader.score_groups(measure.score, groups.by, measure.entity, measure.who, Urgency.PART)
        url = f"/{measure.entity}s?{urlencode({'score': measure.score, 'sort': 'score'})}"
        whose = "everyone who ever came" if measure.who == "came" else "everyone who has one"
        about = f"The mean of the score of {whose}, 0 to 100 points."
        return _Asked(
            Head(measure.title, url, about),
            means,
            lambda: {one.group: _mean(one) for one in means.result().groups},
        )
    asked = given(reader, measure, "" if groups.is_label else groups.by)
    answer = reader.metric(measure.metric, question.as_asked(asked), Urgency.PART)
    return _Asked(_head(measure, asked), answer, lambda: _cells(reader.plan, groups, measure, asked, answer.result()))


def _mean(group: Group) -> Cell:
    if group.estimate is None:
        return Cell("no score")
    interval = words.interval(group.ci_lower, group.ci_upper, "points", 2)
    state = "" if group.status == "closed" else words.status(group.status, group.n)
    n = "" if group.status == "too_few" else f"n = {words.count(group.n)}"
    under = tuple(part for part in ("" if interval == words.NO_INTERVAL else interval, n, state) if part)
    return Cell(words.value(group.estimate, "points", 3), True, under, value=group.estimate)


def _most(cell: Cell | None) -> float:
    return cell.value if cell is not None and cell.value is not None else -1.0


def given(reader: Reader, measure: Measure, by: str = "") -> dict[str, Any]:
    """What a measure asks its metric: of the latest window that is over, or by month where it is of whole periods."""
    found, params = entry(measure.metric), _of_plan(measure.params, reader.plan)
    last_day = reader.moment()[1]
    entity = {"entity": measure.entity} if measure.entity else {}
    labels = {"by": [by]} if by else {}
    if found.metric.default_period:
        window: Row = overview.months(last_day)
    else:
        window = {**overview.window(found, {**params, **entity}, reader.plan, last_day).given, "period": "all"}
    return {**params, **entity, **labels, **window}


def _of_plan(params: Params, plan: Plan) -> dict[str, Any]:
    return dict(params(plan) if callable(params) else params)


def _cells(plan: Plan, groups: Groups, measure: Measure, given: Mapping[str, Any], result: Result) -> dict[str, Cell]:
    """Group -> its number; of metrics of periods, that of the last one that is over."""
    label = groups.by if groups.is_label else result.by[-1]
    pick = _of_plan(measure.pick, plan)
    rows = [row for row in result.rows if all(row[column] == value for column, value in pick.items())]
    if entry(measure.metric).metric.default_period:
        last = headline(result).first_on
        rows = [row for row in rows if row["period_on"] == last]
    base = cells.address(result, question.pairs(given))
    return {str(row[label]): _cell(measure, result, row, base) for row in rows}


def _cell(measure: Measure, result: Result, row: Row, base: str) -> Cell:
    side = next((side for side in result.sides if side.name == (measure.side or result.sides[0].name)), None)
    if measure.column:
        column = next(one for one in result.columns if one.name == measure.column)
        value, unit = row[measure.column], column.unit
    else:
        assert side is not None
        value, unit = side.count(row), "count"
    url = base + links.cell(result.cell_of(row), side.name) if base and side and side.count(row) else ""
    if value is None:
        return Cell(formats.estimate({**row, "estimate": None}, unit), url=url)
    said = words.value(value, unit, 3, result.currency)
    return Cell(said, True, _under(measure, result, row, unit), url, float(value))


def _under(measure: Measure, result: Result, row: Row, unit: str) -> tuple[str, ...]:
    if unit == "count" and measure.column != "estimate":
        return ()
    prefix = "" if measure.column == "estimate" else measure.column.removesuffix("share")
    said = words.interval(row.get(f"{prefix}ci_lower"), row.get(f"{prefix}ci_upper"), unit, 2, result.currency)
    n = f"n = {words.count(row[measure.base])}" if row.get(measure.base) is not None else ""
    state = "" if row.get("status") in (None, "closed") else words.status(row["status"], row.get("n"))
    n = "" if row.get("status") == "too_few" else n  # the state says it
    return tuple(part for part in ("" if said == words.NO_INTERVAL else said, n, state) if part)


def _head(measure: Measure, given: Mapping[str, Any]) -> Head:
    return Head(measure.title, links.metric(measure.metric, given), entry(measure.metric).definition.purpose)


def _titled(plan: Plan, groups: Groups, names: Sequence[str]) -> list[dict[str, Any]]:
    """Groups with what people call them."""
    rows = with_titles([{groups.by: name} for name in names], plan, {})
    return [
        {groups.by: name, "title": "not known" if name == MISSING else str(row[groups.by])}
        for name, row in zip(names, rows, strict=True)
    ]


def _page(groups: Groups, name: str) -> str:
    return links.feature(name) if groups.by == "feature" and name != MISSING else ""
